import { expect } from 'vitest'
import { createHandler } from '../../functions/archive-api/create-handler.ts'
import type { ApiResponse } from '../../functions/archive-api/respond.ts'
import { emptyDigest } from '../../shared/domain/digest.ts'
import { makeLedger } from '../../shared/domain/ledger.ts'
import { expectDocumented } from './documented.ts'
import { aWorld, type World } from './rehydration-world.ts'
import { keptTelemetry } from './silent-telemetry.ts'
import { aContext } from './sqs-event.ts'

const ACCOUNT = '123456789012'

type Call = {
  readonly body?: unknown
  readonly text?: string
  /** A body that API Gateway hands over in base64. */
  readonly bytes?: Uint8Array
  readonly query?: string
  readonly path?: Record<string, string>
  readonly headers?: Record<string, string>
  readonly caller?: { accountId: string; userArn: string } | null
}

export const CALLER = {
  accountId: ACCOUNT,
  userArn: `arn:aws:sts::${ACCOUNT}:assumed-role/analyst/session-1`,
}

export const anApi = (world: World = aWorld()) => {
  const { telemetry, lines } = keptTelemetry()
  const handler = createHandler({
    ...world.ports,
    telemetry,
    mayRead: ({ account }, dataset) => account === ACCOUNT && dataset !== 'secret',
    readLedger: async () =>
      makeLedger({
        received: { count: 2, upper: 2n ** 64n, lower: 1n },
        archived: { count: 2, upper: 2n ** 64n, lower: 1n },
        duplicates: emptyDigest,
        quarantined: emptyDigest,
        expired: emptyDigest,
      }),
  })
  const call = async (routeKey: string, given: Call = {}) => {
    const { body, text, bytes, query = '', path, headers = {}, caller = CALLER } = given
    const event = {
      version: '2.0',
      routeKey,
      rawPath: '/hidden',
      rawQueryString: query,
      headers,
      ...(path && { pathParameters: path }),
      ...(body !== undefined && { body: JSON.stringify(body) }),
      ...(text !== undefined && { body: text }),
      ...(bytes !== undefined && { body: Buffer.from(bytes).toString('base64') }),
      isBase64Encoded: bytes !== undefined,
      requestContext: { requestId: 'api-1', ...(caller && { authorizer: { iam: caller } }) },
    }
    const response: ApiResponse = await handler(event, aContext)
    const content = response.isBase64Encoded ? Buffer.from(response.body, 'base64') : response.body
    return { ...response, text: content.toString() }
  }
  const json = async (routeKey: string, given: Call = {}) => {
    const { statusCode, headers, text } = await call(routeKey, given)
    const body = JSON.parse(text)
    expectDocumented(routeKey, statusCode, body)
    return { status: statusCode, headers, body }
  }
  return { world, call, json, lines }
}

export const RECORD = 'GET /datasets/{dataset}/records/{id+}'
export const REQUEST = {
  dataset: 'orders',
  select: { from: '2024-03-09T00:00:00Z', to: '2024-03-11T00:00:00Z' },
  destination: 'analysts',
}

const ROLE = `arn:aws:sts::${ACCOUNT}:assumed-role`
/** Another role of the same account. */
export const COLLEAGUE = { accountId: ACCOUNT, userArn: `${ROLE}/approver/session-1` }
export const STRANGER = { accountId: '999999999999', userArn: 'arn:aws:iam::999999999999:user/x' }

export const problem = (status: number, name: string, more: object = {}) => ({
  status,
  headers: { 'content-type': 'application/problem+json' },
  body: {
    type: `urn:icecore:problem:${name}`,
    status,
    title: expect.any(String),
    requestId: 'api-1',
    ...more,
  },
})
