import type { Meter } from '../model.ts'
import type { Agenda } from './agenda.ts'
import type { EventPublisher } from './events.ts'
import type { JobState } from './jobs/job-state.ts'
import type { Journal } from './journal.ts'
import type { LifecycleStep } from './lifecycle-plan.ts'
import { noSuchBucket } from './s3-error.ts'
import type { SortedKeys } from './sorted-keys.ts'
import type { StorageMeter } from './storage-meter.ts'
import type { S3Store } from './store.ts'
import type { Bucket, ObjectVersion, Part, Upload } from './stored.ts'

/** What AWS leaves open, and what goes wrong: read at every use, so that a simulation may turn them at any time. */
export type S3Knobs = {
  /** How long after its rule's date a lifecycle step happens, in ms; billing changes on the date itself. */
  lifecycleLag(version: ObjectVersion): number
  /** Where in AWS's range of times a restore falls: 0 is the shortest, 1 the longest. */
  restoreDraw(): number
  expeditedAvailable(): boolean
  restoreRequestsPerSecond: number
  /** How long a job of Batch Operations takes before its first request, ms. */
  jobPreparation(): number
  /** How many restores one job asks for in a second. */
  jobRestoresPerSecond: number
  /** Whether a job's request for this key fails for good. */
  jobTaskFails(key: string): boolean
  /** When the copies of an event are delivered, in ms from it: `[0]` at once, `[]` never, `[0, 5000]` twice. */
  eventDelays(eventName: string, key: string): readonly number[]
}

/** May throw an `S3Error`, or anything that a caller should see instead of the answer. */
export type S3Faults = {
  before?(operation: string, target: OperationTarget): void
  /** The effect has happened and is committed; throwing here loses only the answer. */
  after?(operation: string, target: OperationTarget): void
}
export type OperationTarget = { readonly bucket?: string; readonly key?: string }

export type OpenUpload = { readonly upload: Upload; readonly parts: Map<number, Part> }

export type BucketState = {
  bucket: Bucket
  readonly keys: SortedKeys
  /** By key, newest first; never an empty list. */
  readonly versions: Map<string, readonly ObjectVersion[]>
  readonly uploads: Map<string, OpenUpload>
}

export type DueTask =
  | { readonly kind: 'lifecycle'; readonly version: ObjectVersion; readonly step: LifecycleStep }
  | { readonly kind: 'restored'; readonly version: ObjectVersion }
  | { readonly kind: 'restore-expired'; readonly version: ObjectVersion }
  | { readonly kind: 'abort-upload'; readonly upload: Upload }
  | { readonly kind: 'job'; readonly jobId: string }

export type World = {
  readonly now: () => number
  readonly random: () => number
  readonly region: string
  readonly accountId: string
  readonly knobs: S3Knobs
  readonly meter: Meter
  readonly store: S3Store
  readonly journal: Journal
  readonly storage: StorageMeter
  readonly agenda: Agenda<DueTask>
  readonly events: EventPublisher
  readonly buckets: Map<string, BucketState>
  /** By id. */
  readonly jobs: Map<string, JobState>
  /** One restore more in this second; false: too many. */
  readonly mayRestore: () => boolean
  /** See `ObjectVersion.order`. */
  readonly nextOrder: () => number
}

export const openBucket = (world: World, name: string): BucketState => {
  const state = world.buckets.get(name)
  if (state === undefined) throw noSuchBucket(name)
  return state
}

const ID_ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._'

/** An opaque id, as S3's version and upload ids are. */
export const newOpaqueId = (random: () => number, length = 32) => {
  let id = ''
  while (id.length < length) id += ID_ALPHABET.charAt(Math.floor(random() * ID_ALPHABET.length))
  return id
}
