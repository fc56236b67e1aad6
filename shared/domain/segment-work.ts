import { underWayOf } from './expect-thaw.ts'
import type { Holding } from './holding.ts'
import { isReadable, thawedBy } from './plan-thaw.ts'
import type { Selection } from './rehydration.ts'
import type { Segment } from './segment.ts'
import type { SegmentWork } from './work-plan.ts'

/** Where a segment is by the catalog, which may lag behind S3, and when it can be read. */
export const standingOf = (
  segment: Segment,
  holding: Holding | undefined,
  now: number,
): Pick<SegmentWork, 'bytes' | 'storageClass' | 'readable' | 'underWay'> => {
  const { bytes } = segment
  const storageClass = holding?.storageClass ?? segment.storageClass
  const thaw = holding?.thaw ?? null
  const restore = thaw && { ongoing: thaw.readableUntil === null, readableUntil: thaw.readableUntil }
  if (isReadable({ storageClass, restore }, now)) return { bytes, storageClass, readable: 'now' }
  const underWay = underWayOf({ storageClass, thaw }, bytes)
  if (underWay === undefined) return { bytes, storageClass, readable: 'cold' }
  return { bytes, storageClass, readable: Math.max(now, thawedBy({ storageClass, thaw }, now)), underWay }
}

/** Which part of a segment's time the selection takes in, from 0 to 1: all of it where it names no range. */
export const timeShare = (selection: Selection, { minTime, maxTime }: Segment): number => {
  if (selection.kind === 'ids') return 1
  const from = Math.max(selection.from, minTime)
  const to = Math.min(selection.to, maxTime + 1)
  return Math.max(0, to - from) / (maxTime + 1 - minTime)
}
