import * as z from 'zod'
import { PROMOTED_TYPES } from '../shared/domain/dataset.ts'
import { PARTITION_UNITS } from '../shared/domain/partition.ts'
import { STORAGE_CLASSES } from '../shared/domain/storage-class.ts'

/** What the API answers about datasets. Times are ISO 8601 in UTC, durations as in `icecore.config.ts`. */

const storageClassSchema = z.enum(STORAGE_CLASSES)
const fieldPathSchema = z.array(z.string())

const capsSchema = z.object({ maxCostUsd: z.number().nullable(), maxBytes: z.int().nullable() })

export const datasetSchema = z.object({
  name: z.string(),
  id: fieldPathSchema,
  time: z.object({ path: fieldPathSchema, unit: z.enum(['iso', 'ms', 's']) }),
  version: fieldPathSchema.nullable(),
  partition: z.enum(PARTITION_UNITS),
  promoted: z.array(z.object({ name: z.string(), path: fieldPathSchema, type: z.enum(PROMOTED_TYPES) })),
  classes: z.array(z.object({ after: z.string(), storageClass: storageClassSchema })),
  retention: z.string().nullable(),
  seal: z.object({ after: z.string(), targetBytes: z.int() }),
  guards: z.object({
    perRehydration: capsSchema,
    perDay: capsSchema,
    approvalAboveUsd: z.number().nullable(),
  }),
  limits: z.object({ maxBodyBytes: z.int(), maxFuture: z.string() }),
})
export type DatasetAnswer = z.infer<typeof datasetSchema>

export const datasetsSchema = z.object({ datasets: z.array(datasetSchema) })

export const segmentSchema = z.object({
  id: z.string(),
  partition: z.string(),
  kind: z.enum(['landing', 'sealed']),
  key: z.string(),
  bytes: z.int(),
  bodyBytes: z.int(),
  sha256: z.string(),
  records: z.int(),
  digest: z.string(),
  minTime: z.string(),
  maxTime: z.string(),
  createdAt: z.string(),
  storageClass: storageClassSchema,
  movingTo: storageClassSchema.nullable(),
  readable: z.boolean(),
  readableUntil: z.string().nullable(),
})
export type SegmentAnswer = z.infer<typeof segmentSchema>

export const segmentPageSchema = z.object({
  segments: z.array(segmentSchema),
  /** Whether this is the last page. */
  complete: z.boolean(),
  next: z.string().nullable(),
})

const entrySchema = z.object({ records: z.int(), digest: z.string() })

/** The books: received = archived + duplicates + quarantined + expired, when they balance. */
export const ledgerSchema = z.object({
  dataset: z.string(),
  balanced: z.boolean(),
  received: entrySchema,
  archived: entrySchema,
  duplicates: entrySchema,
  quarantined: entrySchema,
  expired: entrySchema,
})
export type LedgerAnswer = z.infer<typeof ledgerSchema>
