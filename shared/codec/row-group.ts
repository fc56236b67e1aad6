import { crc32 } from 'node:zlib'
import type { PromotedColumn } from '../domain/dataset.ts'
import type { ArchiveRecord, PromotedValue } from '../domain/record.ts'
import { type Column, openColumn } from './column.ts'
import type { Cell } from './column-values.ts'
import type { SegmentFooter } from './segment-footer.ts'
import type { RowGroup } from './segment-format.ts'
import { decoding, SegmentCorrupt } from './segment-format.ts'
import { StoredRecord } from './stored-record.ts'

/** One row group's columns, by name; each has a value for every row. */
export type Columns = ReadonlyMap<string, Column>

export type PromotedKind = Pick<PromotedColumn, 'name' | 'type'>

/** Far above what is ever written: room is taken for as many before they have been seen. */
const MAX_ROWS = 2 ** 20

const corrupt = (at: number, reason: string) => new SegmentCorrupt(`row group ${at}: ${reason}`)

/** Checks that these are the bytes that were written for row group `at`. */
export const checkRowGroup = (bytes: Uint8Array, rowGroup: RowGroup, at: number): void => {
  if (bytes.length !== rowGroup.bytes)
    throw corrupt(at, `expected ${rowGroup.bytes} bytes, got ${bytes.length}`)
  if (crc32(bytes) !== rowGroup.crc) throw corrupt(at, 'its checksum is wrong')
}

/** Row group `at` of a segment, and its bytes, checked. */
export type GroupBytes = { readonly rowGroup: RowGroup; readonly at: number; readonly bytes: Uint8Array }

const openOne = (footer: SegmentFooter, { rowGroup, at, bytes }: GroupBytes, name: string): Column => {
  const { parquet } = footer
  const chunk = parquet.rowGroup(at)?.columns.find(({ meta_data: meta }) => meta?.path_in_schema[0] === name)
  const element = parquet.schema.find((one) => one.name === name)
  if (chunk?.meta_data === undefined || element === undefined) throw corrupt(at, `it has no column ${name}`)
  const meta = chunk.meta_data
  const start = Number(meta.dictionary_page_offset ?? meta.data_page_offset) - rowGroup.offset
  const end = start + Number(meta.total_compressed_size)
  if (start < 0 || end > bytes.length)
    throw corrupt(at, `its columns lie outside of it: ${name} at ${start} to ${end}`)
  return openColumn(bytes.subarray(start, end), { meta, element }, rowGroup.rows)
}

/** What is thrown while a row group is decoded means that its bytes are wrong. */
export const decodingGroup = <T>(at: number, decode: () => T): T => decoding(`row group ${at}`, decode)

/** Opens columns of a row group. Errors: `SegmentCorrupt`. */
export const openColumns = (footer: SegmentFooter, group: GroupBytes, names: readonly string[]): Columns =>
  decodingGroup(group.at, () => {
    const { rows } = group.rowGroup
    if (rows > MAX_ROWS) throw corrupt(group.at, `it says that it has ${rows} rows`)
    return new Map(names.map((name) => [name, openOne(footer, group, name)]))
  })

/** A decoded text. Errors: `SegmentCorrupt`. */
export const text = (value: Cell | undefined): string => {
  if (typeof value === 'string') return value
  throw new SegmentCorrupt(`a value of type ${typeof value} where text belongs`)
}

const textOrNull = (value: Cell | undefined): string | null =>
  value === null || value === undefined ? null : text(value)

const millis = (value: Cell | undefined): number => {
  if (typeof value === 'number' && Number.isSafeInteger(value)) return value
  throw new SegmentCorrupt('a time that is not a whole number of milliseconds')
}

/** The name of a promoted column where the segment has one of that name and type. */
export const storedColumn = (footer: SegmentFooter, { name, type }: PromotedKind): string | undefined =>
  footer.segment.promoted.find((column) => column.name === name && column.type === type)?.name

const OWN = ['id', 'time', 'body', 'header', 'arrived', 'version'] as const

/** What of a row group is wanted: all rows unless they are given, and the columns that records are made of. */
export type WantedRows = { readonly rows?: readonly number[]; readonly columns: Columns }

/**
 * Opens the columns that records are made of, but for those that were opened to choose rows. Errors: `SegmentCorrupt`.
 * @param promoted which promoted columns to fill.
 */
export const openRecords = (
  footer: SegmentFooter,
  group: GroupBytes,
  promoted: readonly PromotedKind[],
  chosen: { readonly rows: readonly number[]; readonly columns: Columns } | undefined,
): WantedRows => {
  const known: Columns = chosen?.columns ?? new Map()
  const extra = promoted.flatMap((kind) => storedColumn(footer, kind) ?? [])
  const names = [...OWN, ...extra].filter((name) => !known.has(name))
  const columns = new Map([...known, ...openColumns(footer, group, names)])
  return { columns, ...(chosen && { rows: chosen.rows }) }
}

/** Unpacks, by other threads, what takes longest. Errors: `SegmentCorrupt`. */
export const unpackBodies = async (
  { at }: Pick<GroupBytes, 'at'>,
  { columns, rows }: WantedRows,
): Promise<void> => {
  const [outcome] = await Promise.allSettled([columns.get('body')?.prepare(rows)])
  decodingGroup(at, () => {
    if (outcome.status === 'rejected') throw outcome.reason
  })
}

/** Of fewer rows than this share nearly each would hold on to a page of its own, for as long as its reader gathers records. */
const MANY = 1 / 8

/**
 * Makes records of the wanted rows of a row group. Errors: `SegmentCorrupt`.
 * @param promoted which promoted columns to fill, in this order; what the segment does not have is null.
 * @param isLazy to leave bodies as bytes where many rows are wanted: a record then holds on to the page that its body is in.
 */
export const decodeRecords = (
  footer: SegmentFooter,
  group: Pick<GroupBytes, 'at' | 'rowGroup'>,
  promoted: readonly PromotedKind[],
  { rows, columns }: WantedRows,
  isLazy = false,
): ArchiveRecord[] => {
  const [ids, times, bodies, headers, arrived, versions] = OWN.map((name) => columns.get(name))
  const values = promoted.map((kind) => columns.get(storedColumn(footer, kind) ?? ''))
  const { rows: all } = group.rowGroup
  const leavesBytes = isLazy && (rows?.length ?? all) >= MANY * all
  const record = (row: number): ArchiveRecord => {
    const rest = {
      id: text(ids?.at(row)),
      time: millis(times?.at(row)),
      header: textOrNull(headers?.at(row)),
      arrived: millis(arrived?.at(row)),
      version: textOrNull(versions?.at(row)),
      promoted: values.map((column): PromotedValue => column?.at(row) ?? null),
    }
    const place = leavesBytes ? bodies?.textAt(row) : undefined
    return place === undefined ? { ...rest, body: text(bodies?.at(row)) } : new StoredRecord(rest, place)
  }
  return decodingGroup(
    group.at,
    () => rows?.map(record) ?? Array.from({ length: all }, (_, row) => record(row)),
  )
}
