import { crc32 } from 'node:zlib'
import type { DecodedArray } from 'hyparquet'
import { readColumn } from 'hyparquet/src/column.js'
import { DEFAULT_PARSERS } from 'hyparquet/src/convert.js'
import { getSchemaPath } from 'hyparquet/src/schema.js'
import type { PromotedColumn } from '../domain/dataset.ts'
import type { ArchiveRecord, PromotedValue } from '../domain/record.ts'
import { decompressors, lazyParsers, parsers, stringFromBytes } from './parquet-values.ts'
import type { SegmentFooter } from './segment-footer.ts'
import type { RowGroup } from './segment-format.ts'
import { SegmentCorrupt } from './segment-format.ts'

/** One row group's columns, by name; each has a value for every row. */
export type Columns = ReadonlyMap<string, DecodedArray>

export type PromotedKind = Pick<PromotedColumn, 'name' | 'type'>

/** Values as they are used, or as they are stored, for columns of which few values will be looked at. */
export type Decoding = 'used' | 'stored'

const PARSERS = {
  used: { ...DEFAULT_PARSERS, ...parsers },
  stored: { ...DEFAULT_PARSERS, ...lazyParsers },
} as const

const corrupt = (at: number, reason: string, cause?: unknown) =>
  new SegmentCorrupt(`row group ${at}: ${reason}`, { cause })

/** Checks that these are the bytes that were written for row group `at`. */
export const checkRowGroup = (bytes: Uint8Array, rowGroup: RowGroup, at: number): void => {
  if (bytes.length !== rowGroup.bytes)
    throw corrupt(at, `expected ${rowGroup.bytes} bytes, got ${bytes.length}`)
  if (crc32(bytes) !== rowGroup.crc) throw corrupt(at, 'its checksum is wrong')
}

/** Row group `at` of a segment, and its bytes, checked. */
export type GroupBytes = { readonly rowGroup: RowGroup; readonly at: number; readonly bytes: Uint8Array }

/** One column's values, of the one page that format 1 has for each. */
const decodeColumn = (
  footer: SegmentFooter,
  { rowGroup, at, bytes }: GroupBytes,
  name: string,
  decoding: Decoding,
) => {
  const { schema, row_groups: groups } = footer.parquet
  const chunk = groups[at]?.columns.find(({ meta_data: meta }) => meta?.path_in_schema[0] === name)
  if (chunk?.meta_data === undefined) throw corrupt(at, `it has no column ${name}`)
  const meta = chunk.meta_data
  const start = Number(meta.dictionary_page_offset ?? meta.data_page_offset) - rowGroup.offset
  const end = start + Number(meta.total_compressed_size)
  if (start < 0 || end > bytes.length)
    throw corrupt(at, `its columns lie outside of it: ${name} at ${start} to ${end}`)
  const schemaPath = getSchemaPath(schema, meta.path_in_schema)
  // the whole column at once: what the library's own plan is for has been decided by the row group's bytes
  const { data } = readColumn(
    { view: new DataView(bytes.buffer, bytes.byteOffset + start, end - start), offset: 0 },
    { groupStart: 0, selectStart: 0, selectEnd: rowGroup.rows, groupRows: rowGroup.rows },
    {
      ...meta,
      pathInSchema: meta.path_in_schema,
      element: schemaPath.reduce((_, node) => node).element,
      schemaPath,
      parsers: PARSERS[decoding],
      compressors: decompressors,
    },
  )
  const [values] = data
  if (values?.length === rowGroup.rows) return values
  throw corrupt(at, `expected ${rowGroup.rows} rows of ${name}, got ${values?.length}`)
}

/** Decodes columns of a row group. Errors: `SegmentCorrupt`. */
export const decodeColumns = (
  footer: SegmentFooter,
  group: GroupBytes,
  names: readonly string[],
  decoding: Decoding,
): Columns => {
  try {
    return new Map(names.map((name) => [name, decodeColumn(footer, group, name, decoding)]))
  } catch (error) {
    if (error instanceof SegmentCorrupt) throw error
    throw corrupt(group.at, String(error), error)
  }
}

/** A decoded text. Errors: `SegmentCorrupt`. */
export const text = (value: unknown): string => {
  if (typeof value === 'string') return value
  if (value instanceof Uint8Array) return stringFromBytes(value)
  throw new SegmentCorrupt(`a value of type ${typeof value} where text belongs`)
}

const textOrNull = (value: unknown): string | null =>
  value === null || value === undefined ? null : text(value)

const millis = (value: unknown): number => {
  if (typeof value === 'number' && Number.isSafeInteger(value)) return value
  throw new SegmentCorrupt('a time that is not a whole number of milliseconds')
}

/** A decoded value of a promoted column; an integer is a number where that is exact. */
export const promotedValue = (value: unknown): PromotedValue => {
  if (value instanceof Uint8Array) return stringFromBytes(value)
  if (typeof value === 'bigint') {
    const number = Number(value)
    return Number.isSafeInteger(number) ? number : value
  }
  return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean' ? value : null
}

/** The name of a promoted column where the segment has one of that name and type. */
export const storedColumn = (footer: SegmentFooter, { name, type }: PromotedKind): string | undefined =>
  footer.segment.promoted.find((column) => column.name === name && column.type === type)?.name

/** Of this share of a row group's rows and less, values are made one by one instead of all of a column. */
const FEW = 1 / 8

/**
 * Decodes a row group into records, those of the chosen rows or all; columns that were decoded to choose them are not decoded
 * again. `promoted` says which promoted columns to fill, and
 * in which order; what the segment does not have is null.
 */
export const decodeRecords = (
  footer: SegmentFooter,
  group: GroupBytes,
  promoted: readonly PromotedKind[],
  chosen?: { readonly rows: readonly number[]; readonly columns: Columns },
): ArchiveRecord[] => {
  // the promoted columns to fill, in the order asked for; undefined where the segment has none of that name and type
  const extra = promoted.map((kind) => storedColumn(footer, kind))
  const own = ['id', 'time', 'body', 'header', 'arrived', 'version']
  const known = chosen?.columns ?? new Map<string, DecodedArray>()
  const names = [...own, ...extra.filter((name) => name !== undefined)].filter((name) => !known.has(name))
  const isFew = chosen !== undefined && chosen.rows.length <= FEW * group.rowGroup.rows
  const columns = new Map([...known, ...decodeColumns(footer, group, names, isFew ? 'stored' : 'used')])
  const [ids, times, bodies, headers, arrived, versions] = own.map((name) => columns.get(name))
  const values = extra.map((name) => (name === undefined ? undefined : columns.get(name)))
  const record = (row: number): ArchiveRecord => ({
    id: text(ids?.[row]),
    time: millis(times?.[row]),
    body: text(bodies?.[row]),
    header: textOrNull(headers?.[row]),
    arrived: millis(arrived?.[row]),
    version: textOrNull(versions?.[row]),
    promoted: values.map((column) => promotedValue(column?.[row])),
  })
  return chosen?.rows.map(record) ?? Array.from({ length: group.rowGroup.rows }, (_, row) => record(row))
}
