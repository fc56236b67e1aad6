import { randomBytes } from 'node:crypto'
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { ServiceHandler } from '../../wire/service-handler.ts'
import { S3Error } from '../s3-error.ts'
import type { S3Model } from '../s3-model.ts'
import type { ChunkSigning } from './aws-chunked.ts'
import { findRoute } from './find-route.ts'
import { errorXml, type S3Answer, writeS3Answer } from './s3-answer.ts'
import { parseRequest, type S3Request } from './s3-request.ts'

export type S3HandlerOptions = {
  /** What a request was signed with, to check the signatures of its chunks; they go unchecked without it. */
  readonly signingOf?: (message: IncomingMessage) => ChunkSigning | undefined
}

const checkOwner = (model: S3Model, request: S3Request) => {
  for (const name of ['x-amz-expected-bucket-owner', 'x-amz-source-expected-bucket-owner']) {
    const owner = request.header(name)
    if (owner !== undefined && owner !== model.accountId)
      throw new S3Error('AccessDenied', 403, 'Access Denied')
  }
}

const answerError = (error: S3Error, resource: string, requestId: string): S3Answer => ({
  status: error.status,
  headers: error.headers,
  // A 304 has no document.
  ...(error.status === 304
    ? {}
    : { body: `<?xml version="1.0" encoding="UTF-8"?>\n${errorXml(error, resource, requestId).xml}` }),
})

/**
 * S3's REST protocol on a model, for requests whose signature has been checked. Faults of the model itself, and
 * clients that go away, are thrown.
 */
export const makeS3Handler =
  (model: S3Model, options: S3HandlerOptions = {}): ServiceHandler =>
  async (message: IncomingMessage, response: ServerResponse) => {
    const requestId = randomBytes(8).toString('hex').toUpperCase()
    response.setHeader('x-amz-request-id', requestId)
    response.setHeader('x-amz-id-2', 'simulator')
    response.setHeader('server', 'AmazonS3')
    const answer = async (): Promise<S3Answer> => {
      try {
        const request = parseRequest(message)
        const route = findRoute(request)
        checkOwner(model, request)
        return await route.handle(model, request, options.signingOf?.(message))
      } catch (error) {
        if (error instanceof S3Error) return answerError(error, message.url ?? '/', requestId)
        throw error
      }
    }
    const result = await answer()
    if (!message.complete) {
      // What is left of a refused upload would be taken for the next request.
      response.shouldKeepAlive = false
      message.resume()
    }
    await writeS3Answer(response, result, message.method !== 'HEAD')
  }
