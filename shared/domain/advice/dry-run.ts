import { type ClassSteps, classAtAge } from '../dataset.ts'
import { DAY } from '../duration.ts'
import { partitionRange } from '../partition.ts'
import { billableBytes, classTerms, dollarsFor, MONTH_MS, PRICES, type PriceTable } from '../prices.ts'
import { LIFECYCLE_CLASSES, STORAGE_CLASSES, type StorageClass } from '../storage-class.ts'

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

const coldness = (storageClass: StorageClass) => STORAGE_CLASSES.indexOf(storageClass)

const rentOf = (storageClass: StorageClass, bytes: number, table: PriceTable): number => {
  const { own, standard } = billableBytes(storageClass, bytes)
  return (
    dollarsFor(`s3.storage.${storageClass}`, own * MONTH_MS, table) +
    dollarsFor('s3.storage.STANDARD', standard * MONTH_MS, table)
  )
}

const leaveDollars = ({ storageClass, bytes, createdAt }: Kept, now: number, table: PriceTable): number => {
  // when it came to its class is not told; it is at most as long ago as it was sealed
  const left = Math.max(0, createdAt + classTerms[storageClass].minDays * DAY - now)
  const { own } = billableBytes(storageClass, bytes)
  return dollarsFor(`s3.early-deletion.${storageClass}`, own * left, table)
}

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
    if (coldness(to) <= coldness(from)) {
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
