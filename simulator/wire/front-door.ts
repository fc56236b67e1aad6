import type { IncomingMessage, ServerResponse } from 'node:http'
import { isForControl } from '../s3/jobs/control-handler.ts'
import { type Dialect, errorAnswer, refusalAnswer } from './auth-answer.ts'
import { readBody } from './read-body.ts'
import type { Route, ServiceHandler, WireAnswer, WireHandler } from './service-handler.ts'
import {
  type Credentials,
  makeSignatureCheck,
  type ProvenSignature,
  type Refusal,
  sha256,
} from './signature.ts'
import { parseSignatureClaim, type SignatureClaim } from './signature-claim.ts'

export type FrontDoorOptions = {
  readonly credentials: Credentials
  readonly now: () => number
  /** Compare signing times with the virtual clock; off for clients that cannot know it. */
  readonly checkSkew: boolean
  readonly s3: ServiceHandler
  readonly s3Control: WireHandler
  readonly sqs: WireHandler
  readonly sts: WireHandler
  readonly events: WireHandler
  readonly dynamodb: WireHandler
  readonly routes: readonly Route[]
}

/** The largest body of a request that is read whole: an SQS batch in base64 and escapes, a DynamoDB batch write. */
const maxBodyBytes = 32 * 1024 * 1024

type Target = {
  readonly service: string
  readonly dialect: Dialect
  readonly handle: WireHandler | undefined
}

const provenSignatures = new WeakMap<IncomingMessage, ProvenSignature>()

/** What a request was signed with, for a handler that checks the signatures of its chunks. */
export const provenSignatureOf = (request: IncomingMessage) => provenSignatures.get(request)

/** One port for every service: finds out whose request it is, checks who sent it, and hands it on. */
export const makeFrontDoor = (options: FrontDoorOptions): ServiceHandler => {
  const checkSignature = makeSignatureCheck(options.credentials, options.now, options.checkSkew)

  /** The target header names the service in the JSON protocols; else the signature's scope does; else it is S3's. */
  const targetOf = (path: string, request: IncomingMessage, claimed: string | undefined): Target => {
    const target = String(request.headers['x-amz-target'] ?? '')
    const route = options.routes.find(({ prefix, service }) => path.startsWith(prefix) || service === claimed)
    if (route !== undefined) return { service: route.service, dialect: 'json', handle: route.handle }
    if (target.startsWith('DynamoDB_') || claimed === 'dynamodb') {
      return { service: 'dynamodb', dialect: 'json', handle: options.dynamodb }
    }
    if (target.startsWith('AmazonSQS.')) return { service: 'sqs', dialect: 'json', handle: options.sqs }
    if (claimed === 'sqs' || (claimed === undefined && isForm(request))) {
      return { service: 'sqs', dialect: 'query', handle: options.sqs }
    }
    if (claimed === 's3' && isForControl(path) && request.headers['x-amz-account-id'] !== undefined) {
      return { service: 's3', dialect: 'query', handle: options.s3Control }
    }
    if (claimed === 'sts') return { service: 'sts', dialect: 'query', handle: options.sts }
    if (claimed === 'events') return { service: 'events', dialect: 'json', handle: options.events }
    if (claimed === undefined || claimed === 's3') return { service: 's3', dialect: 's3', handle: undefined }
    return { service: claimed, dialect: target === '' ? 'query' : 'json', handle: notSimulated(claimed) }
  }

  const prove = (
    request: IncomingMessage,
    claim: SignatureClaim,
    path: string,
    query: string,
    body?: Buffer,
  ) => {
    const header = request.headers['x-amz-content-sha256']
    const fallback = claim.expires === undefined ? undefined : 'UNSIGNED-PAYLOAD'
    const payloadHash = body === undefined ? (header ?? fallback) : sha256(body)
    if (payloadHash === undefined) return 'malformed'
    return checkSignature(claim, {
      method: request.method ?? 'GET',
      path,
      query,
      rawHeaders: request.rawHeaders,
      payloadHash: String(payloadHash),
    })
  }

  return async (request, response) => {
    const [path, query] = splitUrl(request.url ?? '/')
    const claim = parseSignatureClaim(request.headers, query)
    const claimed = typeof claim === 'object' ? claim.service : undefined
    const target = targetOf(path, request, claimed)
    const refuse = (refusal: Refusal) =>
      writeAnswer(response, refusalAnswer(refusal, target.dialect, target.service))
    if (claim === 'malformed') return refuse('malformed')

    if (target.handle === undefined) {
      if (claim === undefined) return refuse('missing')
      const proof = prove(request, claim, path, query)
      if (typeof proof === 'string') return refuse(proof)
      provenSignatures.set(request, proof)
      return options.s3(request, response)
    }

    const isRoute = options.routes.some(({ service }) => service === target.service)
    if (claim === undefined && !isRoute) return refuse('missing')
    const hungUp = new AbortController()
    response.once('close', () => hungUp.abort())
    const body = await readBody(request, maxBodyBytes)
    if (body === 'too-long') {
      const message = `Request is longer than ${maxBodyBytes} bytes`
      return writeAnswer(
        response,
        errorAnswer({ dialect: target.dialect, status: 413, code: 'RequestEntityTooLarge', message }),
      )
    }
    const proof = claim === undefined ? undefined : prove(request, claim, path, query, body)
    if (typeof proof === 'string') return refuse(proof)
    const { method = 'GET', headers } = request
    const accessKeyId = proof?.accessKeyId
    const wireRequest = { method, path, query, headers, body, accessKeyId, signal: hungUp.signal }
    return writeAnswer(response, await target.handle(wireRequest))
  }
}

const isForm = (request: IncomingMessage) =>
  String(request.headers['content-type'] ?? '').startsWith('application/x-www-form-urlencoded')

const splitUrl = (url: string): [string, string] => {
  const at = url.indexOf('?')
  return at < 0 ? [url, ''] : [url.slice(0, at), url.slice(at + 1)]
}

const notSimulated =
  (service: string): WireHandler =>
  async ({ headers }) =>
    errorAnswer({
      dialect: headers['x-amz-target'] === undefined ? 'query' : 'json',
      status: 501,
      code: 'NotImplemented',
      message: `The simulator has no service ${service}; it has s3, sqs, dynamodb, events and sts.`,
    })

export const writeAnswer = (response: ServerResponse, { status, headers = {}, body = '' }: WireAnswer) => {
  // RFC 9110, section 8.6: no Content-Length in an answer with the status 204
  const length = status === 204 ? {} : { 'content-length': Buffer.byteLength(body) }
  response.writeHead(status, { ...headers, ...length })
  response.end(body)
}
