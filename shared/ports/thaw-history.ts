import type { SeenThaw, ThawSample } from '../domain/thaw-sample.ts'

export type ThawHistory = {
  /**
   * Remembers how long a thaw took; the same thaw again stays one. Of each class, tier and size so many are remembered at most:
   * another then gives way, whichever it is. Nobody waits for anybody else.
   */
  note(thaw: SeenThaw): Promise<void>
  /** All that are remembered, in no order. May lag by seconds. */
  read(): Promise<readonly ThawSample[]>
}
