export const REJECTION_REASONS = [
  'malformed-json',
  'malformed-csv',
  'malformed-envelope',
  'not-an-object',
  'missing-id',
  'bad-id',
  'missing-time',
  'bad-time',
  'time-out-of-range',
  'time-in-future',
  'body-too-long',
  'invalid-utf8',
] as const
export type RejectionReason = (typeof REJECTION_REASONS)[number]

/** Why something cannot be archived as a record. `detail` names the field, what was expected and what came. */
export type Rejection = { readonly reason: RejectionReason; readonly detail: string }

export const isRejection = (result: object): result is Rejection => 'reason' in result

const SHOWN = 60

/** A value for a message: its type and at most 60 characters of it, never a whole body. */
export const describe = (value: unknown): string => {
  if (value === undefined) return 'nothing'
  if (typeof value === 'string') {
    const shown = value.length > SHOWN ? `${value.slice(0, SHOWN)}…` : value
    return `the text ${JSON.stringify(shown)}`
  }
  if (typeof value === 'number' || typeof value === 'bigint') return `the number ${value}`
  if (value === null || typeof value === 'boolean') return String(value)
  return Array.isArray(value) ? 'an array' : 'an object'
}
