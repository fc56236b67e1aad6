import * as z from 'zod'
import { RETRIEVAL_TIERS, STORAGE_CLASSES } from '../../shared/domain/storage-class.ts'
import { CHECKSUM_ALGORITHMS } from './checksum.ts'

/** The rows that a store keeps, as plain JSON. All times are virtual ms; rows are replaced, never changed. */

export const checksumSchema = z.object({
  algorithm: z.enum(CHECKSUM_ALGORITHMS),
  /** base64; a composite one ends in `-` and the number of parts */
  value: z.string(),
  type: z.enum(['FULL_OBJECT', 'COMPOSITE']),
})
export type Checksum = z.infer<typeof checksumSchema>

/** A run of an object's bytes: one for a put, one a part for a multipart upload. */
const pieceSchema = z.object({ blob: z.string(), size: z.number() })
export type Piece = z.infer<typeof pieceSchema>

/** Of a RestoreObject: under way while `expiresAt` is missing, a readable copy after. */
const restoreSchema = z.object({
  tier: z.enum(RETRIEVAL_TIERS),
  days: z.number(),
  completesAt: z.number(),
  expiresAt: z.number().optional(),
})
export type Restore = z.infer<typeof restoreSchema>

const stringsSchema = z.record(z.string(), z.string())

/** What a writer says about an object besides its bytes. `headers` are those that S3 gives back as they came. */
const describedSchema = z.object({
  storageClass: z.enum(STORAGE_CLASSES),
  headers: stringsSchema,
  metadata: stringsSchema,
  tags: stringsSchema,
})
export type Described = z.infer<typeof describedSchema>

const retentionSchema = z.object({ mode: z.enum(['GOVERNANCE', 'COMPLIANCE']), until: z.number() })
export type Retention = z.infer<typeof retentionSchema>

export const versionSchema = describedSchema.extend({
  bucket: z.string(),
  key: z.string(),
  /** `null`, as text, for what was written without versioning. */
  versionId: z.string(),
  deleteMarker: z.boolean(),
  createdAt: z.number(),
  /** When it stopped being the newest version of its key. */
  noncurrentSince: z.number().optional(),
  /** When it came into its storage class; minimum durations count from here. */
  classSince: z.number(),
  size: z.number(),
  /** Without quotes. */
  etag: z.string(),
  pieces: z.array(pieceSchema),
  multipart: z.boolean(),
  checksum: checksumSchema.optional(),
  restore: restoreSchema.optional(),
  legalHold: z.boolean(),
  retention: retentionSchema.optional(),
  /** Rises with every version written, to order those of one millisecond. */
  order: z.number(),
})
export type ObjectVersion = z.infer<typeof versionSchema>

export const partSchema = z.object({
  bucket: z.string(),
  uploadId: z.string(),
  number: z.number(),
  etag: z.string(),
  piece: pieceSchema,
  checksum: checksumSchema.optional(),
  uploadedAt: z.number(),
})
export type Part = z.infer<typeof partSchema>

export const uploadSchema = describedSchema.extend({
  bucket: z.string(),
  key: z.string(),
  uploadId: z.string(),
  createdAt: z.number(),
  checksumAlgorithm: z.enum(CHECKSUM_ALGORITHMS),
  checksumType: z.enum(['FULL_OBJECT', 'COMPOSITE']),
  /** False: S3's default, beside which parts may carry checksums of any kind. */
  checksumAsked: z.boolean(),
  legalHold: z.boolean(),
  retention: retentionSchema.optional(),
})
export type Upload = z.infer<typeof uploadSchema>

/** Prefix, tags and sizes must all match. */
const filterSchema = z.object({
  prefix: z.string(),
  tags: stringsSchema,
  sizeGreaterThan: z.number().optional(),
  sizeLessThan: z.number().optional(),
})

const whenSchema = z.union([z.object({ days: z.number() }), z.object({ date: z.number() })])

export const lifecycleRuleSchema = z.object({
  id: z.string(),
  enabled: z.boolean(),
  filter: filterSchema,
  transitions: z.array(z.object({ when: whenSchema, storageClass: z.enum(STORAGE_CLASSES) })),
  expiration: z.union([whenSchema, z.object({ expiredObjectDeleteMarker: z.boolean() })]).optional(),
  noncurrentTransitions: z.array(
    z.object({ days: z.number(), newer: z.number(), storageClass: z.enum(STORAGE_CLASSES) }),
  ),
  noncurrentExpiration: z.object({ days: z.number(), newer: z.number() }).optional(),
  abortUploadsAfterDays: z.number().optional(),
})
export type LifecycleRule = z.infer<typeof lifecycleRuleSchema>

export const lifecycleSchema = z.object({
  rules: z.array(lifecycleRuleSchema),
  /** `TransitionDefaultMinimumObjectSize` */
  minimumSize: z.enum(['all_storage_classes_128K', 'varies_by_storage_class']),
})
export type Lifecycle = z.infer<typeof lifecycleSchema>

export const queueNotificationSchema = z.object({
  id: z.string(),
  queueArn: z.string(),
  events: z.array(z.string()),
  prefix: z.string(),
  suffix: z.string(),
})
export type QueueNotification = z.infer<typeof queueNotificationSchema>

export const bucketSchema = z.object({
  name: z.string(),
  createdAt: z.number(),
  /** Missing: versioning was never turned on. */
  versioning: z.enum(['Enabled', 'Suspended']).optional(),
  objectLock: z.boolean(),
  defaultRetention: z.object({ mode: z.enum(['GOVERNANCE', 'COMPLIANCE']), days: z.number() }).optional(),
  lifecycle: lifecycleSchema.optional(),
  notifications: z.array(queueNotificationSchema),
  /** Settings that are kept and given back as they came, by sub-resource: `policy`, `encryption`, … */
  documents: stringsSchema,
})
export type Bucket = z.infer<typeof bucketSchema>

/** A message on its way to a queue. */
export const pendingEventSchema = z.object({
  id: z.string(),
  queueArn: z.string(),
  body: z.string(),
  dueAt: z.number(),
})
export type PendingEvent = z.infer<typeof pendingEventSchema>

/** How far storage has been metered; kept as the one row of kind `state`. */
export const meterStateSchema = z.object({ meteredUntil: z.number() })

/** Row kinds and what each holds. */
export type RowKind = 'bucket' | 'version' | 'upload' | 'part' | 'event' | 'state' | 'job' | 'job-outcomes'
