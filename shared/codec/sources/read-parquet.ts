import type { FileMetaData, RowGroup, SchemaTree } from 'hyparquet'
import { parquetMetadata, parquetRead, parquetSchema } from 'hyparquet'
import type { ByteSource } from '../byte-source.ts'
import { boundedDecompressors, checkPages } from './parquet-pages.ts'
import { checkSchema, objectOf, physicalMetadata } from './parquet-schema.ts'
import type { SourceItem } from './source-item.ts'
import { DecompressionLimit, SourceCorrupt } from './source-item.ts'

/** A row group's bytes are held while it is read; its rows are decoded in slices that take about so much memory. */
const MAX_ROW_GROUP_BYTES = 512 * 1024 * 1024
const SLICE_BYTES = 64 * 1024 * 1024
/** What a decoded value takes beside its bytes. */
const VALUE_BYTES = 32
const LEAST_ROWS = 256
const ROWS_AT_ONCE = 1000
const MAX_FOOTER_BYTES = 64 * 1024 * 1024

const toBuffer = (bytes: Uint8Array): ArrayBuffer => new Uint8Array(bytes).buffer

const corrupting = async <T>(decode: () => Promise<T> | T): Promise<T> => {
  try {
    return await decode()
  } catch (error) {
    if (error instanceof SourceCorrupt || error instanceof DecompressionLimit) throw error
    throw new SourceCorrupt(`parquet: ${error instanceof Error ? error.message : String(error)}`, {
      cause: error,
    })
  }
}

const readMetadata = async (source: ByteSource): Promise<FileMetaData> => {
  const trailer = Buffer.from(await source.read(Math.max(0, source.bytes - 8), source.bytes))
  if (trailer.length < 8 || trailer.toString('latin1', 4) !== 'PAR1')
    throw new SourceCorrupt('parquet: expected PAR1 at the end of the file')
  const length = trailer.readUInt32LE(0) + 8
  if (length > source.bytes) throw new SourceCorrupt('parquet: the footer is longer than the file')
  if (length > MAX_FOOTER_BYTES)
    throw new DecompressionLimit(`parquet footer: expected at most ${MAX_FOOTER_BYTES} bytes, got ${length}`)
  const footer = await source.read(source.bytes - length, source.bytes)
  return corrupting(() => parquetMetadata(footer, { geoparquet: false }))
}

const rangeOf = (rowGroup: RowGroup, fileBytes: number): { start: number; end: number } => {
  let [start, end] = [fileBytes, 0]
  for (const { meta_data: column } of rowGroup.columns) {
    if (column === undefined) throw new SourceCorrupt('parquet column: its metadata is missing')
    const from = Number(column.dictionary_page_offset || column.data_page_offset)
    start = Math.min(start, from)
    end = Math.max(end, from + Number(column.total_compressed_size))
  }
  if (!(Number.isSafeInteger(start) && start >= 0 && start <= end && end <= fileBytes))
    throw new SourceCorrupt('parquet: a row group lies outside of the file')
  if (end - start > MAX_ROW_GROUP_BYTES)
    throw new DecompressionLimit(
      `parquet row group: expected at most ${MAX_ROW_GROUP_BYTES} bytes, got ${end - start}`,
    )
  return { start, end }
}

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

type Slice = { columns: ReadonlyMap<string, unknown[]>; rows: number }

/** Decodes rows of one row group, a slice at a time. */
async function* readSlices(
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

const toItem = (slice: Slice, at: number, row: number, root: SchemaTree, maxBytes: number): SourceItem => {
  let valid = true
  const text = objectOf(
    root.children,
    (name) => slice.columns.get(name)?.[at],
    () => {
      valid = false
    },
  )
  const bytes = Buffer.byteLength(text)
  if (valid && bytes <= maxBytes) return { kind: 'text', text, header: null, row }
  const fault = valid
    ? ({ reason: 'body-too-long', detail: `row: expected at most ${maxBytes} bytes, got ${bytes}` } as const)
    : ({
        reason: 'invalid-utf8',
        detail: 'row: expected UTF-8 in its text, got other bytes, here as base64',
      } as const)
  return { kind: 'invalid', ...fault, raw: Buffer.from(text), complete: true, row }
}

/**
 * The rows of a Parquet file, each as a JSON object with a member for every column (see `leafText` for how values are
 * written): the same row always gives the same text. Memory: one row group as stored, and about 64 MiB of it decoded.
 * Errors: `SourceCorrupt`, `DecompressionLimit`; those of the source as they are.
 */
export async function* readParquetRows(source: ByteSource, maxBytes: number): AsyncGenerator<SourceItem[]> {
  const metadata = await readMetadata(source)
  const root = await corrupting(() => parquetSchema(metadata))
  checkSchema(root)
  const physical = physicalMetadata(metadata)
  let row = 0
  for (const rowGroup of metadata.row_groups) {
    const { start, end } = await corrupting(() => rangeOf(rowGroup, source.bytes))
    const bytes = await source.read(start, end)
    await corrupting(() => checkPages(rowGroup, bytes, start))
    const slices = readSlices(physical, rowGroup, bytes, start)
    for (;;) {
      const { done, value: slice } = await corrupting(() => slices.next())
      if (done === true) break
      for (let at = 0; at < slice.rows; at += ROWS_AT_ONCE) {
        const count = Math.min(ROWS_AT_ONCE, slice.rows - at)
        const [from, first] = [at, row + 1]
        yield await corrupting(() =>
          Array.from({ length: count }, (_, place) =>
            toItem(slice, from + place, first + place, root, maxBytes),
          ),
        )
        row += count
      }
    }
  }
}
