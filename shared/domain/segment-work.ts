import { DAY } from './duration.ts'
import { underWayOf } from './expect-thaw.ts'
import type { Holding } from './holding.ts'
import { neededUntil, thawDays, thawedBy } from './plan-thaw.ts'
import type { Selection } from './rehydration.ts'
import type { Segment } from './segment.ts'
import { isArchiveClass } from './storage-class.ts'
import type { SegmentWork } from './work-plan.ts'

export type StandingOptions = {
  readonly keepDays: number | null
  readonly now: number
  /** When S3 may be asked at the latest: a restored copy that is gone by then has to be thawed again. */
  readonly latest: number
}

/** By how much a copy is kept for longer than it would be, when it is asked for at the latest; undefined where it suffices. */
const lengthened = (until: number, { keepDays, latest }: StandingOptions): number | undefined => {
  if (until >= neededUntil(keepDays, latest)) return undefined
  return Math.max(0, Math.ceil((latest + thawDays(keepDays) * DAY) / DAY) * DAY - until)
}

/** Where a segment is by the catalog, which may lag behind S3, and when it can be read. */
export const standingOf = (
  segment: Segment,
  holding: Holding | undefined,
  options: StandingOptions,
): Pick<SegmentWork, 'bytes' | 'storageClass' | 'readable' | 'underWay' | 'lengthen'> => {
  const { now, latest, keepDays } = options
  const { bytes } = segment
  const storageClass = holding?.storageClass ?? segment.storageClass
  const thaw = holding?.thaw ?? null
  const until = thaw?.readableUntil ?? null
  if (!isArchiveClass(storageClass)) return { bytes, storageClass, readable: 'now' }
  if (until !== null && until > latest) {
    const lengthen = lengthened(until, options)
    return { bytes, storageClass, readable: 'now', ...(lengthen !== undefined && { lengthen }) }
  }
  const underWay = underWayOf({ storageClass, thaw }, bytes)
  if (underWay === undefined) return { bytes, storageClass, readable: 'cold' }
  return {
    bytes,
    storageClass,
    readable: Math.max(now, thawedBy({ storageClass, thaw }, now)),
    underWay,
    // for how long others want it is theirs to say: for a day at least
    ...(keepDays !== null && { lengthen: keepDays * DAY }),
  }
}

/** Which part of a segment's time the selection takes in, from 0 to 1: all of it where it names no range. */
export const timeShare = (selection: Selection, { minTime, maxTime }: Segment): number => {
  if (selection.kind === 'ids') return 1
  const from = Math.max(selection.from, minTime)
  const to = Math.min(selection.to, maxTime + 1)
  return Math.max(0, to - from) / (maxTime + 1 - minTime)
}
