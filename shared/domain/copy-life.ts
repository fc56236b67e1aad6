import { DAY } from './duration.ts'
import type { ArchiveClass, RetrievalTier } from './storage-class.ts'
import { longestThaw, shortestThaw } from './thaw-times.ts'

/** Times in ms, both within. */
export type Moments = { readonly from: number; readonly to: number }

/** How long a restored copy is there at least and at most, in ms. */
export type CopyLife = { readonly least: number; readonly most: number }

/**
 * How long S3 keeps the copies of what is asked for at some moment. "adding the number of days … to the time the restoration
 * request is completed and then rounding the resulting time to the next day at midnight UTC": so a copy that is there just before
 * midnight lives almost a day less than one that is there just after it.
 * https://docs.aws.amazon.com/AmazonS3/latest/userguide/restoring-objects.html
 */
export const lifeOfCopy = (
  storageClass: ArchiveClass,
  tier: RetrievalTier,
  { days, asked }: { readonly days: number; readonly asked: Moments },
): CopyLife => {
  const from = asked.from + shortestThaw(storageClass, tier)
  const to = asked.to + longestThaw(storageClass, tier)
  const midnight = Math.ceil(from / DAY) * DAY
  const isPassed = midnight < to
  return {
    least: days * DAY + (isPassed ? 0 : midnight - to),
    most: days * DAY + (isPassed ? DAY : midnight - from),
  }
}
