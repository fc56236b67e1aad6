import { earlyLines, keepLines } from '../bill-objects.ts'
import { type ClassSteps, classAtAge } from '../dataset.ts'
import { totalOf } from '../meter.ts'
import { partitionRange } from '../partition.ts'
import { dollarsFor, MONTH_MS, PRICES, type PriceTable } from '../prices.ts'
import { isColder, LIFECYCLE_CLASSES, type StorageClass } from '../storage-class.ts'

/** A sealed segment as the catalog has it. */
export type Kept = {
  readonly partition: string
  readonly bytes: number
  readonly storageClass: StorageClass
  readonly createdAt: number
}

/** Segments that a ladder would move from one class to another. */
export type Move = {
  readonly from: StorageClass
  readonly to: StorageClass
  readonly segments: number
  readonly bytes: number
  /** What the transitions cost, and what is left of the minimum duration of the class that they leave. */
  readonly dollars: number
  /** Dollars a month less for storage. */
  readonly saves: number
}

export type DryRun = {
  readonly moves: readonly Move[]
  /** Segments that stay where they are. */
  readonly stay: {
    readonly inPlace: number
    /** Their place is warmer than where they are, and S3 moves nothing upwards. */
    readonly tooCold: number
    /** Lifecycle moves nothing to their place: only new segments are put there. */
    readonly withoutRule: number
  }
}

const rentOf = (storageClass: StorageClass, bytes: number, table: PriceTable): number =>
  totalOf(keepLines(storageClass, bytes, MONTH_MS), table)

/** When it came to its class is not told; it is at most as long ago as it was sealed. */
const leaveDollars = ({ storageClass, bytes, createdAt }: Kept, now: number, table: PriceTable): number =>
  totalOf(earlyLines(storageClass, bytes, { count: 1, stay: now - createdAt }), table)

/** What a ladder would do to the segments of a catalog now. Nothing is moved. */
export const dryRun = (
  segments: readonly Kept[],
  steps: ClassSteps,
  now: number,
  table: PriceTable = PRICES,
): DryRun => {
  const stay = { inPlace: 0, tooCold: 0, withoutRule: 0 }
  const moves = new Map<string, Move>()
  for (const segment of segments) {
    const { storageClass: from, bytes } = segment
    const to = classAtAge(steps, now - partitionRange(segment.partition).end)
    if (!isColder(to, from)) {
      stay[to === from ? 'inPlace' : 'tooCold'] += 1
      continue
    }
    if (!LIFECYCLE_CLASSES.includes(to)) {
      stay.withoutRule += 1
      continue
    }
    const name = `${from} ${to}`
    const before = moves.get(name) ?? { from, to, segments: 0, bytes: 0, dollars: 0, saves: 0 }
    moves.set(name, {
      ...before,
      segments: before.segments + 1,
      bytes: before.bytes + bytes,
      dollars:
        before.dollars + dollarsFor(`s3.transition.${to}`, 1, table) + leaveDollars(segment, now, table),
      saves: before.saves + rentOf(from, bytes, table) - rentOf(to, bytes, table),
    })
  }
  return { moves: [...moves.values()], stay }
}
