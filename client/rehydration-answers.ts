import * as z from 'zod'
import { COMPRESSIONS, FORMATS } from '../shared/domain/rehydration.ts'
import { JOB_TIERS, RETRIEVAL_TIERS } from '../shared/domain/storage-class.ts'

/** What the API answers about quotes and rehydrations. Times are ISO 8601 in UTC. */

const tierSchema = z.enum(RETRIEVAL_TIERS)

export const completenessSchema = z.object({
  segments: z.int(),
  read: z.int(),
  cold: z.int(),
  unreadable: z.int(),
  missing: z.int(),
})

const tierQuoteSchema = z.object({
  tier: tierSchema,
  /** US dollars, at most. */
  dollars: z.object({
    requests: z.number(),
    retrieval: z.number(),
    temporaryStorage: z.number(),
    reads: z.number(),
    compute: z.number(),
    total: z.number(),
  }),
  /** The total where S3 keeps each restored copy for as short as it may. */
  atLeast: z.number(),
  /** When all of it is readable: in half of all cases, and in 95 of 100. */
  readyBy: z.object({ p50: z.string(), p95: z.string() }),
})
export type TierQuoteAnswer = z.infer<typeof tierQuoteSchema>

export const quoteSchema = z.object({
  id: z.string(),
  /** Until then it can be accepted, as `quoteId` of a rehydration. */
  expiresAt: z.string(),
  dataset: z.string(),
  partitions: z.int(),
  segments: z.int(),
  /** Of these segments. */
  bytes: z.int(),
  segmentsToThaw: z.int(),
  bytesToThaw: z.int(),
  readableNow: z.object({ segments: z.int(), bytes: z.int() }),
  /** Of the row groups that may hold what is selected. */
  bytesWanted: z.int(),
  /** Not exact: about so many. */
  records: z.object({ count: z.int(), exact: z.boolean() }),
  /** What was ruled out before anything is thawed for it. */
  pruned: z.object({ partitions: z.int(), segments: z.int(), rowGroups: z.int() }),
  tiers: z.array(tierQuoteSchema),
})
export type QuoteAnswer = z.infer<typeof quoteSchema>

export const REHYDRATION_STATUSES = [
  'awaiting-approval',
  'accepted',
  'thawing',
  'hydrating',
  'completed',
  'failed',
  'cancelled',
] as const
export type RehydrationStatus = (typeof REHYDRATION_STATUSES)[number]

const resultSchema = z.object({
  files: z.int(),
  bytes: z.int(),
  records: z.int(),
  digest: z.string(),
  complete: z.boolean(),
  segments: completenessSchema,
  /** Selected ids that no record was found of; null for a range. */
  notFound: z.int().nullable(),
  /** Records that its queue did not take; of a destination that is a queue. */
  notSent: z.int().optional(),
  /** Its key in the rehydrated bucket. */
  manifest: z.string(),
})

const progressSchema = z.object({
  partitions: z.object({ planned: z.int(), thawing: z.int(), hydrating: z.int(), done: z.int() }),
  /** What is delivered so far. */
  files: z.int(),
  records: z.int(),
  bytes: z.int(),
  readyBy: z.string().nullable(),
  segmentsThawedAsStandard: z.int(),
  segmentsRaised: z.int(),
  segmentsLapsed: z.int(),
})

export const lineSchema = z.object({
  id: z.string(),
  status: z.enum(REHYDRATION_STATUSES),
  dataset: z.string(),
  /** As asked; null where the tiers follow from a time or a budget. */
  tier: tierSchema.nullable(),
  /** What thaws use. */
  tiers: z.object({ GLACIER: tierSchema, DEEP_ARCHIVE: tierSchema }),
  readyBy: z.string().nullable(),
  maxCostUsd: z.number().nullable(),
  quoteId: z.string().nullable(),
  destination: z.string(),
  format: z.enum(FORMATS),
  compression: z.enum(COMPRESSIONS),
  columns: z.array(z.string()).nullable(),
  keepDays: z.int().nullable(),
  requestedAt: z.string(),
  /** How much longer its restored copies are kept than was asked for at first. */
  extension: z
    .object({
      keepDays: z.int(),
      askedAt: z.string(),
      until: z.string(),
      cost: z.object({ atMost: z.number() }),
    })
    .nullable(),
  /** When S3 takes the first of its restored copies away; null where none is known. */
  keptUntil: z.string().nullable(),
  /** Who let it go on, where that was needed. */
  approval: z.object({ by: z.string(), at: z.string() }).nullable(),
  /** US dollars by list price. What it costs at most is null, or missing, where nobody wanted to know; so far only in a status. */
  cost: z.object({ atMost: z.number().nullable(), soFar: z.number().optional() }).optional(),
  completedAt: z.string().optional(),
  failedAt: z.string().optional(),
  cancelledAt: z.string().optional(),
  /** False for one that was cancelled: what was delivered until then is not all. */
  complete: z.literal(false).optional(),
  /** Why it failed. */
  reason: z.string().optional(),
  /** How long each phase took, in ms. */
  phases: z
    .object({ queued: z.number(), thawing: z.number(), hydrating: z.number(), total: z.number() })
    .optional(),
  result: resultSchema.optional(),
})
/** A rehydration as it stands in the list. */
export type RehydrationLine = z.infer<typeof lineSchema>

const thawJobSchema = z.object({
  /** S3's; null while it is not known. */
  id: z.string().nullable(),
  tier: z.enum(JOB_TIERS),
  segments: z.int(),
  plannedAt: z.string(),
  /** What it asked for; null while it may still ask. */
  ended: z
    .object({
      at: z.string(),
      requested: z.int(),
      failed: z.int(),
      /** Why it did not come to its end; null where it did. */
      reason: z.string().nullable(),
    })
    .nullable(),
})
export type ThawJobAnswer = z.infer<typeof thawJobSchema>

export const rehydrationSchema = lineSchema.extend({
  select: z.object({
    ids: z.array(z.object({ id: z.string(), time: z.string().optional() })).optional(),
    from: z.string().optional(),
    to: z.string().optional(),
    where: z.unknown().optional(),
    limit: z.int().optional(),
  }),
  /** The jobs of S3 Batch Operations that ask for its thaws; missing where it asks by itself. */
  thawJobs: z.array(thawJobSchema).optional(),
  /** When all of it is readable, as it looks now; null where nothing is waited for, or nobody knows yet. */
  expectedBy: z.string().nullable(),
  progress: progressSchema.optional(),
})
export type RehydrationAnswer = z.infer<typeof rehydrationSchema>

export const rehydrationPageSchema = z.object({
  rehydrations: z.array(lineSchema),
  next: z.string().nullable(),
})
