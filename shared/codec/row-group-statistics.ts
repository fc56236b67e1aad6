import type { Statistics as ColumnStatistics } from 'hyparquet'
import type { Bound, FieldStatistics, Statistics } from '../domain/judge-statistics.ts'
import type { PromotedKind } from './row-group.ts'
import type { SegmentFooter } from './segment-footer.ts'
import type { RowGroup } from './segment-format.ts'

const NOTHING: FieldStatistics = { range: null, mayLack: true }

const isBound = (value: unknown): value is Bound =>
  typeof value === 'string' ||
  typeof value === 'number' ||
  typeof value === 'bigint' ||
  typeof value === 'boolean'

const fieldStatistics = (
  { min_value: min, max_value: max, null_count: nulls }: ColumnStatistics,
  rows: number,
  isAsRead: boolean,
): FieldStatistics => {
  if (nulls !== undefined && Number(nulls) === rows) return NOTHING
  return {
    range: isBound(min) && isBound(max) ? { min, max } : undefined,
    mayLack: !isAsRead || nulls === undefined || nulls > 0n,
  }
}

/** A footer, as far as statistics are asked of it. */
type RowGroupFacts = Pick<SegmentFooter, 'segment'> & {
  readonly parquet: Pick<SegmentFooter['parquet'], 'rowGroup'>
}

/**
 * What the footer knows of the values in row group `at`: of ids and times by its own ranges, of versions and promoted columns by
 * Parquet's statistics, whose bounds of long texts are rounded outwards.
 * @param promoted the columns as they will be read: one of another type reads as null. When left out, each may.
 */
export const rowGroupStatistics = (
  { segment, parquet }: RowGroupFacts,
  { rows, minId, maxId, minTime, maxTime }: RowGroup,
  at: number,
  promoted?: readonly PromotedKind[],
): Statistics => {
  const columnStatistics = (column: string, isAsRead: boolean): FieldStatistics | undefined => {
    const chunk = parquet
      .rowGroup(at)
      ?.columns.find(({ meta_data }) => meta_data?.path_in_schema[0] === column)
    const statistics = chunk?.meta_data?.statistics
    return statistics && fieldStatistics(statistics, rows, isAsRead)
  }
  return (field) => {
    if (field === 'id') return { range: { min: minId, max: maxId }, mayLack: false }
    if (field === 'time') return { range: { min: minTime, max: maxTime }, mayLack: false }
    if (field === 'version') return columnStatistics(field, true)
    const stored = segment.promoted.find(({ name }) => name === field)
    if (field.startsWith('/') || field === 'arrived') return undefined
    if (stored === undefined) return NOTHING
    if (promoted === undefined) return columnStatistics(field, false)
    const isRead = promoted.some(({ name, type }) => name === field && type === stored.type)
    return isRead ? columnStatistics(field, true) : NOTHING
  }
}
