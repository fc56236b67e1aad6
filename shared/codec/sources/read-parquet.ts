import type { FileMetaData, RowGroup, SchemaTree } from 'hyparquet'
import { parquetSchema } from 'hyparquet'
import type { ByteSource } from '../byte-source.ts'
import { decodeMetadata, footerLength, TRAILER } from '../parquet-metadata.ts'
import { makeOutputLimit } from './output-limit.ts'
import { checkPages, columnsOf } from './parquet-pages.ts'
import { checkElements, checkNames, objectOf, physicalMetadata } from './parquet-schema.ts'
import type { Slice } from './parquet-slices.ts'
import { planSlices, readSlices } from './parquet-slices.ts'
import type { SourceItem, SourceLimits } from './source-item.ts'
import { DecompressionLimit, SourceCorrupt } from './source-item.ts'

/** A row group's bytes are held while it is read. */
const MAX_ROW_GROUP_BYTES = 512 * 1024 * 1024
const ROWS_AT_ONCE = 1000
const TEXT_AT_ONCE = 1024 * 1024
const MAX_FOOTER_BYTES = 64 * 1024 * 1024

const corrupting = async <T>(decode: () => Promise<T> | T): Promise<T> => {
  try {
    return await decode()
  } catch (error) {
    if (error instanceof SourceCorrupt || error instanceof DecompressionLimit) throw error
    throw new SourceCorrupt(`parquet: ${String(error)}`, { cause: error })
  }
}

const readMetadata = async (source: ByteSource): Promise<FileMetaData> => {
  const trailer = await source.read(Math.max(0, source.bytes - TRAILER), source.bytes)
  const length = footerLength(trailer)
  if (length === undefined) throw new SourceCorrupt('parquet: expected PAR1 at the end of the file')
  if (length > source.bytes) throw new SourceCorrupt('parquet: the footer is longer than the file')
  if (length > MAX_FOOTER_BYTES)
    throw new DecompressionLimit(`parquet footer: expected at most ${MAX_FOOTER_BYTES} bytes, got ${length}`)
  const footer = await source.read(source.bytes - length, source.bytes)
  return corrupting(() => decodeMetadata(footer))
}

const rangeOf = (rowGroup: RowGroup, fileBytes: number): { start: number; end: number } => {
  let [start, end] = [fileBytes, 0]
  for (const column of columnsOf(rowGroup)) {
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

type Row = { readonly item: SourceItem; readonly size: number }

const toItem = (slice: Slice, at: number, row: number, root: SchemaTree, maxBytes: number): Row => {
  let valid = true
  const text = objectOf(
    root.children,
    (name) => slice.columns.get(name)?.[at],
    () => {
      valid = false
    },
  )
  const size = Buffer.byteLength(text)
  if (valid && size <= maxBytes) return { item: { kind: 'text', text, header: null, row }, size }
  const fault = valid
    ? ({ reason: 'body-too-long', detail: `row: expected at most ${maxBytes} bytes, got ${size}` } as const)
    : ({
        reason: 'invalid-utf8',
        detail: 'row: expected UTF-8 in its text, got other bytes, here as base64',
      } as const)
  const raw = Buffer.from(text)
  return { item: { kind: 'invalid', ...fault, raw, complete: true, header: null, row }, size }
}

/**
 * The rows of a Parquet file, each as a JSON object with a member for every column (see `leafText` for how values are
 * written): the same row always gives the same text. Memory: one row group as stored, and about 64 MiB of it decoded.
 * Errors: `SourceCorrupt`, `DecompressionLimit`; those of the source as they are.
 */
export async function* readParquetRows(
  source: ByteSource,
  limits: SourceLimits,
): AsyncGenerator<SourceItem[]> {
  const metadata = await readMetadata(source)
  checkElements(metadata.schema)
  const root = await corrupting(() => parquetSchema(metadata))
  checkNames(root)
  const physical = physicalMetadata(metadata)
  const count = makeOutputLimit('parquet', limits)
  let row = 0

  /** Rows of a slice from `at` on, as many as go at once: one value of a dictionary may be in a thousand of them. */
  const takeItems = (slice: Slice, at: number): SourceItem[] => {
    const items: SourceItem[] = []
    let bytes = 0
    while (at + items.length < slice.rows && items.length < ROWS_AT_ONCE && bytes < TEXT_AT_ONCE) {
      row += 1
      const { item, size } = toItem(slice, at + items.length, row, root, limits.maxBodyBytes)
      items.push(item)
      bytes += size
    }
    count(bytes, source.bytes)
    return items
  }

  for (const rowGroup of metadata.row_groups) {
    const { start, end } = await corrupting(() => rangeOf(rowGroup, source.bytes))
    const bytes = await source.read(start, end)
    const step = await corrupting(() => planSlices(rowGroup, checkPages(rowGroup, root, bytes, start)))
    const slices = readSlices(physical, rowGroup, { bytes, start }, step)
    for (;;) {
      const { done, value: slice } = await corrupting(() => slices.next())
      if (done === true) break
      for (let at = 0; at < slice.rows; ) {
        const from = at
        const items = await corrupting(() => takeItems(slice, from))
        yield items
        at += items.length
      }
    }
  }
}
