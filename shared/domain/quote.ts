import { DAY } from './duration.ts'
import type { Holding } from './holding.ts'
import { isReadable, storedClass, thawDays, thawedBy } from './plan-thaw.ts'
import { dollarsFor } from './prices.ts'
import type { Segment } from './segment.ts'
import {
  ARCHIVE_CLASSES,
  type ArchiveClass,
  isArchiveClass,
  offersTier,
  RETRIEVAL_TIERS,
  type RetrievalTier,
  type StorageClass,
} from './storage-class.ts'
import { longestThaw } from './thaw-times.ts'

/** What asking with one tier costs, in US dollars by list price, and when it is there by AWS's figures. */
export type TierQuote = {
  readonly tier: RetrievalTier
  readonly dollars: {
    /** RestoreObject and GET requests. */
    readonly requests: number
    /** Bytes taken out of a class that bills for them. */
    readonly retrieval: number
    /** The restored copies, for as long as they are kept. */
    readonly temporaryStorage: number
    readonly total: number
  }
  /** When the last segment is readable; delivering comes after that. */
  readonly readyBy: number
}

export type Quote = {
  readonly segments: number
  /** All records of these segments: how many of them are selected shows only in reading. */
  readonly recordsAtMost: number
  readonly bytes: number
  readonly segmentsToThaw: number
  readonly bytesToThaw: number
  /** Each tier that serves every segment, cheapest first. */
  readonly tiers: readonly TierQuote[]
}

export type QuoteFacts = {
  readonly segments: readonly Segment[]
  /** By segment id. */
  readonly holdings: ReadonlyMap<string, Holding>
  readonly keepDays: number | null
  readonly now: number
}

/** Classes that are read at once and bill for each byte. */
const PAID_READS: readonly StorageClass[] = ['STANDARD_IA', 'ONEZONE_IA', 'GLACIER_IR']

type Placed = { readonly bytes: number; readonly storageClass: StorageClass; readonly readyBy: number | null }

/** Where each segment is, and when it is readable: null for one that has to be thawed first. */
const place = ({ segments, holdings, now }: QuoteFacts): readonly Placed[] =>
  segments.map((segment) => {
    const storageClass = storedClass(segment, holdings)
    const thaw = holdings.get(segment.id)?.thaw ?? null
    const restore = thaw && { ongoing: thaw.readableUntil === null, readableUntil: thaw.readableUntil }
    if (isReadable({ storageClass, restore }, now))
      return { bytes: segment.bytes, storageClass, readyBy: now }
    const readyBy = restore?.ongoing ? Math.max(now, thawedBy({ storageClass, thaw }, now)) : null
    return { bytes: segment.bytes, storageClass, readyBy }
  })

const sumBytes = (placed: readonly Placed[]): number => placed.reduce((sum, { bytes }) => sum + bytes, 0)

const sum = (amounts: readonly number[]): number => amounts.reduce((total, amount) => total + amount, 0)

const quoteTier = (
  placed: readonly Placed[],
  cold: ReadonlyMap<ArchiveClass, readonly Placed[]>,
  tier: RetrievalTier,
  { keepDays, now }: QuoteFacts,
): TierQuote => {
  const classes = [...cold]
  const requests =
    sum(placed.map(({ storageClass }) => dollarsFor(`s3.get.${storageClass}`, 1))) +
    sum(classes.map(([from, of]) => dollarsFor(`s3.restore-request.${from}.${tier}`, of.length)))
  const retrieval =
    sum(
      PAID_READS.map((storageClass) =>
        dollarsFor(
          `s3.retrieval-gb.${storageClass}`,
          sumBytes(placed.filter((one) => one.storageClass === storageClass)),
        ),
      ),
    ) + sum(classes.map(([from, of]) => dollarsFor(`s3.restore-gb.${from}.${tier}`, sumBytes(of))))
  const copies = sum(classes.map(([, of]) => sumBytes(of)))
  const temporaryStorage = dollarsFor('s3.storage.restored-copy', copies * thawDays(keepDays) * DAY)
  return {
    tier,
    dollars: { requests, retrieval, temporaryStorage, total: requests + retrieval + temporaryStorage },
    readyBy: Math.max(
      now,
      ...classes.map(([from]) => now + longestThaw(from, tier)),
      placed.reduce((latest, { readyBy }) => Math.max(latest, readyBy ?? now), now),
    ),
  }
}

/** The price and time of having these segments read, for each retrieval tier. By the catalog, which may lag behind S3. */
export const quoteSegments = (facts: QuoteFacts): Quote => {
  const placed = place(facts)
  const toThaw = placed.filter(({ readyBy }) => readyBy === null)
  const cold = new Map(
    ARCHIVE_CLASSES.map(
      (from) => [from, toThaw.filter(({ storageClass }) => storageClass === from)] as const,
    ).filter(([, of]) => of.length > 0),
  )
  const serves = (tier: RetrievalTier) =>
    [...cold.keys()].every((from) => isArchiveClass(from) && offersTier(from, tier))
  return {
    segments: placed.length,
    recordsAtMost: sum(facts.segments.map(({ records }) => records.count)),
    bytes: sumBytes(placed),
    segmentsToThaw: toThaw.length,
    bytesToThaw: sumBytes(toThaw),
    tiers: RETRIEVAL_TIERS.filter(serves).map((tier) => quoteTier(placed, cold, tier, facts)),
  }
}
