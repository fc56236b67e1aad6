import * as z from 'zod'
import type { Commit } from '../../domain/commit.ts'
import { type Digest, formatDigest, parseDigest } from '../../domain/digest.ts'
import type { Holding, Waiter } from '../../domain/holding.ts'
import type { PartitionRef, Segment } from '../../domain/segment.ts'
import { RETRIEVAL_TIERS, STORAGE_CLASSES } from '../../domain/storage-class.ts'

/** Shapes of the catalog's items; private to the adapters of this folder. All of a partition share one `pk`. */

export const partitionPk = ({ dataset, partition }: PartitionRef): string => `S#${dataset}#${partition}`
export const HOLDING = 'H#'
export const WAITER = 'W#'

const digest = z.string().transform((text): Digest => parseDigest(text))

const segmentSchema = z.object({
  dataset: z.string(),
  partition: z.string(),
  id: z.string(),
  kind: z.enum(['landing', 'sealed']),
  key: z.string(),
  indexKey: z.string(),
  indexBytes: z.int(),
  bytes: z.int(),
  sha256: z.string(),
  records: digest,
  bodyBytes: z.int(),
  minTime: z.int(),
  maxTime: z.int(),
  minId: z.string(),
  maxId: z.string(),
  createdAt: z.int(),
  storageClass: z.enum(STORAGE_CLASSES),
})

const commitSchema = z.object({
  sk: z.string(),
  segments: z.array(segmentSchema),
  replaces: z.array(z.string()),
  received: digest,
  duplicates: digest,
  expired: digest,
  committedAt: z.int(),
})

const holdingSchema = z.object({
  segmentId: z.string(),
  storageClass: z.enum(STORAGE_CLASSES),
  confirmedAt: z.int(),
  target: z.enum(STORAGE_CLASSES).nullable(),
  taggedAt: z.int().nullable(),
  thaw: z
    .object({ tier: z.enum(RETRIEVAL_TIERS), requestedAt: z.int(), readableUntil: z.int().nullable() })
    .nullable(),
})

const waiterSchema = z.object({
  rehydrationId: z.string(),
  segmentIds: z.array(z.string()),
  since: z.int(),
  keepDays: z.int().nullable(),
})

const segmentToItem = (segment: Segment) => ({ ...segment, records: formatDigest(segment.records) })

export const commitToItem = (ref: PartitionRef, commit: Commit) => ({
  pk: partitionPk(ref),
  sk: commit.id,
  segments: commit.segments.map(segmentToItem),
  replaces: commit.replaces,
  received: formatDigest(commit.books.received),
  duplicates: formatDigest(commit.books.duplicates),
  expired: formatDigest(commit.books.expired),
  committedAt: commit.committedAt,
})

export const commitFromItem = (item: unknown): Commit => {
  const { sk, segments, replaces, received, duplicates, expired, committedAt } = commitSchema.parse(item)
  return { id: sk, segments, replaces, books: { received, duplicates, expired }, committedAt }
}

/** Compared as a whole on every change, so that two writers never mix their halves. */
export const holdingStamp = (holding: Holding): string => JSON.stringify(holdingSchema.parse(holding))

export const holdingToItem = (ref: PartitionRef, holding: Holding) => ({
  pk: partitionPk(ref),
  sk: `${HOLDING}${holding.segmentId}`,
  ...holding,
  stamp: holdingStamp(holding),
})

export const holdingFromItem = (item: unknown): Holding => holdingSchema.parse(item)

export const waiterToItem = (ref: PartitionRef, waiter: Waiter) => ({
  pk: partitionPk(ref),
  sk: `${WAITER}${waiter.rehydrationId}`,
  ...waiter,
})

export const waiterFromItem = (item: unknown): Waiter => waiterSchema.parse(item)
