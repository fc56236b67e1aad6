import { HOUR } from './duration.ts'
import type { ArchiveClass, RetrievalTier } from './storage-class.ts'

const MINUTE = 60_000

const LONGEST: Readonly<Record<ArchiveClass, Readonly<Record<RetrievalTier, number>>>> = {
  GLACIER: { Expedited: 5 * MINUTE, Standard: 5 * HOUR, Bulk: 12 * HOUR },
  // Expedited is not offered for it: Standard is asked for in its place
  DEEP_ARCHIVE: { Expedited: 12 * HOUR, Standard: 12 * HOUR, Bulk: 48 * HOUR },
}

/**
 * How long S3 says that a thaw takes at most, in ms. Expedited: up to 250 MB.
 * https://docs.aws.amazon.com/AmazonS3/latest/userguide/restoring-objects-retrieval-options.html
 */
export const longestThaw = (storageClass: ArchiveClass, tier: RetrievalTier): number =>
  LONGEST[storageClass][tier]
