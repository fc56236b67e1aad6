import { checkTags } from './describe-object.ts'
import { findObject } from './read-object.ts'
import { invalidRequest, S3Error } from './s3-error.ts'
import type { ObjectVersion, Retention } from './stored.ts'
import { isLocked, replaceVersion } from './versions.ts'
import { type BucketState, openBucket, type World } from './world.ts'

export type VersionTarget = {
  readonly bucket: string
  readonly key: string
  readonly versionId?: string | undefined
}

const open = (world: World, { bucket, key, versionId }: VersionTarget) => {
  const state = openBucket(world, bucket)
  return { state, version: findObject(state, key, versionId) }
}

const shownVersionId = ({ bucket }: BucketState, { versionId }: ObjectVersion) =>
  bucket.versioning === undefined ? undefined : versionId

/** All tags at once; the version stays the same. Lifecycle looks at them in its next run. */
export const putObjectTagging = (
  world: World,
  input: VersionTarget & { readonly tags: Readonly<Record<string, string>> },
) => {
  const { state, version } = open(world, input)
  checkTags(input.tags)
  world.meter.add('s3.tag', 1)
  const next = { ...version, tags: input.tags }
  const at = world.now()
  replaceVersion(world, state, version, next, at)
  const name = Object.keys(input.tags).length === 0 ? 's3:ObjectTagging:Delete' : 's3:ObjectTagging:Put'
  world.events.publish(state.bucket, { name, at, version: next })
  return { versionId: shownVersionId(state, version) }
}

export const getObjectTagging = (world: World, input: VersionTarget) => {
  const { state, version } = open(world, input)
  world.meter.add('s3.tag', 1)
  return { versionId: shownVersionId(state, version), tags: version.tags }
}

const openLockable = (world: World, input: VersionTarget) => {
  const opened = open(world, input)
  if (!opened.state.bucket.objectLock) throw invalidRequest('Bucket is missing Object Lock Configuration')
  return opened
}

export const putLegalHold = (world: World, input: VersionTarget & { readonly legalHold: boolean }): void => {
  const { state, version } = openLockable(world, input)
  world.meter.add(`s3.put.${version.storageClass}`, 1)
  replaceVersion(world, state, version, { ...version, legalHold: input.legalHold }, world.now())
}

export const getLock = (world: World, input: VersionTarget) => {
  const { version } = openLockable(world, input)
  world.meter.add(`s3.get.${version.storageClass}`, 1)
  const { legalHold, retention } = version
  return { legalHold, retention }
}

/** Retention can be made longer; shorter only in governance mode, with the bypass. */
export const putRetention = (
  world: World,
  input: VersionTarget & {
    readonly retention: Retention
    readonly bypassGovernance?: boolean | undefined
  },
): void => {
  const { state, version } = openLockable(world, input)
  world.meter.add(`s3.put.${version.storageClass}`, 1)
  const { retention, bypassGovernance = false } = input
  const at = world.now()
  const isWeaker =
    retention.until < (version.retention?.until ?? 0) ||
    (version.retention?.mode === 'COMPLIANCE' && retention.mode === 'GOVERNANCE')
  if (isWeaker && isLocked({ ...version, legalHold: false }, at, bypassGovernance)) {
    throw new S3Error('AccessDenied', 403, 'Access Denied because object protected by object lock.')
  }
  replaceVersion(world, state, version, { ...version, retention }, at)
}
