import { brotliDecompressSync, gunzipSync, zstdDecompressSync } from 'node:zlib'
import type { RowGroup } from 'hyparquet'
import { snappyUncompress } from 'hyparquet'
import { parquetHeader } from 'hyparquet/src/column.js'
import { DecompressionLimit, SourceCorrupt } from './source-item.ts'

/** Of one page, unpacked. A page holds at least one value, so this also bounds the largest value. */
const MAX_PAGE_BYTES = 512 * 1024 * 1024
const MAX_VALUES = 50_000_000

const bounded =
  (unpack: (input: Uint8Array, length: number) => Uint8Array) =>
  (input: Uint8Array, length: number): Uint8Array => {
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

/**
 * Walks over the page headers of a row group before anything is decoded: their value counts must add up to those of the
 * column, since a decoder takes memory by them.
 * @param bytes the row group, which begins at `start` of the file.
 */
export const checkPages = (rowGroup: RowGroup, bytes: Uint8Array, start: number): void => {
  const rows = rowGroup.num_rows
  if (!(typeof rows === 'bigint' && rows >= 0n))
    throw new SourceCorrupt(`parquet: a row group of ${rows} rows`)
  for (const { meta_data: column } of rowGroup.columns) {
    if (column === undefined) throw new SourceCorrupt('parquet column: its metadata is missing')
    const name = column.path_in_schema.join('.')
    if (column.num_values > MAX_VALUES)
      throw new DecompressionLimit(
        `parquet column ${name}: expected at most ${MAX_VALUES} values in a row group`,
      )
    // an empty list, too, is a value as Parquet counts them
    if (!(column.num_values >= rows))
      throw new SourceCorrupt(
        `parquet column ${name}: expected ${rows} values or more, got ${column.num_values}`,
      )
    const from = Number(column.dictionary_page_offset || column.data_page_offset) - start
    const size = Number(column.total_compressed_size)
    const reader = { view: new DataView(bytes.buffer, bytes.byteOffset + from, size), offset: 0 }
    let values = 0
    while (reader.offset < size - 1) {
      const { compressed_page_size, dictionary_page_header, data_page_header, data_page_header_v2 } =
        parquetHeader(reader)
      reader.offset += compressed_page_size
      const inPage = dictionary_page_header ?? data_page_header ?? data_page_header_v2
      if (compressed_page_size < 0 || reader.offset > size || (inPage && !(inPage.num_values >= 0)))
        throw new SourceCorrupt(`parquet column ${name}: a page lies outside of it`)
      if (inPage !== undefined && inPage.num_values > MAX_VALUES)
        throw new DecompressionLimit(
          `parquet column ${name}: expected at most ${MAX_VALUES} values in a page`,
        )
      values += (data_page_header ?? data_page_header_v2)?.num_values ?? 0
    }
    if (BigInt(values) !== column.num_values)
      throw new SourceCorrupt(`parquet column ${name}: expected ${column.num_values} values, got ${values}`)
  }
}
