import * as z from 'zod'
import type { Commit } from '../domain/commit.ts'
import { formatDigest } from '../domain/digest.ts'
import type { Segment } from '../domain/segment.ts'
import { STORAGE_CLASSES } from '../domain/storage-class.ts'
import { digestSchema } from './digest-schema.ts'

/** How a commit is written down, in the catalog and in the bucket: digests as text, so that their sums stay exact. */

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
  records: digestSchema,
  bodyBytes: z.int(),
  minTime: z.int(),
  maxTime: z.int(),
  minId: z.string(),
  maxId: z.string(),
  createdAt: z.int(),
  storageClass: z.enum(STORAGE_CLASSES),
})

const contentSchema = z.object({
  segments: z.array(segmentSchema),
  replaces: z.array(z.string()),
  received: digestSchema,
  duplicates: digestSchema,
  expired: digestSchema,
  committedAt: z.int(),
})

const storeSegment = (segment: Segment) => ({ ...segment, records: formatDigest(segment.records) })

/** Everything of a commit but its id, which each place keeps in its own way. */
export const storeCommit = ({ segments, replaces, books, committedAt }: Commit) => ({
  segments: segments.map(storeSegment),
  replaces,
  received: formatDigest(books.received),
  duplicates: formatDigest(books.duplicates),
  expired: formatDigest(books.expired),
  committedAt,
})

/** Reads what `storeCommit` wrote. Anything else is an error. */
export const readCommit = (id: string, stored: unknown): Commit => {
  const { segments, replaces, received, duplicates, expired, committedAt } = contentSchema.parse(stored)
  return { id, segments, replaces, books: { received, duplicates, expired }, committedAt }
}
