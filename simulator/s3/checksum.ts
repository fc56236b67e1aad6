import { createHash, hash } from 'node:crypto'
import { crc32 } from 'node:zlib'
import { makeCrc32c, makeCrc64nvme } from './crc-tables.ts'

export const CHECKSUM_ALGORITHMS = ['CRC32', 'CRC32C', 'CRC64NVME', 'SHA1', 'SHA256'] as const
export type ChecksumAlgorithm = (typeof CHECKSUM_ALGORITHMS)[number]

export const isChecksumAlgorithm = (text: string): text is ChecksumAlgorithm =>
  CHECKSUM_ALGORITHMS.some((algorithm) => algorithm === text)

/** The algorithms whose whole-object value can be worked out from those of its parts. */
export const isCrc = (algorithm: ChecksumAlgorithm) => algorithm.startsWith('CRC')

export type Digest = { update(bytes: Uint8Array): void; digest(): Buffer }

const fromHash = (name: 'sha1' | 'sha256' | 'md5'): Digest => {
  const hash = createHash(name)
  return { update: (bytes) => hash.update(bytes), digest: () => hash.digest() }
}

const bigEndian32 = (value: number) => {
  const bytes = Buffer.alloc(4)
  bytes.writeUInt32BE(value >>> 0)
  return bytes
}

const makeCrc32 = (): Digest => {
  let value = 0
  return {
    update: (bytes) => {
      value = crc32(bytes, value)
    },
    digest: () => bigEndian32(value),
  }
}

export const makeMd5 = (): Digest => fromHash('md5')

/** A running checksum of one of S3's algorithms; `digest` may be called once. */
export const makeDigest = (algorithm: ChecksumAlgorithm): Digest => {
  switch (algorithm) {
    case 'CRC32':
      return makeCrc32()
    case 'CRC32C':
      return makeCrc32c()
    case 'CRC64NVME':
      return makeCrc64nvme()
    case 'SHA1':
      return fromHash('sha1')
    case 'SHA256':
      return fromHash('sha256')
  }
}

/** The checksum of `bytes` in base64, as S3's headers carry it. */
export const checksumOf = (algorithm: ChecksumAlgorithm, bytes: Uint8Array): string => {
  if (algorithm === 'SHA256') return hash('sha256', bytes, 'base64')
  const digest = makeDigest(algorithm)
  digest.update(bytes)
  return digest.digest().toString('base64')
}
