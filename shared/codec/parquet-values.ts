import { promisify } from 'node:util'
import { constants, zstdCompressSync, zstdDecompress, zstdDecompressSync } from 'node:zlib'
import type { ParquetParsers } from 'hyparquet'

/** Text as stored: the library's own decoder drops a byte order mark at the beginning of a value. */
export const stringFromBytes = (bytes: Uint8Array): string =>
  Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('utf8')

/** How a footer's statistics are decoded: times as numbers (ms), text with all its bytes. */
export const parsers: Partial<ParquetParsers> = {
  stringFromBytes,
  timestampFromMilliseconds: (millis: bigint) => Number(millis),
}

const MOST_AT_ONCE = 1024 * 1024
/** What zstd adds at most to a short text that it cannot compress. */
const FRAME = 128
/** A record by itself, of more than a row group may hold: its pieces would have to be put together in as much memory again. */
const LARGE = 16 * 1024 * 1024

/** Room is taken for what is written into it: more of it than is needed costs nothing. */
const roomFor = (bytes: number): number =>
  bytes > LARGE ? bytes + (bytes >> 8) + FRAME : Math.min(MOST_AT_ONCE, bytes + FRAME)

/** What a lower level makes of one long body can be several times as much, and it stays in memory as a whole. */
const LEAST_LEVEL_OF_LARGE = 5

/** Repeats that are shorter take more room in JSON bodies than they save: without them pages are smaller, and unpacked sooner. */
const MIN_MATCH = 6
/** zstd's own choice: level 1 looks for longer ones anyway. */
const USUAL = 0

/** Compresses at this level of zstd's: a higher one takes longer and makes less of it. */
export const zstdAt = (level: number) => {
  const paramsAt = (at: number) => ({
    [constants.ZSTD_c_compressionLevel]: at,
    [constants.ZSTD_c_minMatch]: at === 1 ? USUAL : MIN_MATCH,
    [constants.ZSTD_c_checksumFlag]: 1,
  })
  const [params, ofLarge] = [paramsAt(level), paramsAt(Math.max(level, LEAST_LEVEL_OF_LARGE))]
  return (bytes: Uint8Array): Uint8Array =>
    zstdCompressSync(bytes, {
      params: bytes.byteLength > LARGE ? ofLarge : params,
      // what is known to be short is compressed with short tables
      pledgedSrcSize: bytes.byteLength,
      // room for the outcome and no more: a megabyte for each of a small segment's columns costs more than compressing them
      chunkSize: roomFor(bytes.byteLength),
    })
}

export const compressors = { ZSTD: zstdAt(5) }

const unpacking = (length: number) => ({
  // at least 1: zlib takes no limit of 0, and the length is checked against the header afterwards
  maxOutputLength: Math.max(length, 1),
  chunkSize: roomFor(length),
})

export const decompressors = {
  ZSTD: (bytes: Uint8Array, length: number): Uint8Array => zstdDecompressSync(bytes, unpacking(length)),
}

const unzstd = promisify(zstdDecompress)

/** What `decompressors.ZSTD` does, on another thread. */
export const unzstdAside = (bytes: Uint8Array, length: number): Promise<Uint8Array> =>
  unzstd(bytes, unpacking(length))
