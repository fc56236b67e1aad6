import { createHash, createHmac, type Hash } from 'node:crypto'
import { invalidRequest, S3Error } from '../s3-error.ts'

/** What the request was signed with; each chunk's signature builds on the one before it. */
export type ChunkSigning = {
  readonly signingKey: Uint8Array
  /** As in `x-amz-date` */
  readonly date: string
  readonly scope: string
  readonly signature: string
}

export type Trailers = Map<string, string>

export const incompleteBody = () =>
  new S3Error(
    'IncompleteBody',
    400,
    'You did not provide the number of bytes specified by the Content-Length HTTP header.',
  )

const signatureMismatch = () =>
  new S3Error(
    'SignatureDoesNotMatch',
    403,
    'The request signature we calculated does not match the signature you provided. Check your key and signing method.',
  )

const EMPTY_SHA256 = createHash('sha256').digest('hex')
const MAX_LINE = 16 * 1024

const makeLineReader = (source: AsyncIterator<Buffer>) => {
  let buffered: Buffer = Buffer.alloc(0)
  /** False at the end of the body. */
  const more = async () => {
    const { value, done } = await source.next()
    if (done) return false
    buffered = buffered.length === 0 ? value : Buffer.concat([buffered, value])
    return true
  }
  return {
    /** Up to the next line feed, without it and a carriage return; undefined at the end of the body. */
    line: async (): Promise<string | undefined> => {
      for (;;) {
        const at = buffered.indexOf(10)
        if (at >= 0) {
          const text = buffered.toString('latin1', 0, at).replace(/\r$/, '')
          buffered = buffered.subarray(at + 1)
          return text
        }
        if (buffered.length > MAX_LINE) throw invalidRequest('The chunked body is malformed')
        if (!(await more())) return buffered.length === 0 ? undefined : buffered.toString('latin1')
      }
    },
    /** At least one byte, at most `wanted`. */
    some: async (wanted: number): Promise<Buffer> => {
      while (buffered.length === 0) if (!(await more())) throw incompleteBody()
      const bytes = buffered.subarray(0, wanted)
      buffered = buffered.subarray(bytes.length)
      return bytes
    },
  }
}

/**
 * The payload inside an `aws-chunked` body. Trailers are added to `trailers` at its end; chunk signatures are
 * checked where `signing` is given. https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-streaming.html
 */
export async function* decodeAwsChunks(
  source: AsyncIterator<Buffer>,
  trailers: Trailers,
  signing: ChunkSigning | undefined,
) {
  const reader = makeLineReader(source)
  let previous = signing?.signature ?? ''
  const check = (given: string, hash: Hash) => {
    if (signing === undefined) return
    const { signingKey, date, scope } = signing
    const text = ['AWS4-HMAC-SHA256-PAYLOAD', date, scope, previous, EMPTY_SHA256, hash.digest('hex')].join(
      '\n',
    )
    if (createHmac('sha256', signingKey).update(text).digest('hex') !== given) throw signatureMismatch()
    previous = given
  }

  for (;;) {
    const header = await reader.line()
    if (header === undefined) throw incompleteBody()
    const [, size = '', given = ''] =
      /^([0-9a-f]{1,10})(?:;chunk-signature=([0-9a-f]{64}))?$/i.exec(header) ?? []
    if (size === '') throw invalidRequest('The chunked body is malformed')
    const hash = createHash('sha256')
    let left = Number.parseInt(size, 16)
    const isLast = left === 0
    while (left > 0) {
      const bytes = await reader.some(left)
      left -= bytes.length
      if (signing !== undefined) hash.update(bytes)
      yield bytes
    }
    check(given, hash)
    if (isLast) break
    if ((await reader.line()) !== '') throw invalidRequest('The chunked body is malformed')
  }
  for (let line = await reader.line(); line !== undefined; line = await reader.line()) {
    const at = line.indexOf(':')
    if (at > 0) trailers.set(line.slice(0, at).trim().toLowerCase(), line.slice(at + 1).trim())
  }
}
