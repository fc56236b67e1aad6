import * as z from 'zod'

const fieldErrorSchema = z.object({ field: z.string(), expected: z.string(), got: z.string() })

/** One wrong field of a request. */
export type FieldError = z.infer<typeof fieldErrorSchema>

const PROBLEM = /^urn:icecore:problem:(.+)$/

const problemSchema = z.looseObject({
  type: z.string().regex(PROBLEM),
  title: z.string(),
  detail: z.string().optional(),
  errors: z.array(fieldErrorSchema).default([]),
  requestId: z.string().optional(),
})

/** API Gateway's own, for what never reached icecore. */
const gatewaySchema = z.object({ message: z.string() })

type ProblemFacts = {
  readonly status: number
  readonly name: string
  readonly title: string
  readonly detail: string | undefined
  readonly errors: readonly FieldError[]
  readonly requestId: string | undefined
  readonly document: Readonly<Record<string, unknown>>
}

const messageOf = ({ title, detail, errors }: ProblemFacts): string =>
  [
    detail === undefined ? title : `${title}: ${detail}`,
    ...errors.map(({ field, expected, got }) => `${field}: ${expected}, got ${got}`),
  ].join('\n')

/** An answer of the API that is an error. `name` is what its type ends in, such as `unknown-record`, and never changes. */
export class ApiProblem extends Error {
  override readonly name: string
  readonly status: number
  readonly title: string
  readonly detail: string | undefined
  readonly errors: readonly FieldError[]
  /** It is in the API's log. */
  readonly requestId: string | undefined
  /** All members of the answer, such as `rehydrate`. */
  readonly document: Readonly<Record<string, unknown>>
  constructor(facts: ProblemFacts) {
    super(messageOf(facts))
    this.name = facts.name
    this.status = facts.status
    this.title = facts.title
    this.detail = facts.detail
    this.errors = facts.errors
    this.requestId = facts.requestId
    this.document = facts.document
  }
}

/** Nothing answered: no connection, or not in time. `code` is Node's, such as `ECONNREFUSED`, or `TIMEOUT`. */
export class ApiUnreachable extends Error {
  override readonly name = 'ApiUnreachable'
  readonly code: string
  constructor(code: string, url: string, cause: unknown) {
    super(`${url} does not answer (${code})`, { cause })
    this.code = code
  }
}

/** An answer of another shape than this client knows: it is of another version, or not icecore's. */
export class UnexpectedAnswer extends Error {
  override readonly name = 'UnexpectedAnswer'
}

const parseJson = (text: string): unknown => {
  try {
    return JSON.parse(text)
  } catch (error) {
    if (error instanceof SyntaxError) return undefined
    throw error
  }
}

/** What an answer with an error status says. One that is not icecore's own has the name `http-<status>`. */
export const problemOf = (status: number, headers: Headers, text: string): ApiProblem => {
  const document = parseJson(text)
  const problem = problemSchema.safeParse(document)
  if (problem.success) {
    const { type, title, detail, errors, requestId } = problem.data
    const name = PROBLEM.exec(type)?.[1] ?? type
    return new ApiProblem({ status, name, title, detail, errors, requestId, document: problem.data })
  }
  const gateway = gatewaySchema.safeParse(document)
  return new ApiProblem({
    status,
    name: `http-${status}`,
    title: gateway.success ? gateway.data.message : `an answer of status ${status}`,
    detail: undefined,
    errors: [],
    requestId: headers.get('apigw-requestid') ?? undefined,
    document: gateway.success ? gateway.data : {},
  })
}
