import {
  type ArchiveClass,
  offersTier,
  RETRIEVAL_TIERS,
  type RetrievalTier,
} from '../../shared/domain/storage-class.ts'
import { DAY, midnightFrom } from './lifecycle-plan.ts'
import { S3Error } from './s3-error.ts'
import type { Restore } from './stored.ts'

const MINUTE = 60_000
const HOUR = 60 * MINUTE

/**
 * Shortest and longest time of a restore, in ms.
 * https://docs.aws.amazon.com/AmazonS3/latest/userguide/restoring-objects-retrieval-options.html
 */
const RESTORE_TIMES: Readonly<Record<string, readonly [number, number]>> = {
  'GLACIER.Expedited': [1 * MINUTE, 5 * MINUTE],
  'GLACIER.Standard': [3 * HOUR, 5 * HOUR],
  'GLACIER.Bulk': [5 * HOUR, 12 * HOUR],
  // "within 12 hours" and "within 48 hours"; the shortest times are this simulator's.
  'DEEP_ARCHIVE.Standard': [9 * HOUR, 12 * HOUR],
  'DEEP_ARCHIVE.Bulk': [24 * HOUR, 48 * HOUR],
}

/** "Expedited … for all but the largest archived objects (250 MB+)", those at up to 300 MB/s. */
const EXPEDITED_BYTES = 250 * 1024 ** 2
const EXPEDITED_BYTES_PER_MS = (300 * 1024 ** 2) / 1000

/** `draw` from 0, the shortest, to 1, the longest. */
export const restoreDuration = (
  from: ArchiveClass,
  tier: RetrievalTier,
  size: number,
  draw: number,
): number => {
  const [shortest, longest] = RESTORE_TIMES[`${from}.${tier}`] ?? []
  if (shortest === undefined || longest === undefined) throw new Error(`${tier} is not offered for ${from}`)
  const large = tier === 'Expedited' ? Math.max(0, size - EXPEDITED_BYTES) / EXPEDITED_BYTES_PER_MS : 0
  return Math.ceil(shortest + draw * (longest - shortest) + large)
}

/** "adding the number of days … to the time the restoration request is completed and then rounding the resulting time to the next day at midnight UTC" */
export const restoreExpiry = (from: number, days: number) => midnightFrom(from + days * DAY)

export type RestoreAnswer = 'start' | 'upgrade' | 'extend'

/** What a request for a restore comes to, by the state of an earlier one. Throws S3's refusals. */
export const decideRestore = (
  from: ArchiveClass,
  earlier: Restore | undefined,
  tier: RetrievalTier,
  days: number,
): RestoreAnswer => {
  // "The Expedited tier is not available for S3 Glacier Deep Archive"
  if (!offersTier(from, tier)) {
    throw new S3Error(
      'InvalidArgument',
      400,
      `Retrieval option is not supported by this storage class: ${tier}`,
    )
  }
  if (earlier === undefined) return 'start'
  // "a restored copy exists: Amazon S3 updates its expiration period, relative to the current time"
  if (earlier.expiresAt !== undefined) return 'extend'
  const isFaster = RETRIEVAL_TIERS.indexOf(tier) > RETRIEVAL_TIERS.indexOf(earlier.tier)
  if (isFaster && days === earlier.days) return 'upgrade'
  throw new S3Error('RestoreAlreadyInProgress', 409, 'Object restore is already in progress')
}

/** Answers to requests above the account's rate. */
export const makeRestoreThrottle = () => {
  let second = Number.NEGATIVE_INFINITY
  let count = 0
  /** False: too many in this second. */
  return (now: number, perSecond: number): boolean => {
    const current = Math.floor(now / 1000)
    if (current !== second) {
      second = current
      count = 0
    }
    count++
    return count <= perSecond
  }
}
