/** How one try of a request ended: with a status, or with no answer at all (`null`). */
export type TryOutcome = {
  readonly status: number | null
  /** What the answer's `Retry-After` says, in ms; null when it says nothing. */
  readonly retryAfter: number | null
}

export type RetryFacts = TryOutcome & {
  /** From 1. */
  readonly attempt: number
  readonly attempts: number
  /** A second time does what one does: it is safe to send it again without knowing what became of the first. */
  readonly repeatable: boolean
  /** From 0 to 1. */
  readonly random: number
}

const FIRST_MS = 200
const LONGEST_MS = 10_000
const THROTTLED = 429
const PASSING = [502, 503, 504]

/**
 * How long to wait before the next try, in ms; null: this outcome stands. Waits double and are drawn at random, so that
 * clients that failed together do not come back together.
 */
export const planRetry = (facts: RetryFacts): number | null => {
  const { status, retryAfter, attempt, attempts, repeatable, random } = facts
  if (attempt >= attempts) return null
  // what was throttled was not done
  const passes = status === THROTTLED || (repeatable && (status === null || PASSING.includes(status)))
  if (!passes) return null
  const drawn = random * Math.min(LONGEST_MS, FIRST_MS * 2 ** (attempt - 1))
  return Math.min(LONGEST_MS, Math.max(drawn, retryAfter ?? 0))
}
