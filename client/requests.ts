import type { Filter } from '../shared/domain/filter.ts'
import type { Compression, DeliveryFormat } from '../shared/domain/rehydration.ts'
import type { RetrievalTier } from '../shared/domain/storage-class.ts'

/** What is asked of the API, as it goes over the wire. A time is ISO 8601 text, or ms since 1970. */

export type Instant = string | number

/** Which records of a dataset: some ids, or a range that holds its start and not its end. */
export type Select = (
  | { readonly ids: readonly { readonly id: string; readonly time?: Instant }[] }
  | { readonly from: Instant; readonly to: Instant }
) & {
  /** Only those that it holds for. */
  readonly where?: Filter
  /** At most so many, the first in order of partition, then id. */
  readonly limit?: number
}

export type QuoteRequest = {
  readonly dataset: string
  readonly select: Select
  /** Of any in the bucket unless given. */
  readonly destination?: string
  /** `ndjson` unless given. */
  readonly format?: DeliveryFormat
  /** `none` unless given. */
  readonly compression?: Compression
  readonly columns?: readonly string[]
  readonly keepDays?: number
}

export type RehydrateRequest = {
  readonly dataset: string
  readonly select: Select
  /** `Standard` unless given; none beside `readyBy` and `maxCostUsd`, which settle the tiers. */
  readonly tier?: RetrievalTier
  /** When all is to be readable: the cheapest tiers that are there in time. */
  readonly readyBy?: Instant
  /** US dollars that it may cost: the earliest that costs no more, or with `readyBy` nothing that does. */
  readonly maxCostUsd?: number
  /** A quote of the same: it costs no more than that says. */
  readonly quoteId?: string
  /** A destination's name in the configuration. */
  readonly destination: string
  /** `ndjson` unless given. */
  readonly format?: DeliveryFormat
  /** `none` unless given. */
  readonly compression?: Compression
  /** Of the files, in this order; those that the format has by itself unless given. */
  readonly columns?: readonly string[]
  readonly keepDays?: number
}

/** What every call takes. */
export type CallOptions = { readonly signal?: AbortSignal | undefined }
