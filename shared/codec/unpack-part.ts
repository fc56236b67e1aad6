import { gunzipSync, zstdDecompressSync } from 'node:zlib'
import type { Compression } from '../domain/rehydration.ts'

const isTooLarge = (error: unknown): boolean =>
  error instanceof RangeError && 'code' in error && error.code === 'ERR_BUFFER_TOO_LARGE'

/** A delivered file as it was before it was packed; undefined when that is more than `maxBytes`, of which no more are made. */
export const unpackPart = (
  packed: Buffer,
  compression: Compression,
  maxBytes: number,
): Buffer | undefined => {
  if (compression === 'none') return packed.length > maxBytes ? undefined : packed
  const unpack = compression === 'gzip' ? gunzipSync : zstdDecompressSync
  try {
    // zlib takes no limit of 0
    return unpack(packed, { maxOutputLength: Math.max(maxBytes, 1) })
  } catch (error) {
    if (isTooLarge(error)) return undefined
    throw error
  }
}
