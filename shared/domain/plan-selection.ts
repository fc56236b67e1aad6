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

/**
 * Where to look for a selection: spans of partition names, or undefined when ids without a time make it every partition.
 */
export const spansOf = (selection: Selection): readonly PartitionSpan[] | undefined => {
  if (selection.kind === 'range') return [spanOfRange(selection)]
  if (!selection.ids.every(hasTime)) return undefined
  const times = [...new Set(selection.ids.filter(hasTime).map(({ time }) => time))].sort((a, b) => a - b)
  const spans: PartitionSpan[] = []
  for (const time of times) {
    const span = spanOf(time, time)
    const last = spans.at(-1)
    if (last !== undefined && span.from <= last.to) spans[spans.length - 1] = { from: last.from, to: span.to }
    else spans.push(span)
  }
  return spans
}

/** Whether records of the selection may be in a partition, by its name alone. */
export const mayBeInPartition = (selection: Selection, partition: string): boolean => {
  const { start, end } = partitionRange(partition)
  if (selection.kind === 'range') return selection.from < end && start < selection.to
  return selection.ids.some(({ time }) => time === null || (start <= time && time < end))
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

/** Whether records of the selection may be in a segment, by its ranges. */
export const mayBeInSegment = (selection: Selection, segment: Segment): boolean =>
  selection.kind === 'range'
    ? selection.from <= segment.maxTime && segment.minTime < selection.to
    : selection.ids.some((selector) => mayHoldId(segment, selector))

/** Says of a record whether it was selected; for ids, by which positions of the selection. */
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
