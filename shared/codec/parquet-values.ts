import { constants, zstdCompressSync, zstdDecompressSync } from 'node:zlib'
import type { ParquetParsers } from 'hyparquet'

/** Text as stored: the library's own decoder drops a byte order mark at the beginning of a value. */
const stringFromBytes = (bytes: Uint8Array): string =>
  Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('utf8')

/** How the values of a segment's columns are decoded: times as numbers (ms), text with all its bytes. */
export const parsers: Partial<ParquetParsers> = {
  stringFromBytes,
  timestampFromMilliseconds: (millis: bigint) => Number(millis),
}

const OPTIONS = {
  params: { [constants.ZSTD_c_compressionLevel]: 5, [constants.ZSTD_c_checksumFlag]: 1 },
  chunkSize: 1024 * 1024,
}

export const compressors = { ZSTD: (bytes: Uint8Array): Uint8Array => zstdCompressSync(bytes, OPTIONS) }

export const decompressors = {
  ZSTD: (bytes: Uint8Array, length: number): Uint8Array =>
    // at least 1: zlib takes no limit of 0, and the length is checked against the header afterwards
    zstdDecompressSync(bytes, { maxOutputLength: Math.max(length, 1) }),
}
