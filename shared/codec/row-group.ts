import { crc32 } from 'node:zlib'
import type { DecodedArray } from 'hyparquet'
import { parquetRead } from 'hyparquet'
import type { PromotedColumn } from '../domain/dataset.ts'
import type { ArchiveRecord, PromotedValue } from '../domain/record.ts'
import { decompressors, parsers } from './parquet-values.ts'
import type { SegmentFooter } from './segment-footer.ts'
import type { RowGroup } from './segment-format.ts'
import { SegmentCorrupt } from './segment-format.ts'

/** One row group's columns, by name; each has a value for every row. */
export type Columns = ReadonlyMap<string, DecodedArray>

export type PromotedKind = Pick<PromotedColumn, 'name' | 'type'>

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

/** Decodes columns of a row group. Errors: `SegmentCorrupt`. */
export const decodeColumns = async (
  footer: SegmentFooter,
  { rowGroup, at, bytes }: GroupBytes,
  columns: string[],
): Promise<Columns> => {
  const slice = (start: number, end = rowGroup.offset + rowGroup.bytes) => {
    if (start < rowGroup.offset || end > rowGroup.offset + rowGroup.bytes)
      throw corrupt(at, `its columns lie outside of it, at ${start} to ${end}`)
    return new Uint8Array(bytes.subarray(start - rowGroup.offset, end - rowGroup.offset)).buffer
  }
  const decoded = new Map<string, DecodedArray>()
  try {
    await parquetRead({
      file: { byteLength: rowGroup.offset + rowGroup.bytes, slice },
      metadata: {
        ...footer.parquet,
        num_rows: BigInt(rowGroup.rows),
        row_groups: footer.parquet.row_groups.slice(at, at + 1),
      },
      columns,
      compressors: decompressors,
      parsers,
      onChunk: ({ columnName, columnData, rowStart }) => {
        // a second chunk would have to be joined; format 1 has one page a column
        if (rowStart === 0) decoded.set(columnName, columnData)
      },
    })
  } catch (error) {
    if (error instanceof SegmentCorrupt) throw error
    throw corrupt(at, String(error), error)
  }
  for (const name of columns) {
    const rows = decoded.get(name)?.length
    if (rows !== rowGroup.rows) throw corrupt(at, `expected ${rowGroup.rows} rows of ${name}, got ${rows}`)
  }
  return decoded
}

const text = (value: unknown): string => {
  if (typeof value === 'string') return value
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
  if (typeof value === 'bigint') {
    const number = Number(value)
    return Number.isSafeInteger(number) ? number : value
  }
  return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean' ? value : null
}

/** The name of a promoted column where the segment has one of that name and type. */
export const storedColumn = (footer: SegmentFooter, { name, type }: PromotedKind): string | undefined =>
  footer.segment.promoted.find((column) => column.name === name && column.type === type)?.name

/**
 * Decodes a row group into records, those of the chosen rows or all; columns that were decoded to choose them are not decoded
 * again. `promoted` says which promoted columns to fill, and
 * in which order; what the segment does not have is null.
 */
export const decodeRecords = async (
  footer: SegmentFooter,
  group: GroupBytes,
  promoted: readonly PromotedKind[],
  chosen?: { readonly rows: readonly number[]; readonly columns: Columns },
): Promise<ArchiveRecord[]> => {
  // the promoted columns to fill, in the order asked for; undefined where the segment has none of that name and type
  const extra = promoted.map((kind) => storedColumn(footer, kind))
  const own = ['id', 'time', 'body', 'header', 'arrived', 'version']
  const known = chosen?.columns ?? new Map<string, DecodedArray>()
  const names = [...own, ...extra.filter((name) => name !== undefined)].filter((name) => !known.has(name))
  const columns = new Map([...known, ...(await decodeColumns(footer, group, names))])
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
