import type { FailureNotes } from '../ports/dead-letters.ts'

/** Below it a failure is likely to be over at the next try; a dead letter has failed ten times. */
const NOTED_FROM = 3
const MAX_REASON = 100
const MAX_DETAIL = 1000
/** The function has little time left (ms), and the message comes again. */
const PATIENCE = 4000

type Failure = {
  readonly message: {
    readonly messageId: string
    readonly attributes: { readonly ApproximateReceiveCount: string }
  }
  readonly error: unknown
}

const noteOf = (error: unknown) =>
  error instanceof Error
    ? { reason: error.name.slice(0, MAX_REASON), detail: error.message.slice(0, MAX_DETAIL) }
    : { reason: 'Error', detail: String(error).slice(0, MAX_DETAIL) }

/**
 * Notes why messages failed that have failed before, for the one who finds them among the dead letters. It makes nothing
 * worse: it takes seconds at most, and the first note that cannot be written is logged and is the last to be tried.
 */
export const makeFailureNoter =
  (notes: FailureNotes, logger: { warn(message: string, extra: { error: Error | string }): void }) =>
  async (failures: readonly Failure[]): Promise<void> => {
    const again = failures.filter(
      ({ message }) => Number(message.attributes.ApproximateReceiveCount) >= NOTED_FROM,
    )
    const until = performance.now() + PATIENCE
    try {
      for (const { message, error } of again) {
        if (performance.now() > until) return
        await notes.note(message.messageId, noteOf(error))
      }
    } catch (error) {
      logger.warn('failure not noted', { error: error instanceof Error ? error : String(error) })
    }
  }
