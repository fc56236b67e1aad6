import { readLines } from '../bill-objects.ts'
import { thawLines } from '../bill-thaws.ts'
import { readUnits } from '../billed-units.ts'
import { lifeOfCopy } from '../copy-life.ts'
import { type Lines, totalOf } from '../meter.ts'
import { thawDays } from '../plan-thaw.ts'
import { priceWork } from '../price-work.ts'
import { PRICES, type PriceTable } from '../prices.ts'
import {
  isArchiveClass,
  offersTier,
  RETRIEVAL_TIERS,
  type RetrievalTier,
  type StorageClass,
  tiersOf,
} from '../storage-class.ts'
import { longestThaw } from '../thaw-times.ts'
import type { WorkPlan } from '../work-plan.ts'
import type { Way } from './cost-model.ts'
import { livePartition } from './partition-life.ts'
import type { Workload } from './workload.ts'

/** What is asked for, of the oldest records that there are: one, or all of a day. */
export const ASKED = ['one record', 'a day'] as const
export type Asked = (typeof ASKED)[number]

export type RehydrationCost = {
  readonly asked: Asked
  readonly way: Way
  /** Null: it is read at once. */
  readonly tier: RetrievalTier | null
  readonly dollars: number
  /** Until it is readable, at most, ms. */
  readonly within: number
}

const NOW = { from: 0, to: 0 }
const MiB = 2 ** 20

const oldestClass = ({ classes, retention }: Workload): StorageClass =>
  (classes.findLast(({ after }) => retention === null || after < retention) ?? classes[0]).storageClass

const tiersFor = (storageClass: StorageClass): readonly (RetrievalTier | null)[] =>
  isArchiveClass(storageClass) ? RETRIEVAL_TIERS.filter((tier) => offersTier(storageClass, tier)) : [null]

const withinOf = (storageClass: StorageClass, tier: RetrievalTier | null): number =>
  tier === null || !isArchiveClass(storageClass) ? 0 : longestThaw(storageClass, tier)

/** What icecore does for it. A day of a partition of a month is the whole partition: its segments are sorted by id. */
const workFor = (asked: Asked, workload: Workload, storageClass: StorageClass): WorkPlan => {
  const life = livePartition(workload)
  const partitions = asked === 'a day' && workload.partition === 'hour' ? 24 : 1
  const count = asked === 'a day' ? life.sealedSegments : 1
  const bytes = life.sealedBytes / life.sealedSegments
  const records = asked === 'a day' ? workload.recordsPerDay / partitions / count : 1
  const read = asked === 'a day' ? bytes : Math.min(bytes, MiB)
  const segment = {
    bytes,
    storageClass,
    readable: isArchiveClass(storageClass) ? ('cold' as const) : ('now' as const),
    reads: { gets: Math.ceil(read / MiB), bytes: read },
    wanted: { bytes: read, records, text: records * workload.recordBytes },
  }
  const partition = {
    segments: Array.from({ length: count }, () => segment),
    indexReads: count,
    catalogUnits: 1,
    ids: asked === 'a day' ? 0 : 1,
    isExact: true,
  }
  return {
    partitions: Array.from({ length: partitions }, () => partition),
    pruned: { partitions: 0, segments: 0, rowGroups: 0 },
    planning: { names: partitions, catalogUnits: partitions, indexReads: 0 },
    requestBytes: 100,
    messagesAtOnce: null,
    limit: null,
    keepDays: null,
  }
}

/** What the peers' own stores bill for it; who reads it does the rest. */
const fetchLines = (
  way: Exclude<Way, 'icecore'>,
  asked: Asked,
  workload: Workload,
  storageClass: StorageClass,
  tier: RetrievalTier | null,
): Lines => {
  const { recordBytes, recordsPerDay, recordsPerMessage, gzipRatio } = workload
  const records = asked === 'a day' ? recordsPerDay : 1
  if (way === 'dynamodb') return [['dynamodb.read-unit', (records * readUnits(recordBytes)) / 2]]
  if (way === 'standard') return [['s3.get.STANDARD', Math.ceil(records / recordsPerMessage)]]
  if (way === 'intelligent-tiering') return [['s3.get.INTELLIGENT_TIERING', records]]
  if (way === 'gzip-by-hour') {
    const hours = asked === 'a day' ? 24 : 1
    const bytes = ((recordsPerDay * recordBytes * gzipRatio) / 24) * hours
    return readLines('STANDARD_IA', hours, bytes)
  }
  const bytes = records * recordBytes
  const read = readLines(storageClass, records, bytes)
  if (!isArchiveClass(storageClass) || tier === null) return read
  const { most } = lifeOfCopy(storageClass, tier, { days: thawDays(null), asked: NOW })
  return [...read, ...thawLines(storageClass, tier, { requests: records, bytes, copies: bytes * most })]
}

const COLD_WAYS: readonly Way[] = ['icecore', 'object-per-record']

/** What it costs to have records back that have come to the last class, and how long that takes, for each retrieval tier. */
export const rehydrationCosts = (
  workload: Workload,
  ways: readonly Way[],
  table: PriceTable = PRICES,
): readonly RehydrationCost[] => {
  const storageClass = oldestClass(workload)
  const rowsOf = (asked: Asked, way: Way): readonly RehydrationCost[] =>
    (COLD_WAYS.includes(way) ? tiersFor(storageClass) : [null]).map((tier) => {
      const dollars =
        way === 'icecore'
          ? priceWork(workFor(asked, workload, storageClass), tiersOf(tier ?? 'Standard'), NOW, table).dollars
              .total
          : totalOf(fetchLines(way, asked, workload, storageClass, tier), table)
      return { asked, way, tier, dollars, within: withinOf(storageClass, tier) }
    })
  return ASKED.flatMap((asked) => ways.flatMap((way) => rowsOf(asked, way)))
}
