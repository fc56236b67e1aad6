import type { FileMetaData, RowGroup } from 'hyparquet'
import { parquetRead, parquetSchema } from 'hyparquet'
import { boundedDecompressors } from './parquet-pages.ts'
import { SourceCorrupt } from './source-item.ts'

/** A slice takes about so much memory when it is decoded. */
const SLICE_BYTES = 64 * 1024 * 1024
/** What a decoded value takes beside its bytes. */
const VALUE_BYTES = 32
const LEAST_ROWS = 256

const toBuffer = (bytes: Uint8Array): ArrayBuffer => new Uint8Array(bytes).buffer

/** Small slices cost time: the pages that they lie in are decoded again for each. */
const rowsPerSlice = ({ num_rows, columns }: RowGroup): number => {
  const rows = Math.max(1, Number(num_rows))
  const unpacked = columns.reduce(
    (sum, { meta_data }) => sum + Number(meta_data?.total_uncompressed_size ?? 0),
    0,
  )
  const values = columns.reduce((sum, { meta_data }) => sum + Number(meta_data?.num_values ?? 0), 0)
  return Math.max(LEAST_ROWS, Math.floor((rows * SLICE_BYTES) / (unpacked + values * VALUE_BYTES + 1)))
}

/** Some rows of a row group: by column, a value for each. */
export type Slice = { columns: ReadonlyMap<string, unknown[]>; rows: number }

/**
 * Decodes the rows of one row group, a slice at a time, into values in their physical form.
 * @param bytes the row group, which begins at `start` of the file.
 */
export async function* readSlices(
  physical: FileMetaData,
  rowGroup: RowGroup,
  bytes: Uint8Array,
  start: number,
): AsyncGenerator<Slice> {
  const total = Number(rowGroup.num_rows)
  const names = parquetSchema(physical).children.map(({ element }) => element.name)
  const step = rowsPerSlice(rowGroup)
  const cut = new Map<string, ArrayBuffer>()
  const slice = (from: number, to = start + bytes.length) => {
    const key = `${from}-${to}`
    const buffer = cut.get(key) ?? toBuffer(bytes.subarray(from - start, to - start))
    cut.set(key, buffer)
    return buffer
  }
  for (let rowStart = 0; rowStart < total; rowStart += step) {
    const rows = Math.min(step, total - rowStart)
    const columns = new Map<string, unknown[]>()
    const filled = new Map<string, number>()
    await parquetRead({
      file: { byteLength: start + bytes.length, slice },
      metadata: { ...physical, num_rows: rowGroup.num_rows, row_groups: [rowGroup] },
      rowStart,
      rowEnd: rowStart + rows,
      utf8: false,
      compressors: boundedDecompressors,
      parsers: { timestampFromNanoseconds: (nanos) => nanos },
      onChunk: ({ columnName, columnData, rowStart: at }) => {
        const values = columns.get(columnName) ?? new Array<unknown>(rows).fill(null)
        columns.set(columnName, values)
        // pages may begin before the slice and end behind it
        const first = Math.max(0, rowStart - at)
        const last = Math.min(columnData.length, rowStart + rows - at)
        for (let place = first; place < last; place += 1) values[at + place - rowStart] = columnData[place]
        filled.set(columnName, (filled.get(columnName) ?? 0) + Math.max(0, last - first))
      },
    })
    for (const name of names)
      if (filled.get(name) !== rows)
        throw new SourceCorrupt(`parquet column ${name}: expected ${rows} rows, got ${filled.get(name) ?? 0}`)
    yield { columns, rows }
  }
}
