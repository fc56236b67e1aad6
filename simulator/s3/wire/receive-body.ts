import { createHash } from 'node:crypto'
import { type Body, type BodyClaims, DEFAULT_CHECKSUM, type StatedChecksum } from '../body.ts'
import {
  CHECKSUM_ALGORITHMS,
  type ChecksumAlgorithm,
  isChecksumAlgorithm,
  makeDigest,
  makeMd5,
} from '../checksum.ts'
import { invalidRequest, notImplemented, S3Error } from '../s3-error.ts'
import type { S3Model } from '../s3-model.ts'
import { type ChunkSigning, decodeAwsChunks, incompleteBody, type Trailers } from './aws-chunked.ts'
import type { S3Request } from './s3-request.ts'

/** Larger bodies go to the store as they come. */
const WHOLE_BYTES = 1024 * 1024

export type ReceivedBody = { readonly body: Body } & BodyClaims

/** Which checksum the request carries or asks for: in a header, in a trailer, or only by name. */
export const claimedChecksum = (request: S3Request): StatedChecksum | undefined => {
  const stated = CHECKSUM_ALGORITHMS.flatMap((algorithm) => {
    const value = request.header(`x-amz-checksum-${algorithm.toLowerCase()}`)
    return value === undefined ? [] : [{ algorithm, value }]
  })
  if (stated.length > 1) throw invalidRequest('Expecting a single x-amz-checksum- header')
  const [only] = stated
  if (only !== undefined) return only
  const trailer = request.header('x-amz-trailer')?.trim().toLowerCase()
  const named =
    trailer?.replace('x-amz-checksum-', '').toUpperCase() ??
    request.header('x-amz-sdk-checksum-algorithm')?.toUpperCase() ??
    request.header('x-amz-checksum-algorithm')?.toUpperCase()
  if (named === undefined) return undefined
  if (!isChecksumAlgorithm(named))
    throw invalidRequest(`Checksum algorithm provided is unsupported: ${named}`)
  return { algorithm: named }
}

const lengthOf = (request: S3Request, isChunked: boolean): number => {
  const text = request.header(isChunked ? 'x-amz-decoded-content-length' : 'content-length')
  if (text === undefined) {
    throw new S3Error('MissingContentLength', 411, 'You must provide the Content-Length HTTP header.')
  }
  if (!/^\d{1,15}$/.test(text)) throw invalidRequest('The length of the body is not a number')
  return Number(text)
}

/** Bytes of the message; leaving it early must not close the connection under the answer. */
async function* bytesOf({ message }: S3Request): AsyncGenerator<Buffer> {
  for await (const chunk of message.iterator({ destroyOnReturn: false })) {
    if (!Buffer.isBuffer(chunk)) throw new TypeError('the request has an encoding set')
    yield chunk
  }
}

const payloadHashOf = (request: S3Request) => {
  const header = request.header('x-amz-content-sha256')
  return header !== undefined && /^[0-9a-f]{64}$/.test(header) ? header : undefined
}

const checkPayloadHash = (claimed: string | undefined, actual: () => string) => {
  if (claimed === undefined || claimed === actual()) return
  const message = "The provided 'x-amz-content-sha256' header does not match what was computed."
  throw new S3Error('XAmzContentSHA256Mismatch', 400, message)
}

const collect = async (source: AsyncIterable<Buffer>, length: number): Promise<Buffer> => {
  const chunks: Buffer[] = []
  let size = 0
  for await (const chunk of source) {
    size += chunk.length
    if (size > length) throw incompleteBody()
    chunks.push(chunk)
  }
  if (size !== length) throw incompleteBody()
  const [only] = chunks
  return chunks.length === 1 && only !== undefined ? only : Buffer.concat(chunks)
}

/** Streams a body into the store; a client that goes away, or a body that is wrong, leaves nothing. */
const stage = async (
  model: S3Model,
  source: AsyncIterable<Buffer>,
  length: number,
  algorithms: ReadonlySet<ChecksumAlgorithm>,
  payloadHash: string | undefined,
): Promise<Body> => {
  const sink = model.openSink()
  const md5 = makeMd5()
  const checksums = [...algorithms].map((algorithm) => ({ algorithm, digest: makeDigest(algorithm) }))
  const sha256 = payloadHash === undefined ? undefined : createHash('sha256')
  let size = 0
  try {
    for await (const chunk of source) {
      size += chunk.length
      if (size > length) throw incompleteBody()
      md5.update(chunk)
      for (const { digest } of checksums) digest.update(chunk)
      sha256?.update(chunk)
      sink.write(chunk)
    }
    if (size !== length) throw incompleteBody()
    checkPayloadHash(payloadHash, () => sha256?.digest('hex') ?? '')
  } catch (error) {
    sink.abandon()
    throw error
  }
  return {
    blob: sink.finish(),
    size,
    md5: md5.digest().toString('hex'),
    checksums: Object.fromEntries(
      checksums.map(({ algorithm, digest }) => [algorithm, digest.digest().toString('base64')]),
    ),
  }
}

/** Takes the request's body; up to `wholeBytes` in memory. Works out `needed` besides the checksum that it carries. */
export const receiveBody = async (
  model: S3Model,
  request: S3Request,
  signing: ChunkSigning | undefined,
  wholeBytes = WHOLE_BYTES,
  needed?: ChecksumAlgorithm,
): Promise<ReceivedBody> => {
  const scheme = request.header('x-amz-content-sha256') ?? ''
  const isChunked =
    scheme.startsWith('STREAMING-') || /\baws-chunked\b/.test(request.header('content-encoding') ?? '')
  if (scheme.startsWith('STREAMING-AWS4-ECDSA')) throw notImplemented('SigV4A signatures')
  const length = lengthOf(request, isChunked)
  const claimed = claimedChecksum(request)
  const payloadHash = payloadHashOf(request)
  const trailers: Trailers = new Map()
  const isSigned = scheme.startsWith('STREAMING-AWS4-HMAC-SHA256-PAYLOAD')
  const source = isChunked
    ? decodeAwsChunks(bytesOf(request), trailers, isSigned ? signing : undefined)
    : bytesOf(request)

  let body: Body
  if (length <= wholeBytes) {
    body = await collect(source, length)
    const bytes = body
    checkPayloadHash(payloadHash, () => createHash('sha256').update(bytes).digest('hex'))
  } else {
    const algorithms = new Set([
      claimed?.algorithm ?? DEFAULT_CHECKSUM,
      needed ?? claimed?.algorithm ?? DEFAULT_CHECKSUM,
    ])
    body = await stage(model, source, length, algorithms, payloadHash)
  }
  const contentMd5 = request.header('content-md5')
  if (claimed === undefined) return { body, contentMd5 }
  const value = claimed.value ?? trailers.get(`x-amz-checksum-${claimed.algorithm.toLowerCase()}`)
  if (value === undefined && request.header('x-amz-trailer') !== undefined) {
    if (!(body instanceof Uint8Array)) model.dropBody(body)
    throw new S3Error(
      'MalformedTrailerError',
      400,
      'The request contained trailing data that was not well-formed.',
    )
  }
  return { body, checksum: { ...claimed, value }, contentMd5 }
}
