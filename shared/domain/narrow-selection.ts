import type { Comparison, Filter, FilterValue } from './filter.ts'
import { requiredBy } from './filter-logic.ts'
import type { Selection, TimeRange } from './rehydration.ts'

const isTime = (value: FilterValue): value is number => typeof value === 'number'
const isText = (value: FilterValue): value is string => typeof value === 'string'

const timesOf = (comparison: Comparison): TimeRange | undefined => {
  const [from, to] = [Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY]
  if ('eq' in comparison && isTime(comparison.eq)) return { from: comparison.eq, to: comparison.eq + 1 }
  if ('in' in comparison) {
    const times = comparison.in.filter(isTime)
    return times.reduce((all, time) => ({ from: Math.min(all.from, time), to: Math.max(all.to, time + 1) }), {
      from: to,
      to: from,
    })
  }
  if ('lt' in comparison && isTime(comparison.lt)) return { from, to: comparison.lt }
  if ('lte' in comparison && isTime(comparison.lte)) return { from, to: comparison.lte + 1 }
  if ('gt' in comparison && isTime(comparison.gt)) return { from: comparison.gt + 1, to }
  return 'gte' in comparison && isTime(comparison.gte) ? { from: comparison.gte, to } : undefined
}

/** Times that a filter demands of every record; without an end where it demands none. */
export const requiredTimes = (filter: Filter | null): TimeRange =>
  requiredBy(filter)
    .filter(({ field }) => field === 'time')
    .map(timesOf)
    .filter((times) => times !== undefined)
    .reduce((all, { from, to }) => ({ from: Math.max(all.from, from), to: Math.min(all.to, to) }), {
      from: Number.NEGATIVE_INFINITY,
      to: Number.POSITIVE_INFINITY,
    })

const idsOf = (comparison: Comparison): readonly string[] | undefined => {
  if ('eq' in comparison) return [comparison.eq].filter(isText)
  return 'in' in comparison ? comparison.in.filter(isText) : undefined
}

/** The ids of which a filter demands one; undefined where it demands none. */
export const requiredIds = (filter: Filter | null): readonly string[] | undefined => {
  const sets = requiredBy(filter)
    .filter(({ field }) => field === 'id')
    .map(idsOf)
    .filter((ids) => ids !== undefined)
    .map((ids) => new Set(ids))
  return sets.length === 0 ? undefined : [...sets.reduce((all, ids) => all.intersection(ids))]
}

/** The times that the records of a selection can have; without an end where any can. An empty range holds none. */
export const timesOfSelection = (selection: Selection): TimeRange => {
  const required = requiredTimes(selection.where)
  if (selection.kind === 'range')
    return { from: Math.max(selection.from, required.from), to: Math.min(selection.to, required.to) }
  return required
}
