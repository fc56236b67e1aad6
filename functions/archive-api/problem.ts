import type * as z from 'zod'

/** One wrong member of a request. */
export type FieldError = { readonly field: string; readonly expected: string; readonly got: string }

/** Members that a problem may have besides those of RFC 9457. */
export type ProblemDetails = { readonly errors?: readonly FieldError[]; readonly [member: string]: unknown }

/** An answer that is an error: RFC 9457. `name` ends its type and never changes. */
export class Problem extends Error {
  override readonly name: string
  readonly status: number
  readonly title: string
  readonly details: ProblemDetails
  constructor(status: number, name: string, title: string, details: ProblemDetails = {}) {
    super(title)
    this.name = name
    this.status = status
    this.title = title
    this.details = details
  }
}

const SHOWN = 100

/** Objects and arrays are named, not shown: they are as deep and as large as a caller makes them. */
export const show = (value: unknown): string => {
  if (value === undefined) return 'nothing'
  if (Array.isArray(value)) return `an array of ${value.length}`
  if (typeof value === 'object' && value !== null) return 'an object'
  const text = JSON.stringify(value)
  return text.length <= SHOWN ? text : `${text.slice(0, SHOWN)}… (${text.length} characters)`
}

const memberAt = (value: unknown, path: readonly PropertyKey[]): unknown => {
  let member = value
  for (const key of path) {
    if (typeof member !== 'object' || member === null || !Object.hasOwn(member, key)) return undefined
    member = Reflect.get(member, key)
  }
  return member
}

/** zod's message in the words of an expectation; messages of icecore's own schemas already are. */
const expectationOf = (issue: z.core.$ZodIssue): string => {
  if (issue.code === 'invalid_type') return `expected ${issue.expected}`
  if (issue.code === 'invalid_value') return `expected one of ${issue.values.map(String).join(', ')}`
  if (issue.code === 'too_big') return `expected at most ${issue.maximum}`
  if (issue.code === 'too_small') return `expected at least ${issue.minimum}`
  return issue.message
}

/** What zod found, as the members of a problem: which field, what was expected, what came. */
export const fieldErrors = (error: z.ZodError, input: unknown): FieldError[] =>
  error.issues.flatMap((issue) => {
    const at = (path: readonly PropertyKey[], expected: string) => ({
      field: path.map(String).join('.') || '(whole)',
      expected,
      got: show(memberAt(input, path)),
    })
    return issue.code === 'unrecognized_keys'
      ? issue.keys.map((key) => at([...issue.path, key], 'no such field'))
      : [at(issue.path, expectationOf(issue))]
  })

export const invalid = (errors: readonly FieldError[]): Problem =>
  new Problem(400, 'invalid-request', 'The request is not well formed', { errors })

/** Parses a part of a request, or throws a problem that names each wrong field. */
export const parsePart = <Part>(schema: z.ZodType<Part>, input: unknown): Part => {
  const parsed = schema.safeParse(input)
  if (parsed.success) return parsed.data
  throw invalid(fieldErrors(parsed.error, input))
}

/** The same for a dataset that does not exist and for one that the caller may not use. */
export const unknownDataset = (): Problem => new Problem(404, 'unknown-dataset', 'There is no such dataset')

export const unknownRehydration = (): Problem =>
  new Problem(404, 'unknown-rehydration', 'There is no such rehydration')

export const tooBroad = (limit: number, hint: string): Problem =>
  new Problem(422, 'too-broad', 'The selection takes in too many partitions', {
    detail: `more than ${limit} partitions: ${hint}`,
    limit,
  })
