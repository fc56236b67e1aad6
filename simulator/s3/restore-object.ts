import { isArchiveClass, isRetrievalTier } from '../../shared/domain/storage-class.ts'
import { findObject } from './read-object.ts'
import { decideRestore, restoreDuration, restoreExpiry } from './restore-rules.ts'
import { malformedXml, S3Error, slowDown } from './s3-error.ts'
import type { ObjectVersion, Restore } from './stored.ts'
import type { VersionTarget } from './tag-object.ts'
import { replaceVersion } from './versions.ts'
import { type BucketState, openBucket, type World } from './world.ts'

export type RestoreObjectInput = VersionTarget & {
  readonly days: number
  /** `Standard` unless said */
  readonly tier?: string | undefined
}

/** 202: under way. 200: a copy is there already, and its expiry has moved. */
export type RestoreOutcome = { readonly status: 200 | 202 }

/** A restored copy's expiry is kept in the object; it is never the caller's to compute. */
export const restoreObject = (world: World, input: RestoreObjectInput): RestoreOutcome => {
  const { days, tier = 'Standard' } = input
  const at = world.now()
  // "Amazon S3 … accepts up to 1,000 restore requests per second per AWS account"
  if (!world.mayRestore()) throw slowDown()
  const state = openBucket(world, input.bucket)
  const version = findObject(state, input.key, input.versionId)
  const { storageClass, size, restore: earlier } = version
  if (!isRetrievalTier(tier) || !Number.isInteger(days) || days < 1) throw malformedXml()
  if (!isArchiveClass(storageClass)) {
    throw new S3Error(
      'InvalidObjectState',
      403,
      "Restore is not allowed for the object's current storage class",
      {
        detail: { StorageClass: storageClass },
      },
    )
  }
  const answer = decideRestore(storageClass, earlier, tier, days)
  if (answer !== 'extend' && tier === 'Expedited' && !world.knobs.expeditedAvailable()) {
    throw new S3Error(
      'GlacierExpeditedRetrievalNotAvailable',
      503,
      'Glacier expedited retrievals are currently not available, please try again later',
    )
  }
  world.meter.add(`s3.restore-request.${storageClass}.${tier}`, 1)
  if (answer === 'extend' && earlier !== undefined) {
    // "you pay only for the request": nothing is retrieved again.
    const expiresAt = restoreExpiry(at, days)
    replaceVersion(world, state, version, { ...version, restore: { ...earlier, days, expiresAt } }, at)
    return { status: 200 }
  }
  world.meter.add(`s3.restore-gb.${storageClass}.${tier}`, size)
  const completesAt = at + restoreDuration(storageClass, tier, size, world.knobs.restoreDraw())
  const restore: Restore = {
    tier,
    days,
    completesAt: Math.min(completesAt, earlier?.completesAt ?? completesAt),
  }
  const next = { ...version, restore }
  replaceVersion(world, state, version, next, at)
  world.events.publish(state.bucket, { name: 's3:ObjectRestore:Post', at, version: next })
  return { status: 202 }
}

/** The copy can be read from now on, until the midnight that its days reach to. */
export const finishRestore = (world: World, state: BucketState, version: ObjectVersion, at: number) => {
  const { restore } = version
  if (restore === undefined) return
  const next = { ...version, restore: { ...restore, expiresAt: restoreExpiry(at, restore.days) } }
  replaceVersion(world, state, version, next, at)
  world.events.publish(state.bucket, { name: 's3:ObjectRestore:Completed', at, version: next })
}

/** The copy goes; the archived object stays. */
export const expireRestore = (world: World, state: BucketState, version: ObjectVersion, at: number) => {
  const { restore: _, ...next } = version
  replaceVersion(world, state, version, next, at)
  world.events.publish(state.bucket, { name: 's3:ObjectRestore:Delete', at, version: next })
}

/** The x-amz-restore header, in S3's own words; undefined when the object is not restored. */
export const restoreHeader = (restore: Restore | undefined): string | undefined => {
  if (restore === undefined) return undefined
  if (restore.expiresAt === undefined) return 'ongoing-request="true"'
  return `ongoing-request="false", expiry-date="${new Date(restore.expiresAt).toUTCString()}"`
}
