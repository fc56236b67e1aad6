import { brotliDecompressSync, gunzipSync, zstdDecompressSync } from 'node:zlib'
import { snappyUncompress } from 'hyparquet'
import { DecompressionLimit, SourceCorrupt } from './source-item.ts'

/** Of one page, unpacked. A page holds at least one value, so this also bounds the largest value. */
export const MAX_PAGE_BYTES = 512 * 1024 * 1024

type Unpack = (input: Uint8Array, length: number) => Uint8Array

const bounded =
  (unpack: Unpack): Unpack =>
  (input, length) => {
    if (!(length >= 0 && length <= MAX_PAGE_BYTES))
      throw new DecompressionLimit(`parquet page: expected at most ${MAX_PAGE_BYTES} bytes, got ${length}`)
    return unpack(input, length)
  }

/** At least 1: zlib takes no limit of 0, and the library compares the length afterwards. */
const limit = (length: number) => ({ maxOutputLength: Math.max(length, 1) })

export const boundedDecompressors = {
  SNAPPY: bounded((input, length) => {
    const output = new Uint8Array(length)
    snappyUncompress(input, output)
    return output
  }),
  GZIP: bounded((input, length) => gunzipSync(input, limit(length))),
  ZSTD: bounded((input, length) => zstdDecompressSync(input, limit(length))),
  BROTLI: bounded((input, length) => brotliDecompressSync(input, limit(length))),
}

const DECOMPRESSORS: ReadonlyMap<string, Unpack> = new Map(Object.entries(boundedDecompressors))

/** A page as it was before it was packed. */
export const unpackPage = (codec: string, input: Uint8Array, length: number): Uint8Array => {
  if (codec === 'UNCOMPRESSED') return input
  const unpack = DECOMPRESSORS.get(codec)
  if (unpack === undefined) throw new SourceCorrupt(`parquet page: the compression ${codec} is not known`)
  return unpack(input, length)
}
