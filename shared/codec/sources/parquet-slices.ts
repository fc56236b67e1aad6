import type { FileMetaData, RowGroup, SchemaElement, SchemaTree } from 'hyparquet'
import { parquetRead, parquetSchema } from 'hyparquet'
import type { ColumnSize } from './parquet-pages.ts'
import { boundedDecompressors } from './parquet-unpack.ts'
import { DecompressionLimit, SourceCorrupt } from './source-item.ts'

/** A slice takes about so much memory when it is decoded. */
const SLICE_BYTES = 64 * 1024 * 1024
/** What a decoded value takes beside its bytes. */
const VALUE_BYTES = 32
const LEAST_ROWS = 256
/** Values to decode for a row group, those that are decoded again counted again: some minutes. */
const MAX_WORK = 2 ** 33

/** Small slices cost time: the pages that they lie in are decoded again for each. */
const rowsPerSlice = (rows: number, unpacked: number, values: number): number =>
  Math.max(LEAST_ROWS, Math.floor((rows * SLICE_BYTES) / (unpacked + values * VALUE_BYTES + 1)))

/** How many rows to decode at a time. Throws where that would take for ever. */
export const planSlices = (rowGroup: RowGroup, columns: readonly ColumnSize[]): number => {
  const rows = Number(rowGroup.num_rows)
  const unpacked = rowGroup.columns.reduce(
    (sum, { meta_data }) => sum + Math.max(0, Number(meta_data?.total_uncompressed_size)),
    0,
  )
  const values = columns.reduce((sum, column) => sum + column.values, 0)
  const step = rowsPerSlice(rows, unpacked, values)
  const slices = Math.ceil(rows / step)
  const work = columns.reduce((sum, { atOnce }) => sum + slices * atOnce, values)
  if (work > MAX_WORK)
    throw new DecompressionLimit(`parquet row group: expected at most ${MAX_WORK} values to decode`)
  return step
}

const elementsOf = ({ element, children }: SchemaTree): SchemaElement[] => [
  element,
  ...children.flatMap(elementsOf),
]

/** A file of one of the columns, so that one at a time is in memory. */
const columnAlone = (physical: FileMetaData, column: SchemaTree, rowGroup: RowGroup): FileMetaData => ({
  ...physical,
  schema: [{ name: 'root', num_children: 1 }, ...elementsOf(column)],
  num_rows: rowGroup.num_rows,
  row_groups: [
    {
      ...rowGroup,
      columns: rowGroup.columns.filter(
        ({ meta_data }) => meta_data?.path_in_schema[0] === column.element.name,
      ),
    },
  ],
})

/** Some rows of a row group: by column, a value for each. */
export type Slice = { columns: ReadonlyMap<string, unknown[]>; rows: number }

/** A row group's bytes, as stored; it begins at `start` of the file. */
export type RowGroupBytes = { readonly bytes: Uint8Array; readonly start: number }

/** Decodes the rows of one row group, `step` of them at a time, into values in their physical form. */
export async function* readSlices(
  physical: FileMetaData,
  rowGroup: RowGroup,
  { bytes, start }: RowGroupBytes,
  step: number,
): AsyncGenerator<Slice> {
  const total = Number(rowGroup.num_rows)
  const files = parquetSchema(physical).children.map((column) => ({
    name: column.element.name,
    metadata: columnAlone(physical, column, rowGroup),
  }))
  const file = {
    byteLength: start + bytes.length,
    // a column is always asked for with its end
    slice: (from: number, to?: number) =>
      new Uint8Array(bytes.subarray(from - start, Number(to) - start)).buffer,
  }

  const readColumn = async (metadata: FileMetaData, name: string, rowStart: number, rows: number) => {
    const values = new Array<unknown>(rows).fill(null)
    let filled = 0
    await parquetRead({
      file,
      metadata,
      rowStart,
      rowEnd: rowStart + rows,
      utf8: false,
      compressors: boundedDecompressors,
      parsers: { timestampFromNanoseconds: (nanos) => nanos },
      onChunk: ({ columnData, rowStart: at }) => {
        // pages may begin before the slice and end behind it
        const first = Math.max(0, rowStart - at)
        const last = Math.min(columnData.length, rowStart + rows - at)
        for (let place = first; place < last; place += 1) values[at + place - rowStart] = columnData[place]
        filled += Math.max(0, last - first)
      },
    })
    if (filled !== rows)
      throw new SourceCorrupt(`parquet column ${name}: expected ${rows} rows, got ${filled}`)
    return values
  }

  for (let rowStart = 0; rowStart < total; rowStart += step) {
    const rows = Math.min(step, total - rowStart)
    const decoded = new Map<string, unknown[]>()
    for (const { name, metadata } of files)
      decoded.set(name, await readColumn(metadata, name, rowStart, rows))
    yield { columns: decoded, rows }
  }
}
