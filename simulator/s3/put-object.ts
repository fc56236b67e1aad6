import { type Body, type BodyClaims, keepBody, measureBody } from './body.ts'
import { checkWrite, type WriteConditions } from './conditions.ts'
import { checkKey, type Description, describeObject } from './describe-object.ts'
import { DAY } from './lifecycle-plan.ts'
import { invalidRequest, S3Error } from './s3-error.ts'
import type { Checksum, Described, ObjectVersion, Piece, Retention } from './stored.ts'
import { currentObject, insertVersion } from './versions.ts'
import { type BucketState, newOpaqueId, openBucket, type World } from './world.ts'

export type LockRequest = {
  readonly legalHold?: boolean | undefined
  readonly retention?: Retention | undefined
}

export type PutObjectInput = WriteConditions &
  Description &
  BodyClaims &
  LockRequest & { readonly bucket: string; readonly key: string; readonly body: Body }

export type WrittenObject = {
  readonly etag: string
  readonly checksum: Checksum | undefined
  readonly storageClass: Described['storageClass']
  readonly size: number
  /** Missing where versioning was never on. */
  readonly versionId: string | undefined
}

/** "PutObject … up to 5 GB" */
const MAX_PUT_BYTES = 5 * 1024 ** 3

export type NewVersion = Described & {
  readonly key: string
  readonly pieces: Piece[]
  readonly size: number
  readonly etag: string
  readonly checksum: Checksum | undefined
  readonly multipart: boolean
  readonly lock: LockRequest
}

/** Locks need a bucket made for them; its default retention holds for what names none. */
export const lockOf = (state: BucketState, request: LockRequest, at: number) => {
  const { objectLock, defaultRetention } = state.bucket
  if (!objectLock && (request.legalHold || request.retention !== undefined)) {
    throw invalidRequest('Bucket is missing Object Lock Configuration')
  }
  const retention =
    request.retention ??
    (defaultRetention && { mode: defaultRetention.mode, until: at + defaultRetention.days * DAY })
  return { legalHold: request.legalHold ?? false, ...(retention === undefined ? {} : { retention }) }
}

/** The version id that the next write of the bucket gets. */
export const nextVersionId = (world: World, state: BucketState) =>
  state.bucket.versioning === 'Enabled' ? newOpaqueId(world.random) : 'null'

/** Writes a new version and tells it to who wants to know. */
export const writeVersion = (world: World, state: BucketState, facts: NewVersion, event: string) => {
  const at = world.now()
  const { lock, checksum, ...rest } = facts
  const version: ObjectVersion = {
    ...rest,
    ...(checksum === undefined ? {} : { checksum }),
    ...lockOf(state, lock, at),
    bucket: state.bucket.name,
    versionId: nextVersionId(world, state),
    deleteMarker: false,
    createdAt: at,
    classSince: at,
    order: world.nextOrder(),
  }
  insertVersion(world, state, version)
  world.events.publish(state.bucket, { name: event, at, version })
  return version
}

export const written = (state: BucketState, version: ObjectVersion): WrittenObject => ({
  etag: version.etag,
  checksum: version.checksum,
  storageClass: version.storageClass,
  size: version.size,
  versionId: state.bucket.versioning === undefined ? undefined : version.versionId,
})

export const putObject = (world: World, input: PutObjectInput): WrittenObject => {
  const state = openBucket(world, input.bucket)
  const { key, body } = input
  checkKey(key)
  const described = describeObject(input)
  world.meter.add(`s3.put.${described.storageClass}`, 1)
  const { md5, size, checksum } = measureBody(body, input)
  if (size > MAX_PUT_BYTES) {
    throw new S3Error('EntityTooLarge', 400, 'Your proposed upload exceeds the maximum allowed size')
  }
  lockOf(state, input, world.now())
  checkWrite(key, currentObject(state, key), input)
  const pieces = keepBody(world.store, body)
  const facts = { ...described, key, pieces, size, etag: md5, checksum, multipart: false, lock: input }
  return written(state, writeVersion(world, state, facts, 's3:ObjectCreated:Put'))
}
