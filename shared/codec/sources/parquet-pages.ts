import type { ColumnMetaData, PageHeader, RowGroup, SchemaTree } from 'hyparquet'
import { parquetHeader } from 'hyparquet/src/column.js'
import { getPhysicalColumns, getTreePath, isFlatColumn } from 'hyparquet/src/schema.js'
import { checkThrift } from '../thrift-shape.ts'
import type { Page } from './parquet-runs.ts'
import { checkPage } from './parquet-runs.ts'
import { unpackPage } from './parquet-unpack.ts'
import { DecompressionLimit, SourceCorrupt } from './source-item.ts'

/** Of a column in a row group, and of all its columns. */
const MAX_VALUES = 50_000_000
const MAX_ROW_GROUP_VALUES = 2 ** 29
/**
 * Of a page, which is decoded whole, and of a nested column, all pages of which are: each value counts as often as there are
 * lists around it.
 */
const MAX_VALUES_AT_ONCE = 2 ** 23

type Column = { readonly name: string; readonly meta: ColumnMetaData; readonly path: SchemaTree[] }

const SHOWN = 60

/** For a message: names are as long as their file makes them. */
const nameOf = ({ path_in_schema }: ColumnMetaData): string => {
  const name = path_in_schema.join('.')
  return name.length <= SHOWN ? name : `${name.slice(0, SHOWN)}…`
}

/** How many values a column has, and how many of them are decoded for any one of its rows. */
export type ColumnSize = { readonly values: number; readonly atOnce: number }

/** As the library does it: by the page's type, whatever else the header holds. */
const aboutPage = ({ name }: Column, header: PageHeader): { num_values: number } => {
  const about =
    header.type === 'DATA_PAGE'
      ? header.data_page_header
      : header.type === 'DATA_PAGE_V2'
        ? header.data_page_header_v2
        : header.type === 'DICTIONARY_PAGE'
          ? header.dictionary_page_header
          : undefined
  if (about === undefined) throw new SourceCorrupt(`parquet column ${name}: a page of type ${header.type}`)
  return about
}

const toPage = (header: PageHeader, packed: Uint8Array, codec: string): Page | undefined => {
  const { type, data_page_header: first, data_page_header_v2: second, uncompressed_page_size: size } = header
  if (type === 'DATA_PAGE' && first !== undefined)
    return { bytes: unpackPage(codec, packed, size), values: first.num_values, encoding: first.encoding }
  if (type !== 'DATA_PAGE_V2' || second === undefined) return undefined
  const { num_values: values, num_nulls: nulls, encoding } = second
  const definitionsAt = second.repetition_levels_byte_length
  const levels = definitionsAt + second.definition_levels_byte_length
  if (!(nulls >= 0 && nulls <= values && definitionsAt >= 0 && levels >= definitionsAt))
    throw new SourceCorrupt(`parquet page: ${nulls} of ${values} values are null`)
  const rest = packed.subarray(levels)
  const bytes = second.is_compressed === false ? rest : unpackPage(codec, rest, size - levels)
  return { bytes: packed, values, encoding, apart: { bytes, definitionsAt, nulls } }
}

/** Walks over the pages of a column. */
const checkColumn = (column: Column, bytes: Uint8Array): ColumnSize => {
  const { name, meta, path } = column
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const depth = path.filter(({ element }) => element.repetition_type !== 'REQUIRED').length
  const most = Math.floor(MAX_VALUES_AT_ONCE / Math.max(1, depth))
  const flat = isFlatColumn(path)
  let [values, atOnce] = [0, 0]
  for (let at = 0; at < bytes.length - 1; ) {
    const dataAt = checkThrift(bytes, at)
    const header = parquetHeader({ view, offset: at })
    const { num_values: count } = aboutPage(column, header)
    const end = dataAt + header.compressed_page_size
    if (!(end >= dataAt && end <= bytes.length && count >= 0))
      throw new SourceCorrupt(`parquet column ${name}: a page lies outside of it`)
    if (header.type !== 'DICTIONARY_PAGE') values += count
    if (values > meta.num_values) break
    atOnce = flat ? Math.max(atOnce, count) : values
    if (Math.max(atOnce, count) > most)
      throw new DecompressionLimit(`parquet column ${name}: expected at most ${most} values at once`)
    const page = toPage(header, bytes.subarray(dataAt, end), meta.codec)
    if (page !== undefined) checkPage(page, path, meta.type)
    at = end
  }
  return { values, atOnce }
}

/** What the footer says of each column of a row group. */
export const columnsOf = ({ columns }: RowGroup): ColumnMetaData[] =>
  columns.map(({ meta_data: meta }) => {
    if (meta === undefined) throw new SourceCorrupt('parquet column: its metadata is missing')
    return meta
  })

/**
 * Walks over the pages of a row group before anything is decoded: their value counts must add up to those of the column, and
 * what they hold to their value counts, since a decoder takes memory by them.
 * @param bytes the row group, which begins at `start` of the file.
 */
export const checkPages = (
  rowGroup: RowGroup,
  root: SchemaTree,
  bytes: Uint8Array,
  start: number,
): ColumnSize[] => {
  const rows = rowGroup.num_rows
  if (!(typeof rows === 'bigint' && rows >= 0n))
    throw new SourceCorrupt(`parquet: a row group of ${rows} rows`)
  const leaves = getPhysicalColumns(root).length
  if (rowGroup.columns.length !== leaves)
    throw new SourceCorrupt(`parquet: expected ${leaves} columns, got ${rowGroup.columns.length}`)
  const columns = columnsOf(rowGroup).map((meta): Column => {
    const name = nameOf(meta)
    // an empty list, too, is a value as Parquet counts them
    if (!(meta.num_values >= rows))
      throw new SourceCorrupt(
        `parquet column ${name}: expected ${rows} values or more, got ${meta.num_values}`,
      )
    if (meta.num_values > MAX_VALUES)
      throw new DecompressionLimit(
        `parquet column ${name}: expected at most ${MAX_VALUES} values in a row group`,
      )
    return { name, meta, path: getTreePath(root, meta.path_in_schema) }
  })
  const values = columns.reduce((sum, { meta }) => sum + Number(meta.num_values), 0)
  if (values > MAX_ROW_GROUP_VALUES)
    throw new DecompressionLimit(
      `parquet row group: expected at most ${MAX_ROW_GROUP_VALUES} values, got ${values}`,
    )
  return columns.map((column) => {
    const { name, meta } = column
    const from = Number(meta.dictionary_page_offset || meta.data_page_offset) - start
    const size = checkColumn(column, bytes.subarray(from, from + Number(meta.total_compressed_size)))
    if (BigInt(size.values) !== meta.num_values)
      throw new SourceCorrupt(
        `parquet column ${name}: expected ${meta.num_values} values, got ${size.values}`,
      )
    return size
  })
}
