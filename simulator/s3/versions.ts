import { type LifecycleStep, planAbort, planLifecycle, type Standing } from './lifecycle-plan.ts'
import { S3Error } from './s3-error.ts'
import { levelsOf, meterEarlyDeletion } from './storage-meter.ts'
import type { ObjectVersion, Upload } from './stored.ts'
import type { BucketState, DueTask, World } from './world.ts'

/** Every change of an object goes through here, so that index, journal, bill and agenda stay in step. */

export const rowId = ({ bucket, key, versionId }: ObjectVersion) => `${bucket}/${versionId}/${key}`

const noVersions: readonly ObjectVersion[] = []
export const versionsOf = (state: BucketState, key: string) => state.versions.get(key) ?? noVersions

/** The newest version, unless it is a delete marker. */
export const currentObject = (state: BucketState, key: string): ObjectVersion | undefined => {
  const [newest] = versionsOf(state, key)
  return newest?.deleteMarker ? undefined : newest
}

/** Takes a version up into the index and the agenda only, as at the start of a run. */
export const indexVersion = (state: BucketState, version: ObjectVersion) => {
  if (!state.versions.has(version.key)) state.keys.add(version.key)
  state.versions.set(version.key, [version, ...versionsOf(state, version.key)])
}

const setVersions = (state: BucketState, key: string, versions: readonly ObjectVersion[]) => {
  if (versions.length > 0) {
    state.versions.set(key, versions)
  } else {
    state.versions.delete(key)
    state.keys.delete(key)
  }
}

/** `at`: since when the change counts for the bill. */
export const replaceVersion = (
  world: World,
  state: BucketState,
  old: ObjectVersion,
  next: ObjectVersion,
  at: number,
) => {
  world.agenda.plan(old, [])
  const versions = versionsOf(state, old.key).map((version) => (version === old ? next : version))
  state.versions.set(old.key, versions)
  world.storage.end(levelsOf(old), at)
  world.storage.begin(levelsOf(next), at)
  if (old.storageClass !== next.storageClass) meterEarlyDeletion(world.meter, old, at)
  world.journal.save('version', rowId(next), next)
  planVersion(world, state, next)
}

/** Deletes a version for good. The next older one becomes current. */
export const removeVersion = (world: World, state: BucketState, version: ObjectVersion, at: number) => {
  world.agenda.plan(version, [])
  const wasNewest = versionsOf(state, version.key)[0] === version
  const left = versionsOf(state, version.key).filter((other) => other !== version)
  setVersions(state, version.key, left)
  world.storage.end(levelsOf(version), at)
  meterEarlyDeletion(world.meter, version, at)
  for (const { blob } of version.pieces) world.journal.release(blob)
  world.journal.save('version', rowId(version), undefined)
  const [newest] = left
  if (wasNewest && newest !== undefined) {
    const { noncurrentSince: _, ...current } = newest
    replaceVersion(world, state, newest, current, at)
  }
  planKey(world, state, version.key)
}

/**
 * Makes `version` the newest of its key. Without versioning, or with it suspended, it takes the place of the
 * `null` version; what else was newest becomes noncurrent.
 */
export const insertVersion = (world: World, state: BucketState, version: ObjectVersion) => {
  const { key, versionId, createdAt } = version
  for (const { blob } of version.pieces) world.journal.retain(blob)
  const replaced = versionsOf(state, key).find((other) => other.versionId === versionId)
  const [newest] = versionsOf(state, key)
  if (newest !== undefined && newest !== replaced) {
    replaceVersion(world, state, newest, { ...newest, noncurrentSince: createdAt }, createdAt)
  }
  if (replaced !== undefined) removeVersion(world, state, replaced, createdAt)
  indexVersion(state, version)
  const [, next] = versionsOf(state, key)
  if (next !== undefined && next.noncurrentSince === undefined) {
    replaceVersion(world, state, next, { ...next, noncurrentSince: createdAt }, createdAt)
  }
  world.storage.begin(levelsOf(version), createdAt)
  world.journal.save('version', rowId(version), version)
  planKey(world, state, key)
}

const standingOf = (versions: readonly ObjectVersion[], index: number): Standing => ({
  newerNoncurrent: Math.max(0, index - 1),
  alone: versions.length === 1,
})

const restoreTask = (version: ObjectVersion): { at: number; task: DueTask }[] => {
  const { restore } = version
  if (restore === undefined) return []
  return restore.expiresAt === undefined
    ? [{ at: restore.completesAt, task: { kind: 'restored', version } }]
    : [{ at: restore.expiresAt, task: { kind: 'restore-expired', version } }]
}

const lifecycleTask = (world: World, version: ObjectVersion, step: LifecycleStep | undefined) =>
  step === undefined
    ? []
    : [
        {
          at: step.at + world.knobs.lifecycleLag(version),
          task: { kind: 'lifecycle', version, step } satisfies DueTask,
        },
      ]

/** Puts on the agenda what will happen to the version by itself. */
export const planVersion = (world: World, state: BucketState, version: ObjectVersion) => {
  const { lifecycle } = state.bucket
  if (lifecycle === undefined) {
    world.agenda.plan(version, restoreTask(version))
    return
  }
  const versions = versionsOf(state, version.key)
  const standing = standingOf(versions, versions.indexOf(version))
  const step = planLifecycle(lifecycle, version, standing, world.now())
  world.agenda.plan(version, [...restoreTask(version), ...lifecycleTask(world, version, step)])
}

/** Versions of a key depend on each other: a rule may keep some of the noncurrent ones. */
const planKey = (world: World, state: BucketState, key: string) => {
  for (const version of versionsOf(state, key)) planVersion(world, state, version)
}

export const planUpload = (world: World, state: BucketState, upload: Upload) => {
  const { lifecycle } = state.bucket
  const at = lifecycle === undefined ? undefined : planAbort(lifecycle, upload, world.now())
  world.agenda.plan(upload, at === undefined ? [] : [{ at, task: { kind: 'abort-upload', upload } }])
}

/** For a bucket whose rules have changed. */
export const planBucket = (world: World, state: BucketState) => {
  for (const key of state.versions.keys()) planKey(world, state, key)
  for (const { upload } of state.uploads.values()) planUpload(world, state, upload)
}

/** Object Lock: neither a hold nor an unexpired retention lets a version be deleted for good. */
export const isLocked = ({ legalHold, retention }: ObjectVersion, at: number, bypassGovernance = false) =>
  legalHold ||
  (retention !== undefined && retention.until > at && !(retention.mode === 'GOVERNANCE' && bypassGovernance))

export const refuseLocked = (version: ObjectVersion, at: number, bypassGovernance: boolean) => {
  if (!isLocked(version, at, bypassGovernance)) return
  throw new S3Error('AccessDenied', 403, 'Access Denied because object protected by object lock.')
}
