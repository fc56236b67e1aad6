import { DAY } from './duration.ts'
import type { Filter } from './filter.ts'
import type { RehydrationState } from './rehydration-states.ts'
import type { RehydrationTerms } from './rehydration-terms.ts'
import { type ClassTiers, type RetrievalTier, tiersOf } from './storage-class.ts'

/** One record by its id; without a time, every record of that id. */
export type RecordSelector = { readonly id: string; readonly time: number | null }

/** Times in ms, the start within and the end not. */
export type TimeRange = { readonly from: number; readonly to: number }

/** What narrows a selection, whichever kind it is. */
export type Narrowing = {
  /** Null: all of them. */
  readonly where: Filter | null
  /** At most so many records, the first in order of partition, then id. Null: all. */
  readonly limit: number | null
}

/** Which records of a dataset are wanted. */
export type Selection = Narrowing &
  (
    | { readonly kind: 'ids'; readonly ids: readonly RecordSelector[] }
    | ({ readonly kind: 'range' } & TimeRange)
  )

export const FORMATS = ['ndjson', 'csv', 'parquet'] as const
export type DeliveryFormat = (typeof FORMATS)[number]

export const COMPRESSIONS = ['none', 'gzip', 'zstd'] as const
/** Of a whole file. Parquet compresses by itself, so that there it is always `none`. */
export type Compression = (typeof COMPRESSIONS)[number]

export type RehydrationRequest = {
  readonly dataset: string
  readonly selection: Selection
  /** What thaws use. Settled when the request is accepted, by what was asked of the four below. */
  readonly tiers: ClassTiers
  /** Null where the tiers follow from a time or a budget. */
  readonly tier: RetrievalTier | null
  /** By when all of it is to be readable, ms. */
  readonly readyBy: number | null
  /** US dollars that it may cost at most, by list price. */
  readonly maxCostUsd: number | null
  /** The quote that was accepted. */
  readonly quoteId: string | null
  /** A destination's name in the configuration. */
  readonly destination: string
  readonly format: DeliveryFormat
  readonly compression: Compression
  /** Columns of the files, in this order; null: those that the format has by itself. */
  readonly columns: readonly string[] | null
  /** How long thawed segments must at least stay readable; null: as long as delivering takes. */
  readonly keepDays: number | null
}

/** How fast and how dear a request is to be. */
export type Urgency = Pick<RehydrationRequest, 'tiers' | 'tier' | 'readyBy' | 'maxCostUsd' | 'quoteId'>

/** Asked for with one tier, and nothing more. */
export const withTier = (tier: RetrievalTier): Urgency => ({
  tiers: tiersOf(tier),
  tier,
  readyBy: null,
  maxCostUsd: null,
  quoteId: null,
})

/** A request for records, and how far it has come. */
export type Rehydration = {
  /** A ULID by its form. It may be made from an idempotency key, so nothing is read out of it. */
  readonly id: string
  readonly request: RehydrationRequest
  /** Who asked for it. */
  readonly caller: string
  readonly acceptedAt: number
  readonly state: RehydrationState
  readonly terms: RehydrationTerms
}

/** So that a rehydration stays one item of well under 100 KB. */
export const MAX_SELECTED_IDS = 1000
export const MAX_SELECTED_ID_BYTES = 64 * 1024

/** ms that one may take. What has not come by then will not come by itself: the slowest thaw takes two days. */
export const LONGEST_REHYDRATION = 14 * DAY

/** Partitions that one rehydration may take in. */
export const MAX_PARTITIONS = 10_000

/** Partitions that are looked through for an id whose time is not given. */
export const MAX_SEARCHED_PARTITIONS = 1000

export const MAX_KEEP_DAYS = 30

/** Days of a restored copy when none are asked for: longer than the segments of one partition can lie apart. */
export const DEFAULT_KEEP_DAYS = 3

/** Where the files of a rehydration are delivered. */
export const deliveryPrefix = (destinationPrefix: string, rehydrationId: string): string =>
  `${destinationPrefix}${rehydrationId}/`
