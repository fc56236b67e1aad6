import type { Guards } from './guards.ts'
import type { PartitionUnit } from './partition.ts'
import type { StorageClass } from './storage-class.ts'

/** The way to a member of a record: keys from the outside in. For a CSV record, one column name. */
export type FieldPath = readonly string[]

/** `iso`: ISO 8601 text (without a zone it is UTC); `ms`, `s`: a number since 1970 UTC. */
export type TimeUnit = 'iso' | 'ms' | 's'

export const PROMOTED_TYPES = ['string', 'integer', 'number', 'boolean', 'timestamp'] as const
export type PromotedType = (typeof PROMOTED_TYPES)[number]

/** Columns that every segment has. No promoted column may be named like one. */
export const OWN_COLUMNS = ['id', 'time', 'body', 'header', 'arrived', 'version'] as const

export type PromotedColumn = { readonly name: string; readonly path: FieldPath; readonly type: PromotedType }

/** From this age of a partition (counted from its end, in ms) its segments belong in this class. */
export type ClassStep = { readonly after: number; readonly storageClass: StorageClass }

/** By age, youngest first; the first step is at age 0. */
export type ClassSteps = readonly [ClassStep, ...ClassStep[]]

/** A named stream of records under one policy, parsed from `icecore.config.ts`; durations in ms. */
export type Dataset = {
  readonly name: string
  readonly id: FieldPath
  readonly time: { readonly path: FieldPath; readonly unit: TimeUnit }
  readonly version: FieldPath | null
  readonly partition: PartitionUnit
  readonly promoted: readonly PromotedColumn[]
  readonly classes: ClassSteps
  /** Segments older than this (from the end of their partition) expire. Null: kept for ever. */
  readonly retention: number | null
  readonly seal: {
    /** A partition is sealed when nothing landed for this long and its time is over. */
    readonly after: number
    /** Target size of a sealed segment, compressed. */
    readonly targetBytes: number
  }
  readonly limits: {
    /** The longest body of one record in an object. Inline records are bounded by SQS at 1 MiB. */
    readonly maxBodyBytes: number
    /** A record whose time is further ahead than this is quarantined: a clock in the wrong unit shows here. */
    readonly maxFuture: number
  }
  /** What keeps rehydrations within bounds: its own where it has some, else the deployment's. */
  readonly guards: Guards
  /** Hot objects under this prefix are of this dataset. */
  readonly hotPrefix: string
}

/** The step that an age calls for; for what is not over yet the first. */
export const classAtAge = (classes: ClassSteps, age: number): StorageClass =>
  (classes.findLast((candidate) => candidate.after <= age) ?? classes[0]).storageClass

/** Every column that a file of its records can have. */
export const columnNames = ({ promoted }: Dataset): readonly string[] => [
  ...OWN_COLUMNS,
  ...promoted.map(({ name }) => name),
]
