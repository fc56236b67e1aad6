import * as z from 'zod'
import { readCommit, storeCommit } from '../../codec/stored-commit.ts'
import type { Commit } from '../../domain/commit.ts'
import type { Holding, Waiter } from '../../domain/holding.ts'
import type { PartitionRef } from '../../domain/segment.ts'
import { ARCHIVE_CLASSES, JOB_TIERS, RETRIEVAL_TIERS, STORAGE_CLASSES } from '../../domain/storage-class.ts'

/** Shapes of the catalog's items; private to the adapters of this folder. All of a partition share one `pk`. */

export const partitionPk = ({ dataset, partition }: PartitionRef): string => `S#${dataset}#${partition}`
export const HOLDING = 'H#'
export const WAITER = 'W#'

const keySchema = z.object({ sk: z.string() })

const holdingSchema = z.object({
  segmentId: z.string(),
  storageClass: z.enum(STORAGE_CLASSES),
  confirmedAt: z.int(),
  target: z.enum(STORAGE_CLASSES).nullable(),
  taggedAt: z.int().nullable(),
  thaw: z
    .object({
      tier: z.enum(RETRIEVAL_TIERS),
      from: z.enum(ARCHIVE_CLASSES).optional(),
      requestedAt: z.int(),
      readableUntil: z.int().nullable(),
      neededUntil: z.int().optional(),
      days: z.int().optional(),
      by: z.string().optional(),
      raise: z
        .object({
          to: z.enum(RETRIEVAL_TIERS),
          at: z.int(),
          by: z.string(),
          state: z.enum(['asking', 'raised', 'unsure']),
        })
        .optional(),
    })
    .nullable(),
  asking: z
    .object({
      attempt: z.string(),
      since: z.int(),
      job: z
        .object({
          rehydrationId: z.string(),
          name: z.string(),
          tier: z.enum(JOB_TIERS),
          days: z.int(),
          until: z.int(),
        })
        .optional(),
    })
    .optional(),
})

const waiterSchema = z.object({
  rehydrationId: z.string(),
  segmentIds: z.array(z.string()),
  since: z.int(),
  keepDays: z.int().nullable(),
})

export const commitToItem = (ref: PartitionRef, commit: Commit) => ({
  pk: partitionPk(ref),
  sk: commit.id,
  ...storeCommit(commit),
})

export const commitFromItem = (item: unknown): Commit => readCommit(keySchema.parse(item).sk, item)

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
