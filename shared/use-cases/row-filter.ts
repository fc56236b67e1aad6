import type { RowFilter } from '../codec/choose-rows.ts'
import { makeRecordFilter, type RecordFilter } from '../codec/record-filter.ts'
import type { PromotedColumn } from '../domain/dataset.ts'
import { requiredIds, timesOfSelection } from '../domain/narrow-selection.ts'
import type { Selection } from '../domain/rehydration.ts'

/** @param promoted in the order in which records have their values. */
export const recordFilterOf = (
  { where }: Pick<Selection, 'where'>,
  promoted: readonly PromotedColumn[] = [],
): RecordFilter | undefined =>
  where === null
    ? undefined
    : makeRecordFilter(
        where,
        promoted.map(({ name }) => name),
      )

/** The bounds of a time range in ms, both ends inclusive, where it has any. */
const boundsOf = (from: number, to: number) => ({
  ...(Number.isFinite(from) && { minTime: from }),
  ...(Number.isFinite(to) && { maxTime: to - 1 }),
})

/** The same selection as conditions on rows; its limit is no such condition. */
export const rowFilterOf = (selection: Selection, where: RecordFilter | undefined): RowFilter => {
  const { from, to } = timesOfSelection(selection)
  const filter = where && { where }
  if (selection.kind === 'range') {
    const ids = requiredIds(selection.where)
    return { ...boundsOf(from, to), ...filter, ...(ids && { ids: new Set(ids) }) }
  }
  const times = selection.ids.map(({ time }) => time).filter((time) => time !== null)
  const isTimed = times.length === selection.ids.length
  const least = times.reduce((min, time) => Math.min(min, time), Number.POSITIVE_INFINITY)
  const most = times.reduce((max, time) => Math.max(max, time), Number.NEGATIVE_INFINITY)
  return {
    ...boundsOf(isTimed ? Math.max(from, least) : from, isTimed ? Math.min(to, most + 1) : to),
    ...filter,
    ids: new Set(selection.ids.map(({ id }) => id)),
  }
}
