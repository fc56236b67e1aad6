import { ApiProblem, ApiUnreachable } from './failures.ts'
import type { RehydrationAnswer } from './rehydration-answers.ts'
import type { CallOptions } from './requests.ts'

export type WaitOptions = CallOptions & {
  /** Called with each answer, also where nothing changed. */
  readonly onProgress?: (rehydration: RehydrationAnswer) => void
  /** The longest time between two looks, in ms; 30 s unless given. */
  readonly longestPauseMs?: number
}

export type WaitDeps = {
  readonly rehydration: (id: string, options: CallOptions) => Promise<RehydrationAnswer>
  readonly sleep: (ms: number, signal: AbortSignal | undefined) => Promise<void>
}

const FIRST_PAUSE_MS = 1000
const GROWTH = 1.2
/** Looks that may fail one after the other: with the longest pause, ten minutes without a network. */
const MAX_FAILURES = 20

const isOver = ({ status }: RehydrationAnswer): boolean =>
  status === 'completed' || status === 'failed' || status === 'cancelled'

const mayPass = (error: unknown): boolean =>
  error instanceof ApiUnreachable ||
  (error instanceof ApiProblem && (error.status >= 500 || error.status === 429))

/**
 * Looks at a rehydration until it is completed, failed or cancelled, and gives it back. Looks become rarer: a thaw takes
 * hours. A network that is away for some minutes does not end the wait.
 */
export const waitFor =
  ({ rehydration, sleep }: WaitDeps) =>
  async (id: string, options: WaitOptions = {}): Promise<RehydrationAnswer> => {
    const { onProgress, longestPauseMs = 30_000, signal } = options
    let failures = 0
    for (let pause = FIRST_PAUSE_MS; ; pause *= GROWTH) {
      try {
        const found = await rehydration(id, { signal })
        failures = 0
        onProgress?.(found)
        if (isOver(found)) return found
      } catch (error) {
        failures += 1
        if (!mayPass(error) || failures > MAX_FAILURES) throw error
      }
      await sleep(Math.min(pause, longestPauseMs), signal)
    }
  }
