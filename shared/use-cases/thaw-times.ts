import { MINUTE } from '../domain/duration.ts'
import { type ThawTimes, thawTimes } from '../domain/thaw-times.ts'
import type { Clock } from '../ports/clock.ts'
import type { ThawHistory } from '../ports/thaw-history.ts'

/** How long thaws take, as far as anybody knows now. */
export type ReadThawTimes = () => Promise<ThawTimes>

/** What a function knows is as good for a while: thaws take hours. */
const KNOWN_FOR = 10 * MINUTE

/** How long thaws take by those that were seen, read anew when it was read some time ago. */
export const readThawTimes = (history: Pick<ThawHistory, 'read'>, now: Clock): ReadThawTimes => {
  let known: { readonly at: number; readonly times: ThawTimes } | undefined
  return async () => {
    const at = now()
    // a clock that was set back would make it last
    if (known === undefined || at < known.at || at >= known.at + KNOWN_FOR)
      known = { at, times: thawTimes(await history.read()) }
    return known.times
  }
}
