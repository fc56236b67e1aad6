import { randomUUID } from 'node:crypto'
import type { Route, WireAnswer, WireRequest } from '../../wire/service-handler.ts'
import type { Cors, FunctionDefinition } from '../deployment/definitions.ts'
import type { InvocationOutcome } from '../runtime/environment.ts'
import { preflightAnswer, withCors } from './cors.ts'
import { httpAnswer, jsonAnswer } from './http-answer.ts'
import { httpEvent } from './http-event.ts'
import { makeRouteTable } from './route-table.ts'

/** The path of the simulated endpoint under which the HTTP API answers. */
export const API_PREFIX = '/_api'

const SERVICE = 'execute-api'
const MB = 1024 * 1024
/** https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-quotas.html */
const MAX_REQUEST_BYTES = 10 * MB
const INTEGRATION_TIMEOUT_MS = 30_000
/** https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html */
const MAX_RESPONSE_BYTES = 6 * MB

export type HttpApiOptions = {
  readonly definitions: readonly FunctionDefinition[]
  readonly cors: Cors | null
  readonly now: () => number
  readonly invoke: (definition: FunctionDefinition, event: unknown) => Promise<InvocationOutcome>
  readonly onFailure: (definition: FunctionDefinition, requestId: string, reason: string) => void
}

/** API Gateway's HTTP API with IAM authorization: the front door has checked the signature, if there was one. */
export const makeHttpApi = ({ definitions, cors, now, invoke, onFailure }: HttpApiOptions): Route => {
  const findRoute = makeRouteTable(definitions)

  const answer = async (request: WireRequest): Promise<WireAnswer> => {
    const path = withoutPrefix(request.path)
    const match = findRoute(request.method, path)
    // a route of its own for OPTIONS comes first
    if (match === undefined) return (cors && preflightAnswer(cors, request)) ?? jsonAnswer(404, 'Not Found')
    if (match.route.authorizer === 'aws_iam' && !isSignedFor(SERVICE, request)) {
      return jsonAnswer(403, 'Forbidden')
    }
    if (request.body.length > MAX_REQUEST_BYTES) return jsonAnswer(413, 'Request Entity Too Large')
    const event = httpEvent({ ...request, path }, match, randomUUID(), now())
    const outcome = await within(INTEGRATION_TIMEOUT_MS, invoke(match.definition, event))
    if (outcome === 'late') return jsonAnswer(503, 'Service Unavailable')
    if (outcome.kind === 'failed') {
      onFailure(match.definition, outcome.requestId, `${outcome.errorType}: ${outcome.message}`)
      return jsonAnswer(500, 'Internal Server Error')
    }
    const size = Buffer.byteLength(outcome.payload)
    if (size > MAX_RESPONSE_BYTES) {
      const reason = `Function.ResponseSizeTooLarge: the answer has ${size} bytes, more than ${MAX_RESPONSE_BYTES}`
      onFailure(match.definition, outcome.requestId, reason)
      return jsonAnswer(500, 'Internal Server Error')
    }
    const answer = httpAnswer(outcome.payload)
    return cors === null ? answer : withCors(cors, request, answer)
  }

  return { service: SERVICE, prefix: `${API_PREFIX}/`, handle: answer }
}

const withoutPrefix = (path: string) =>
  path.startsWith(`${API_PREFIX}/`) ? path.slice(API_PREFIX.length) : path

/** A signature holds for one service: one for S3 opens no door here. */
const isSignedFor = (service: string, { accessKeyId, headers, query }: WireRequest) => {
  const scope = headers.authorization ?? new URLSearchParams(query).get('X-Amz-Credential') ?? ''
  return accessKeyId !== undefined && scope.includes(`/${service}/aws4_request`)
}

const within = async <T>(ms: number, work: Promise<T>): Promise<T | 'late'> => {
  const { promise, resolve } = Promise.withResolvers<'late'>()
  const timer = setTimeout(() => resolve('late'), ms)
  try {
    return await Promise.race([work, promise])
  } finally {
    clearTimeout(timer)
  }
}
