import type { Problem } from './problem.ts'

/** Lambda answers with at most 6 MB, base64 and JSON around it included. */
export const MAX_ANSWER_BYTES = 4 * 1024 * 1024

export type ApiResponse = {
  readonly statusCode: number
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
  readonly isBase64Encoded: boolean
}

const NO_STORE = { 'cache-control': 'no-store', 'x-content-type-options': 'nosniff' }

const respond = (
  statusCode: number,
  contentType: string,
  value: unknown,
  headers: Readonly<Record<string, string>>,
): ApiResponse => ({
  statusCode,
  headers: { 'content-type': contentType, ...NO_STORE, ...headers },
  body: `${JSON.stringify(value)}\n`,
  isBase64Encoded: false,
})

export const json = (
  status: number,
  value: unknown,
  headers: Readonly<Record<string, string>> = {},
): ApiResponse => respond(status, 'application/json', value, headers)

export const problemResponse = ({ status, name, title, details }: Problem, requestId: string): ApiResponse =>
  respond(
    status,
    'application/problem+json',
    { type: `urn:icecore:problem:${name}`, title, status, ...details, requestId },
    {},
  )

/** Exact bytes: base64 on the way to API Gateway, which undoes it. */
export const bytes = (
  content: Uint8Array,
  contentType: string,
  headers: Readonly<Record<string, string>>,
): ApiResponse => ({
  statusCode: 200,
  headers: { 'content-type': contentType, ...NO_STORE, ...headers },
  body: Buffer.from(content.buffer, content.byteOffset, content.byteLength).toString('base64'),
  isBase64Encoded: true,
})
