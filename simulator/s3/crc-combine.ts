import type { ChecksumAlgorithm } from './checksum.ts'
import { CRC32_POLYNOMIAL, CRC32C_POLYNOMIAL, CRC64NVME_POLYNOMIAL } from './crc-tables.ts'

type Field = { width: bigint; polynomial: bigint }

const fields: Partial<Record<ChecksumAlgorithm, Field>> = {
  CRC32: { width: 32n, polynomial: BigInt(CRC32_POLYNOMIAL) },
  CRC32C: { width: 32n, polynomial: BigInt(CRC32C_POLYNOMIAL) },
  CRC64NVME: { width: 64n, polynomial: CRC64NVME_POLYNOMIAL },
}

/** a × b modulo the polynomial; bit `width - 1` is x^0, as in every reflected CRC. */
const multiply = ({ width, polynomial }: Field, a: bigint, b: bigint): bigint => {
  let product = 0n
  let shifted = b
  for (let bit = 1n << (width - 1n); bit > 0n; bit >>= 1n) {
    if (a & bit) product ^= shifted
    shifted = shifted & 1n ? (shifted >> 1n) ^ polynomial : shifted >> 1n
  }
  return product
}

/** x to the power of 8 × `bytes`, modulo the polynomial. */
const shiftBy = (field: Field, bytes: number): bigint => {
  let result = 1n << (field.width - 1n)
  let power = 1n << (field.width - 9n)
  for (let left = BigInt(bytes); left > 0n; left >>= 1n) {
    if (left & 1n) result = multiply(field, power, result)
    power = multiply(field, power, power)
  }
  return result
}

const fromBase64 = (value: string) => BigInt(`0x${Buffer.from(value, 'base64').toString('hex') || '0'}`)

/**
 * The CRC of parts put together, from their CRCs (base64) and sizes, as zlib's `crc32_combine` does it:
 * S3 gives multipart uploads full-object CRCs without reading the parts again.
 */
export const combineCrcs = (
  algorithm: ChecksumAlgorithm,
  parts: readonly { value: string; size: number }[],
): string => {
  const field = fields[algorithm]
  if (field === undefined) throw new Error(`${algorithm} of parts cannot be combined`)
  const crc = parts.reduce(
    (sum, { value, size }) => multiply(field, shiftBy(field, size), sum) ^ fromBase64(value),
    0n,
  )
  return Buffer.from(crc.toString(16).padStart(Number(field.width) / 4, '0'), 'hex').toString('base64')
}
