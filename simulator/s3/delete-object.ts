import { checkWrite } from './conditions.ts'
import { checkKey } from './describe-object.ts'
import { nextVersionId } from './put-object.ts'
import { invalidArgument, malformedXml, S3Error } from './s3-error.ts'
import type { ObjectVersion } from './stored.ts'
import { currentObject, insertVersion, refuseLocked, removeVersion, versionsOf } from './versions.ts'
import { type BucketState, openBucket, type World } from './world.ts'

export type DeleteTarget = {
  readonly key: string
  readonly versionId?: string | undefined
  /** An ETag, or `*`; looks at the current version. */
  readonly ifMatch?: string | undefined
}
export type DeleteObjectInput = DeleteTarget & {
  readonly bucket: string
  readonly bypassGovernance?: boolean | undefined
}
export type DeletedObject = {
  /** Of the version that is gone, or of the delete marker that was made. */
  readonly versionId: string | undefined
  /** A marker was made, or the version that is gone was one. */
  readonly deleteMarker: boolean
}

export type DeleteObjectsInput = {
  readonly bucket: string
  readonly objects: readonly DeleteTarget[]
  readonly bypassGovernance?: boolean | undefined
}
export type DeleteOutcome = { readonly target: DeleteTarget } & (
  | { readonly deleted: DeletedObject }
  | { readonly error: S3Error }
)

const MAX_DELETES = 1000

export const makeDeleteMarker = (world: World, state: BucketState, key: string): ObjectVersion => {
  const at = world.now()
  const marker: ObjectVersion = {
    bucket: state.bucket.name,
    key,
    versionId: nextVersionId(world, state),
    deleteMarker: true,
    createdAt: at,
    classSince: at,
    size: 0,
    etag: '',
    pieces: [],
    multipart: false,
    legalHold: false,
    storageClass: 'STANDARD',
    headers: {},
    metadata: {},
    tags: {},
    order: world.nextOrder(),
  }
  insertVersion(world, state, marker)
  return marker
}

const removeForGood = (world: World, state: BucketState, version: ObjectVersion): DeletedObject => {
  const at = world.now()
  removeVersion(world, state, version, at)
  world.events.publish(state.bucket, { name: 's3:ObjectRemoved:Delete', at, version })
  return {
    versionId: state.bucket.versioning === undefined ? undefined : version.versionId,
    deleteMarker: version.deleteMarker,
  }
}

const deleteOne = (world: World, state: BucketState, input: DeleteObjectInput): DeletedObject => {
  const { key, versionId, ifMatch, bypassGovernance = false } = input
  checkKey(key)
  // "Conditional delete evaluations only apply to the current version of the object"
  if (ifMatch !== undefined) checkWrite(key, currentObject(state, key), { ifMatch })
  if (versionId === '') throw invalidArgument('Version id cannot be the empty string')
  if (versionId !== undefined || state.bucket.versioning === undefined) {
    const wanted = versionId ?? 'null'
    const version = versionsOf(state, key).find((candidate) => candidate.versionId === wanted)
    // Deleting what is not there succeeds.
    if (version === undefined) return { versionId, deleteMarker: false }
    refuseLocked(version, world.now(), bypassGovernance)
    return removeForGood(world, state, version)
  }
  // With versioning on or suspended a plain delete hides the object behind a marker, even one that never was.
  const hidden = versionsOf(state, key).find((candidate) => candidate.versionId === 'null')
  if (state.bucket.versioning === 'Suspended' && hidden !== undefined) {
    refuseLocked(hidden, world.now(), bypassGovernance)
  }
  const marker = makeDeleteMarker(world, state, key)
  const at = world.now()
  world.events.publish(state.bucket, { name: 's3:ObjectRemoved:DeleteMarkerCreated', at, version: marker })
  return { versionId: marker.versionId, deleteMarker: true }
}

/** Free of charge, but for the minimum duration of the class. */
export const deleteObject = (world: World, input: DeleteObjectInput): DeletedObject =>
  deleteOne(world, openBucket(world, input.bucket), input)

export const deleteObjects = (world: World, input: DeleteObjectsInput): DeleteOutcome[] => {
  const { bucket, objects, bypassGovernance } = input
  const state = openBucket(world, bucket)
  if (objects.length === 0 || objects.length > MAX_DELETES) throw malformedXml()
  return objects.map((target) => {
    try {
      return { target, deleted: deleteOne(world, state, { ...target, bucket, bypassGovernance }) }
    } catch (error) {
      if (error instanceof S3Error) return { target, error }
      throw error
    }
  })
}
