import type { Moments } from './copy-life.ts'
import { DAY, HOUR, MINUTE } from './duration.ts'
import type { Guards } from './guards.ts'
import { tierFor } from './plan-thaw.ts'
import { type Dollars, priceWork } from './price-work.ts'
import {
  ARCHIVE_CLASSES,
  type ArchiveClass,
  type ClassTiers,
  offersTier,
  RETRIEVAL_TIERS,
  type RetrievalTier,
  tiersOf,
} from './storage-class.ts'
import type { ThawTimes } from './thaw-times.ts'
import type { PrunedWork, SegmentWork, WorkPlan } from './work-plan.ts'

/** What it costs at most with these tiers, and when it is there. */
export type TierQuote = {
  readonly tier: RetrievalTier
  readonly dollars: Dollars
  /** The total where each restored copy is there for as short as it may be. */
  readonly atLeast: number
  /** When the last segment is readable, in half of all cases and in 95 of 100; delivering comes after that. */
  readonly readyBy: { readonly p50: number; readonly p95: number }
}

export type Quote = {
  readonly partitions: number
  readonly segments: number
  /** Of these segments. */
  readonly bytes: number
  readonly segmentsToThaw: number
  readonly bytesToThaw: number
  /** What can be read without waiting for anything. */
  readonly readableNow: { readonly segments: number; readonly bytes: number }
  /** Of the row groups that may hold what is selected. */
  readonly bytesWanted: number
  /** How many are selected: known, or else about so many. */
  readonly records: { readonly count: number; readonly exact: boolean }
  readonly pruned: PrunedWork
  /** Each tier that serves every segment, cheapest first. */
  readonly tiers: readonly TierQuote[]
}

export type QuoteOptions = {
  readonly now: number
  /** When S3 may be asked for the thaws. */
  readonly asked: Moments
  readonly thawTimes: ThawTimes
}

/** How long a quote can be accepted unless the configuration says otherwise, in ms. */
export const QUOTE_VALID_FOR = HOUR

/** Between a rehydration that is asked for and S3 that is asked for its thaws, at most, in ms. */
export const QUEUED_FOR = 30 * MINUTE
/** An approval is waited for this long at most without the price becoming another. */
const APPROVED_WITHIN = DAY

/** When S3 is asked for the thaws of a rehydration that is asked for from now on and until then. */
export const momentsOfQuote = (
  now: number,
  until: number,
  { approvalAboveUsd }: Pick<Guards, 'approvalAboveUsd'>,
): Moments => ({
  from: now,
  to: until + QUEUED_FOR + (approvalAboveUsd === null ? 0 : APPROVED_WITHIN),
})

const isCold = ({ readable }: SegmentWork): boolean => readable === 'cold'

/** When all of it is readable that has to be thawed with these tiers, or that others have thawed. */
export const readyBy = (
  work: Pick<WorkPlan, 'partitions'>,
  tiers: ClassTiers,
  { now, thawTimes }: Pick<QuoteOptions, 'now' | 'thawTimes'>,
): TierQuote['readyBy'] => {
  const segments = work.partitions.flatMap((partition) => partition.segments)
  const others = segments.reduce(
    (latest, { readable }) => (typeof readable === 'number' ? Math.max(latest, readable) : latest),
    now,
  )
  const times = ARCHIVE_CLASSES.map((storageClass) =>
    thawTimes({
      storageClass,
      tier: tierFor(storageClass, tiers),
      sizes: segments
        .filter((segment) => isCold(segment) && segment.storageClass === storageClass)
        .map(({ bytes }) => bytes),
    }),
  )
  return {
    p50: times.reduce((latest, { p50 }) => Math.max(latest, now + p50), others),
    p95: times.reduce((latest, { p95 }) => Math.max(latest, now + p95), others),
  }
}

/** Tiers that every archive class offers in which something has to be thawed. */
export const tiersThatServe = (classes: ReadonlySet<ArchiveClass>): readonly RetrievalTier[] =>
  RETRIEVAL_TIERS.filter((tier) => [...classes].every((storageClass) => offersTier(storageClass, tier)))

const sum = <Item>(items: readonly Item[], of: (item: Item) => number): number =>
  items.reduce((total, item) => total + of(item), 0)

/** The price and time of a rehydration, for each retrieval tier that can serve it. By the catalog, which may lag behind S3. */
export const quoteWork = (work: WorkPlan, options: QuoteOptions): Quote => {
  const segments = work.partitions.flatMap((partition) => partition.segments)
  const cold = segments.filter(isCold)
  const readable = segments.filter((segment) => segment.readable === 'now')
  const classes = new Set(
    ARCHIVE_CLASSES.filter((storageClass) => cold.some((segment) => segment.storageClass === storageClass)),
  )
  const quoteTier = (tier: RetrievalTier): TierQuote => {
    const tiers = tiersOf(tier)
    return { tier, ...priceWork(work, tiers, options.asked), readyBy: readyBy(work, tiers, options) }
  }
  const records = sum(segments, ({ wanted }) => wanted.records)
  return {
    partitions: work.partitions.length,
    segments: segments.length,
    bytes: sum(segments, ({ bytes }) => bytes),
    segmentsToThaw: cold.length,
    bytesToThaw: sum(cold, ({ bytes }) => bytes),
    readableNow: { segments: readable.length, bytes: sum(readable, ({ bytes }) => bytes) },
    bytesWanted: sum(segments, ({ wanted }) => wanted.bytes),
    records: {
      count: work.limit === null ? records : Math.min(records, work.limit),
      exact: work.partitions.every(({ isExact }) => isExact),
    },
    pruned: work.pruned,
    tiers: tiersThatServe(classes).map(quoteTier),
  }
}
