import { earlyLines, keepLines, readLines } from '../bill-objects.ts'
import { thawRequestDollars } from '../bill-thaws.ts'
import { lifeOfCopy } from '../copy-life.ts'
import { totalOf } from '../meter.ts'
import { thawDays } from '../plan-thaw.ts'
import { MONTH_MS, PRICES, type PriceTable } from '../prices.ts'
import {
  type ArchiveClass,
  isArchiveClass,
  offersTier,
  RETRIEVAL_TIERS,
  type RetrievalTier,
  type StorageClass,
} from '../storage-class.ts'
import { longestThaw } from '../thaw-times.ts'
import { agesBetween, type Material, valueAt } from './material.ts'

/** US dollars for one segment. */
export type StayDollars = {
  readonly storage: number
  /** What is left of a minimum duration. */
  readonly early: number
  readonly reads: number
}

const NOW = { from: 0, to: 0 }

/** What it costs to read a whole segment. */
const readDollars = (storageClass: StorageClass, bytes: number, table: PriceTable): number =>
  totalOf(readLines(storageClass, 1, bytes), table)

const thawDollars = (
  storageClass: ArchiveClass,
  tier: RetrievalTier,
  bytes: number,
  table: PriceTable,
): number => {
  const { most } = lifeOfCopy(storageClass, tier, { days: thawDays(null), asked: NOW })
  const thaw = thawRequestDollars(storageClass, tier, { bytes, copies: bytes * most }, table)
  return thaw + readDollars(storageClass, bytes, table)
}

/** The tiers that are fast enough, at most so many ms. */
export const tiersWithin = (storageClass: ArchiveClass, within: number): readonly RetrievalTier[] =>
  RETRIEVAL_TIERS.filter(
    (tier) => offersTier(storageClass, tier) && longestThaw(storageClass, tier) <= within,
  )

/** What one read costs, by the cheapest way that is fast enough; undefined where there is none. */
const readWithin = (
  storageClass: StorageClass,
  within: number,
  bytes: number,
  table: PriceTable,
): number | undefined => {
  if (!isArchiveClass(storageClass)) return readDollars(storageClass, bytes, table)
  const ways = tiersWithin(storageClass, within).map((tier) => thawDollars(storageClass, tier, bytes, table))
  return ways.length === 0 ? undefined : Math.min(...ways)
}

/** What one segment costs while it is in a class from one age to another; undefined where it could not be read in time. */
export const stayDollars = (
  material: Material,
  storageClass: StorageClass,
  { since, until }: { readonly since: number; readonly until: number },
  table: PriceTable = PRICES,
): StayDollars | undefined => {
  const { segmentBytes } = material
  const time = until - since
  let reads = 0
  const ages = agesBetween(material, since, until)
  for (const [index, age] of ages.entries()) {
    const next = ages[index + 1]
    if (next === undefined) break
    const one = readWithin(storageClass, valueAt(material.within, age), segmentBytes, table)
    if (one === undefined) return undefined
    reads += ((next - age) / MONTH_MS) * valueAt(material.reads, age) * one
  }
  return {
    storage: totalOf(keepLines(storageClass, segmentBytes, time), table),
    early: totalOf(earlyLines(storageClass, segmentBytes, { count: 1, stay: time }), table),
    reads,
  }
}
