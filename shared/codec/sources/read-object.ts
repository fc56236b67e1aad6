import type { ByteSource } from '../byte-source.ts'
import type { Compression } from './decompress.ts'
import { decompress } from './decompress.ts'
import { readParquetRows } from './read-parquet.ts'
import { readCsvRows, readLines } from './read-text-rows.ts'
import type { SourceItem, SourceLimits } from './source-item.ts'
import { batchItems } from './source-item.ts'

/** An object of many records: text formats are streamed, Parquet is read at the places that its footer names. */
export type ObjectSource =
  | {
      readonly format: 'ndjson' | 'csv'
      readonly compression: Compression
      readonly stream: AsyncIterable<Uint8Array>
    }
  | { readonly format: 'parquet'; readonly source: ByteSource }

/**
 * The rows of an object in order, in batches of at most 1,000 rows or, but for its last row, 1 MiB. The batches depend on the
 * content alone, not on how it arrived. Memory does not grow with the object.
 * Errors, after the rows before them came out: `SourceCorrupt`, `DecompressionLimit`; those of the source as they are.
 */
export const readObject = (object: ObjectSource, limits: SourceLimits): AsyncGenerator<SourceItem[]> => {
  const { maxBodyBytes } = limits
  if (object.format === 'parquet') return batchItems(readParquetRows(object.source, limits))
  const bytes = decompress(object.stream, object.compression, limits)
  return batchItems(object.format === 'csv' ? readCsvRows(bytes, limits) : readLines(bytes, maxBodyBytes))
}
