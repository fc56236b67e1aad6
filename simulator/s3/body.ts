import { hash } from 'node:crypto'
import { type ChecksumAlgorithm, checksumOf } from './checksum.ts'
import { badDigest, S3Error } from './s3-error.ts'
import type { S3Store } from './store.ts'
import type { Checksum, Piece } from './stored.ts'

/** A body that has been streamed into the store already, with what was worked out on the way. */
export type StagedBody = {
  readonly blob: string
  readonly size: number
  /** hex */
  readonly md5: string
  /** base64; the wire works out those that the request names, before the body or in its trailer. */
  readonly checksums: Partial<Record<ChecksumAlgorithm, string>>
}
export type Body = Uint8Array | StagedBody

/** A checksum that the writer states, in base64, or an algorithm that it asks for. */
export type StatedChecksum = { readonly algorithm: ChecksumAlgorithm; readonly value?: string | undefined }

export type BodyClaims = {
  readonly checksum?: StatedChecksum | undefined
  /** base64 */
  readonly contentMd5?: string | undefined
}

export type MeasuredBody = { readonly md5: string; readonly size: number; readonly checksum: Checksum }

const isStaged = (body: Body): body is StagedBody => !(body instanceof Uint8Array)

/** What S3 adds when the writer names no checksum (since December 2024). */
export const DEFAULT_CHECKSUM = 'CRC64NVME' satisfies ChecksumAlgorithm

const DIGEST_BYTES: Record<ChecksumAlgorithm, number> = {
  CRC32: 4,
  CRC32C: 4,
  CRC64NVME: 8,
  SHA1: 20,
  SHA256: 32,
}

/** "If the checksum … doesn't match", S3 stores nothing and answers BadDigest. */
export const measureBody = (body: Body, { checksum, contentMd5 }: BodyClaims): MeasuredBody => {
  const algorithm = checksum?.algorithm ?? DEFAULT_CHECKSUM
  const stated = checksum?.value
  if (stated !== undefined && Buffer.from(stated, 'base64').length !== DIGEST_BYTES[algorithm]) {
    const header = `x-amz-checksum-${algorithm.toLowerCase()}`
    throw new S3Error('InvalidRequest', 400, `Value for ${header} header is invalid.`)
  }
  const md5 = isStaged(body) ? body.md5 : hash('md5', body, 'hex')
  if (contentMd5 !== undefined) {
    const claimed = Buffer.from(contentMd5, 'base64')
    if (claimed.length !== 16)
      throw new S3Error('InvalidDigest', 400, 'The Content-MD5 you specified is not valid.')
    if (claimed.toString('hex') !== md5) throw badDigest('Content-MD5')
  }
  const value = isStaged(body) ? body.checksums[algorithm] : checksumOf(algorithm, body)
  if (value === undefined) throw new Error(`a body was staged without its ${algorithm}`)
  if (stated !== undefined && stated !== value) throw badDigest(algorithm)
  return {
    md5,
    size: isStaged(body) ? body.size : body.length,
    checksum: { algorithm, value, type: 'FULL_OBJECT' },
  }
}

/** The store's blob for a body that is to be kept. An empty one needs none. */
export const keepBody = (store: S3Store, body: Body): Piece[] => {
  if (isStaged(body)) return [{ blob: body.blob, size: body.size }]
  return body.length === 0 ? [] : [{ blob: store.keep(body), size: body.length }]
}
