import * as z from 'zod'
import { PROMOTED_TYPES } from '../domain/dataset.ts'
import type { Segment } from '../domain/segment.ts'
import { digestSchema } from './digest-schema.ts'

/** The format that this code writes: columns of a row group in one page or several; those of format 1 have one. */
export const SEGMENT_FORMAT = 2

/** The formats that this code reads. A reader meeting another one says so and reads nothing. */
export const READABLE_FORMATS: readonly string[] = ['1', '2']

/** Keys of the Parquet key-value metadata. Their order in the file is this one: the checksum goes last. */
export const METADATA_KEYS = {
  format: 'icecore.format',
  segment: 'icecore.segment',
  inputs: 'icecore.inputs',
  rowGroups: 'icecore.rowGroups',
  crc: 'icecore.crc',
} as const

/** Whose the segment is, known before the first record is written. */
export type SegmentIdentity = Pick<Segment, 'dataset' | 'partition' | 'id' | 'kind' | 'createdAt'>

const count = z.int().nonnegative()

/** A row group: a run of records that is read whole, with what is needed to know whether to read it. */
export const rowGroupSchema = z.strictObject({
  /** Where its bytes begin in the file. */
  offset: count,
  bytes: count,
  rows: count.min(1),
  /** CRC-32 of its bytes: Parquet's own page checksums are neither written nor checked by the library. */
  crc: count,
  minId: z.string(),
  maxId: z.string(),
  minTime: z.int(),
  maxTime: z.int(),
})
export type RowGroup = z.infer<typeof rowGroupSchema>
export const rowGroupsSchema = z.array(rowGroupSchema).min(1)

/** What a segment says about itself, under `icecore.segment`. Digests are `count:upper:lower`; times in ms. */
export const segmentMetadataSchema = z.strictObject({
  dataset: z.string(),
  partition: z.string(),
  id: z.string(),
  kind: z.enum(['landing', 'sealed']),
  createdAt: z.int(),
  records: digestSchema,
  bodyBytes: count,
  minTime: z.int(),
  maxTime: z.int(),
  minId: z.string(),
  maxId: z.string(),
  /** What was taken in to make it, and what of that was left out as exact duplicates. */
  books: z.strictObject({ received: digestSchema, duplicates: digestSchema }),
  promoted: z.array(z.strictObject({ name: z.string(), type: z.enum(PROMOTED_TYPES) })),
})

export type JsonValue = z.infer<ReturnType<typeof z.json>>

export type SegmentMetadata = z.infer<typeof segmentMetadataSchema> & {
  /** What it was made from, as its maker put it. */
  readonly inputs: JsonValue
}

/** The bytes are not those that were written, or do not decode to what they say. Terminal for this copy. */
export class SegmentCorrupt extends Error {
  override readonly name = 'SegmentCorrupt'
}

/** The segment is of a format that this code does not know: newer code wrote it. */
export class UnknownSegmentFormat extends Error {
  override readonly name = 'UnknownSegmentFormat'
}

/** Runs a decoder on bytes that were read whole; whatever it throws means that the bytes are wrong. */
export const decoding = <T>(what: string, decode: () => T): T => {
  try {
    return decode()
  } catch (error) {
    if (error instanceof SegmentCorrupt || error instanceof UnknownSegmentFormat) throw error
    throw new SegmentCorrupt(`${what}: ${String(error)}`, { cause: error })
  }
}
