import type { FieldValue } from '../domain/compare-value.ts'
import type { BodyScan } from './body-scan.ts'
import type { Column } from './column.ts'
import type { RecordFilter } from './record-filter.ts'
import {
  type Columns,
  decodingGroup,
  type GroupBytes,
  openColumns,
  type PromotedKind,
  storedColumn,
  text,
  type WantedRows,
} from './row-group.ts'
import { rowGroupStatistics } from './row-group-statistics.ts'
import type { SegmentFooter } from './segment-footer.ts'
import type { RowGroup } from './segment-format.ts'

/** Which records are wanted: all conditions given must hold. Times in ms, both ends inclusive. */
export type RowFilter = {
  readonly minTime?: number
  readonly maxTime?: number
  readonly ids?: ReadonlySet<string>
  /** What this filter cannot say without parsing bodies is left to whoever reads them. */
  readonly where?: RecordFilter
}

/** The first of so many places, from `from` on, that is not before what is looked for. */
const firstNotBefore = (places: number, isBefore: (place: number) => boolean, from = 0): number => {
  let [low, high] = [from, places]
  while (low < high) {
    const middle = (low + high) >> 1
    if (isBefore(middle)) low = middle + 1
    else high = middle
  }
  return low
}

/** Sorted ids, to tell whether any lies in a range without going through all of them. */
const makeRangeCheck = (ids: ReadonlySet<string>) => {
  const sorted = [...ids].sort()
  return (min: string, max: string): boolean => {
    const next = sorted[firstNotBefore(sorted.length, (place) => String(sorted[place]) < min)]
    return next !== undefined && next <= max
  }
}

/** So many ids and fewer are looked up one by one, for rows stand in the order of their ids. */
const FEW_IDS = 16

/** The rows of ids, in order; no more values are made than are looked at. */
const rowsOfIds = (ids: ReadonlySet<string>, column: Column | undefined, rows: number): readonly number[] => {
  const idAt = (row: number) => text(column?.at(row))
  return [...ids].sort().flatMap((id) => {
    const first = firstNotBefore(rows, (row) => idAt(row) < id)
    const found: number[] = []
    for (let row = first; row < rows && idAt(row) === id; row += 1) found.push(row)
    return found
  })
}

/** The first so many rows, those of them that are wanted. */
const rowsThat = (rows: number, isWanted: (row: number) => boolean): readonly number[] => {
  const found: number[] = []
  for (let row = 0; row < rows; row += 1) if (isWanted(row)) found.push(row)
  return found
}

/**
 * Says of a row group, by its ranges and statistics, whether a wanted record can be in it.
 * @param promoted the columns as they will be read; when they are not known yet, less is ruled out.
 */
export const makePruner = (
  { minTime, maxTime, ids, where }: RowFilter,
  footer: Pick<SegmentFooter, 'segment' | 'parquet'>,
  promoted?: readonly PromotedKind[],
): ((rowGroup: RowGroup, at: number) => boolean) => {
  const anyIdWithin = ids === undefined ? () => true : makeRangeCheck(ids)
  return (rowGroup, at) =>
    (minTime === undefined || rowGroup.maxTime >= minTime) &&
    (maxTime === undefined || rowGroup.minTime <= maxTime) &&
    anyIdWithin(rowGroup.minId, rowGroup.maxId) &&
    (where === undefined || where.mayMatch(rowGroupStatistics(footer, rowGroup, at, promoted)))
}

const OWN = ['id', 'time', 'version']

/** Of the columns that a filter looks at those that the segment has as they are asked for; the others are null. */
const storedOf = (footer: SegmentFooter, promoted: readonly PromotedKind[], columns: readonly string[]) => {
  const stored = new Set(promoted.map((kind) => storedColumn(footer, kind)))
  return columns.filter((name) => OWN.includes(name) || stored.has(name))
}

/** Rows of a row group by their indexes, and the columns that were decoded to choose them. */
export type ChosenRows = { readonly rows: readonly number[]; readonly columns: Columns }

/**
 * Chooses the wanted rows by as few columns as that takes; undefined where ranges or the filter leave nothing to choose by, and
 * every row is wanted.
 */
export const chooseRows = (
  footer: SegmentFooter,
  group: GroupBytes,
  promoted: readonly PromotedKind[],
  { minTime, maxTime, ids, where }: RowFilter,
): ChosenRows | undefined => {
  const { rowGroup } = group
  const from = minTime !== undefined && rowGroup.minTime < minTime ? minTime : undefined
  const to = maxTime !== undefined && rowGroup.maxTime > maxTime ? maxTime : undefined
  const isTimed = from !== undefined || to !== undefined
  const early = where?.columns ?? []
  if (!isTimed && ids === undefined && early.length === 0) return undefined
  const names = new Set([
    ...(ids === undefined ? [] : ['id']),
    ...(isTimed ? ['time'] : []),
    ...storedOf(footer, promoted, early),
  ])
  const isFew = ids !== undefined && ids.size <= FEW_IDS
  const columns = openColumns(footer, group, [...names])
  const [foundIds, times] = [columns.get('id'), columns.get('time')]
  let row = 0
  const values = { value: (name: string): FieldValue => columns.get(name)?.at(row) ?? null }
  const isWanted = (candidate: number): boolean => {
    row = candidate
    if (!isFew && ids !== undefined && !ids.has(text(foundIds?.at(row)))) return false
    if (from !== undefined && !(Number(times?.at(row)) >= from)) return false
    if (to !== undefined && !(Number(times?.at(row)) <= to)) return false
    return where?.judgeColumns(values) !== false
  }
  const rows = decodingGroup(group.at, () =>
    isFew ? rowsOfIds(ids, foundIds, rowGroup.rows).filter(isWanted) : rowsThat(rowGroup.rows, isWanted),
  )
  return { rows, columns }
}

/** Of wanted rows, whose bodies are unpacked by now, those that a filter cannot rule out by the bytes of their bodies. Errors: `SegmentCorrupt`. */
export const chooseByBodies = (
  { at, rowGroup }: Pick<GroupBytes, 'at' | 'rowGroup'>,
  wanted: WantedRows,
  scan: BodyScan | undefined,
): WantedRows => {
  if (scan === undefined) return wanted
  const { columns, rows } = wanted
  const [bodies, headers] = [columns.get('body'), columns.get('header')]
  const mayBeWanted = (row: number): boolean => {
    // a row of CSV is no JSON
    if ((headers?.at(row) ?? null) !== null) return true
    const body = bodies?.textAt(row)
    return body === undefined || scan(body)
  }
  const chosen = () => rows?.filter(mayBeWanted) ?? rowsThat(rowGroup.rows, mayBeWanted)
  return { columns, rows: decodingGroup(at, chosen) }
}
