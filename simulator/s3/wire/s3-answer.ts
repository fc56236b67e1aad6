import type { ServerResponse } from 'node:http'
import { pipeline } from 'node:stream/promises'
import type { Content } from '../content.ts'
import type { S3Error } from '../s3-error.ts'
import { element, type Xml } from './xml-writer.ts'

export type AnswerHeaders = Readonly<Record<string, string | number | undefined>>

export type S3Answer = {
  readonly status: number
  readonly headers?: AnswerHeaders
  /** XML as a string, an object's bytes, or none. */
  readonly body?: string | Content
}

/** Larger bodies are streamed. */
const WHOLE_BYTES = 1024 * 1024

const present = (headers: AnswerHeaders): Record<string, string | number> =>
  Object.fromEntries(
    Object.entries(headers).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])),
  )

/** `hasBody` false answers HEAD: the same headers, no bytes. */
export const writeS3Answer = async (response: ServerResponse, answer: S3Answer, hasBody: boolean) => {
  const { status, body } = answer
  const headers = present(answer.headers ?? {})
  if (body === undefined || typeof body === 'string') {
    const text = body ?? ''
    if (text !== '') headers['content-type'] = 'application/xml'
    if (status !== 204 && status !== 304 && (hasBody || text !== '')) {
      headers['content-length'] = Buffer.byteLength(text)
    }
    response.writeHead(status, headers)
    response.end(hasBody ? text : undefined)
    return
  }
  headers['content-length'] = body.size
  if (body.size <= WHOLE_BYTES) {
    const bytes = body.bytes()
    response.writeHead(status, headers)
    response.end(bytes)
    return
  }
  const stream = body.stream()
  response.writeHead(status, headers)
  try {
    await pipeline(stream, response)
  } catch (error) {
    // A client that has seen enough hangs up; that is its right.
    if (!isPrematureClose(error)) throw error
  }
}

const isPrematureClose = (error: unknown) =>
  error instanceof Error && 'code' in error && error.code === 'ERR_STREAM_PREMATURE_CLOSE'

export const xmlAnswer = (body: string, headers: AnswerHeaders = {}): S3Answer => ({
  status: 200,
  headers,
  body,
})

export const errorXml = (error: S3Error, resource: string, requestId: string): Xml =>
  element(
    'Error',
    element('Code', error.code),
    element('Message', error.message),
    Object.entries(error.detail).map(([name, value]) => element(name, value)),
    element('Resource', resource),
    element('RequestId', requestId),
    element('HostId', 'simulator'),
  )
