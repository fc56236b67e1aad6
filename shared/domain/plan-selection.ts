import { judgeStatistics, type Statistics } from './judge-statistics.ts'
import { requiredIds, timesOfSelection } from './narrow-selection.ts'
import { MAX_TIME, MIN_TIME, partitionOf, partitionRange } from './partition.ts'
import type { ArchiveRecord } from './record.ts'
import type { RecordSelector, Selection, TimeRange } from './rehydration.ts'
import type { Segment } from './segment.ts'

/** Names of partitions, both ends inclusive, as the registry orders them. */
export type PartitionSpan = { readonly from: string; readonly to: string }

const clamp = (time: number): number => Math.min(Math.max(time, MIN_TIME), MAX_TIME)

/**
 * The span of partition names that times from `from` to `to` (inclusive) can lie in, whatever the unit: a dataset may have
 * changed its unit, and `2018-02` sorts before `2018-02-07`, which sorts before `2018-02-07T13`.
 */
const spanOf = (from: number, to: number): PartitionSpan => ({
  from: partitionOf(clamp(from), 'month'),
  to: partitionOf(clamp(to), 'hour'),
})

/** Where to look for a range. */
export const spanOfRange = ({ from, to }: TimeRange): PartitionSpan => spanOf(from, to - 1)

const hasTime = (selector: RecordSelector): selector is RecordSelector & { time: number } =>
  selector.time !== null

/** True of ids of which one may have any time. */
export const hasUntimedIds = (selection: Selection): boolean =>
  selection.kind === 'ids' && !selection.ids.every(hasTime)

/**
 * Where to look for a selection: spans of partition names, or undefined when ids without a time make it every partition. What its
 * filter demands of times counts.
 */
export const spansOf = (selection: Selection): readonly PartitionSpan[] | undefined => {
  const within = timesOfSelection(selection)
  if (within.from >= within.to) return []
  if (selection.kind === 'range') return [spanOfRange(within)]
  if (hasUntimedIds(selection))
    return within.from > MIN_TIME || within.to <= MAX_TIME ? [spanOfRange(within)] : undefined
  const times = [...new Set(selection.ids.filter(hasTime).map(({ time }) => time))].sort((a, b) => a - b)
  const spans: PartitionSpan[] = []
  for (const time of times) {
    if (time < within.from || time >= within.to) continue
    const span = spanOf(time, time)
    const last = spans.at(-1)
    if (last !== undefined && span.from <= last.to) spans[spans.length - 1] = { from: last.from, to: span.to }
    else spans.push(span)
  }
  return spans
}

/** Says of partitions, by their names alone, whether records of the selection may be in them. */
export const makePartitionCheck = (selection: Selection): ((partition: string) => boolean) => {
  const within = timesOfSelection(selection)
  const judge = selection.where && judgeStatistics(selection.where)
  const isSelected = (start: number, end: number) =>
    selection.kind === 'range'
      ? selection.from < end && start < selection.to
      : selection.ids.some(({ time }) => time === null || (start <= time && time < end))
  return (partition) => {
    const { start, end } = partitionRange(partition)
    const times: Statistics = (field) =>
      field === 'time' ? { range: { min: start, max: end - 1 }, mayLack: false } : undefined
    return within.from < end && start < within.to && isSelected(start, end) && judge?.(times) !== false
  }
}

const mayHoldId = (segment: Segment, { id, time }: RecordSelector): boolean =>
  segment.minId <= id &&
  id <= segment.maxId &&
  (time === null || (segment.minTime <= time && time <= segment.maxTime))

/** The ids of a selection that a segment may hold, by its ranges; none for one that cannot. */
export const selectorsWithin = (
  ids: readonly RecordSelector[],
  segment: Segment,
): readonly RecordSelector[] => ids.filter((selector) => mayHoldId(segment, selector))

/** What a segment's ranges say of ids and times. */
const statisticsOf =
  ({ minTime, maxTime, minId, maxId }: Segment): Statistics =>
  (field) => {
    if (field === 'time') return { range: { min: minTime, max: maxTime }, mayLack: false }
    return field === 'id' ? { range: { min: minId, max: maxId }, mayLack: false } : undefined
  }

/** Says of segments, by their ranges, whether records of the selection may be in them. */
export const makeSegmentCheck = (selection: Selection): ((segment: Segment) => boolean) => {
  const judge = selection.where && judgeStatistics(selection.where)
  const isSelected = (segment: Segment) =>
    selection.kind === 'range'
      ? selection.from <= segment.maxTime && segment.minTime < selection.to
      : selection.ids.some((selector) => mayHoldId(segment, selector))
  return (segment) => isSelected(segment) && judge?.(statisticsOf(segment)) !== false
}

/** The ids to look for, where a selection names any; undefined where it takes them as they come. */
export const namedIds = (selection: Selection): readonly RecordSelector[] | undefined =>
  selection.kind === 'ids' ? selection.ids : requiredIds(selection.where)?.map((id) => ({ id, time: null }))

/** Says of a record whether it was selected, filter and limit aside; for ids, by which positions of the selection. */
export const makeSelector = (
  selection: Selection,
): ((record: Pick<ArchiveRecord, 'id' | 'time'>) => readonly number[] | undefined) => {
  if (selection.kind === 'range') {
    const { from, to } = selection
    return ({ time }) => (from <= time && time < to ? [] : undefined)
  }
  const byId = new Map<string, { time: number | null; position: number }[]>()
  selection.ids.forEach(({ id, time }, position) => {
    byId.set(id, [...(byId.get(id) ?? []), { time, position }])
  })
  return ({ id, time }) => {
    const positions = byId
      .get(id)
      ?.filter((wanted) => wanted.time === null || wanted.time === time)
      .map(({ position }) => position)
    return positions?.length ? positions : undefined
  }
}
