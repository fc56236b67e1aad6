import type { FileMetaData, RowGroup, SchemaTree } from 'hyparquet'
import { parquetMetadata, parquetSchema } from 'hyparquet'
import type { ByteSource } from '../byte-source.ts'
import { checkPages } from './parquet-pages.ts'
import { checkSchema, objectOf, physicalMetadata } from './parquet-schema.ts'
import type { Slice } from './parquet-slices.ts'
import { readSlices } from './parquet-slices.ts'
import type { SourceItem } from './source-item.ts'
import { DecompressionLimit, SourceCorrupt } from './source-item.ts'

/** A row group's bytes are held while it is read. */
const MAX_ROW_GROUP_BYTES = 512 * 1024 * 1024
const ROWS_AT_ONCE = 1000
const MAX_FOOTER_BYTES = 64 * 1024 * 1024

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
  return { kind: 'invalid', ...fault, raw: Buffer.from(text), complete: true, header: null, row }
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
