import { testEventBody } from './event-record.ts'
import { checkLifecycle } from './lifecycle-rules.ts'
import { invalidArgument, malformedXml, S3Error } from './s3-error.ts'
import { makeSortedKeys } from './sorted-keys.ts'
import type { Bucket, Lifecycle, QueueNotification } from './stored.ts'
import { planBucket } from './versions.ts'
import { type BucketState, openBucket, type World } from './world.ts'

export type BucketTarget = { readonly bucket: string }

/** https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucketnamingrules.html */
const BUCKET_NAME = /^(?!\d+\.\d+\.\d+\.\d+$)(?!xn--|sthree-)[a-z0-9](?:[a-z0-9-]|\.(?!\.)){1,61}[a-z0-9]$/

export const makeBucketState = (bucket: Bucket): BucketState => ({
  bucket,
  keys: makeSortedKeys(),
  versions: new Map(),
  uploads: new Map(),
})

const change = (world: World, state: BucketState, next: Bucket) => {
  state.bucket = next
  world.journal.save('bucket', next.name, next)
}

/** In us-east-1 making one's own bucket again succeeds and changes nothing. */
export const createBucket = (
  world: World,
  input: BucketTarget & { readonly objectLock?: boolean | undefined },
): void => {
  const { bucket: name, objectLock = false } = input
  if (!BUCKET_NAME.test(name)) {
    throw new S3Error('InvalidBucketName', 400, 'The specified bucket is not valid.', {
      detail: { BucketName: name },
    })
  }
  if (world.buckets.has(name)) return
  const state = makeBucketState({
    name,
    createdAt: world.now(),
    objectLock,
    // "S3 Object Lock works only in buckets that have S3 Versioning enabled"
    ...(objectLock ? { versioning: 'Enabled' } : {}),
    notifications: [],
    documents: {},
  })
  world.buckets.set(name, state)
  world.journal.save('bucket', name, state.bucket)
}

export const headBucket = (world: World, { bucket }: BucketTarget) => openBucket(world, bucket).bucket

/** Every version, delete marker and upload must be gone first. */
export const deleteBucket = (world: World, { bucket }: BucketTarget): void => {
  const state = openBucket(world, bucket)
  if (state.versions.size > 0 || state.uploads.size > 0) {
    throw new S3Error('BucketNotEmpty', 409, 'The bucket you tried to delete is not empty', {
      detail: { BucketName: bucket },
    })
  }
  world.buckets.delete(bucket)
  world.journal.save('bucket', bucket, undefined)
}

export const listBuckets = (world: World): Bucket[] =>
  [...world.buckets.values()].map(({ bucket }) => bucket).sort((a, b) => (a.name < b.name ? -1 : 1))

/** Once on, versioning can only be suspended; it cannot be with Object Lock. */
export const putVersioning = (
  world: World,
  input: BucketTarget & { readonly versioning: 'Enabled' | 'Suspended' },
): void => {
  const state = openBucket(world, input.bucket)
  if (state.bucket.objectLock && input.versioning === 'Suspended') {
    const message =
      'An Object Lock configuration is present on this bucket, so the versioning state cannot be changed.'
    throw new S3Error('InvalidBucketState', 409, message)
  }
  change(world, state, { ...state.bucket, versioning: input.versioning })
}

/** Replaces all rules; undefined removes them. Objects that are overdue move in the next daily run. */
export const putLifecycle = (
  world: World,
  input: BucketTarget & { readonly lifecycle: Lifecycle | undefined },
): void => {
  const state = openBucket(world, input.bucket)
  const { lifecycle: _, ...bucket } = state.bucket
  if (input.lifecycle !== undefined) checkLifecycle(input.lifecycle)
  change(world, state, input.lifecycle === undefined ? bucket : { ...bucket, lifecycle: input.lifecycle })
  planBucket(world, state)
}

const checkNotification = (world: World, bucket: string, { queueArn, events }: QueueNotification) => {
  if (events.length === 0) throw malformedXml()
  for (const event of events) {
    if (!/^s3:(Object|Lifecycle|ReducedRedundancy|Replication|Intelligent)\w+(:[\w*]+)*$/.test(event)) {
      throw invalidArgument('The event is not supported for notifications')
    }
  }
  // S3 tries each destination by sending it a message; it cannot notify a FIFO queue.
  if (!world.events.notify(queueArn, testEventBody(bucket, world.now()))) {
    throw invalidArgument('Unable to validate the following destination configurations')
  }
}

export const putNotifications = (
  world: World,
  input: BucketTarget & { readonly notifications: readonly QueueNotification[] },
): void => {
  const state = openBucket(world, input.bucket)
  for (const notification of input.notifications) checkNotification(world, input.bucket, notification)
  change(world, state, { ...state.bucket, notifications: [...input.notifications] })
}

/** Object Lock can be turned on for a versioned bucket, never off. */
export const putObjectLock = (
  world: World,
  input: BucketTarget & { readonly defaultRetention: Bucket['defaultRetention'] },
): void => {
  const state = openBucket(world, input.bucket)
  if (state.bucket.versioning !== 'Enabled') {
    const message = "Versioning must be 'Enabled' on the bucket to apply a Object Lock configuration"
    throw new S3Error('InvalidBucketState', 409, message)
  }
  const { defaultRetention: _, ...bucket } = state.bucket
  const { defaultRetention } = input
  change(world, state, { ...bucket, objectLock: true, ...(defaultRetention && { defaultRetention }) })
}

/** Settings that only AWS itself acts on: kept, and given back as they came. `document` undefined removes one. */
export const putBucketDocument = (
  world: World,
  input: BucketTarget & { readonly name: string; readonly document: string | undefined },
): void => {
  const state = openBucket(world, input.bucket)
  const documents = { ...state.bucket.documents }
  if (input.document === undefined) delete documents[input.name]
  else documents[input.name] = input.document
  change(world, state, { ...state.bucket, documents })
}
