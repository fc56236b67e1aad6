/** S3's storage classes, warmest first: lifecycle moves only rightwards. */
export const STORAGE_CLASSES = [
  'STANDARD',
  'STANDARD_IA',
  'INTELLIGENT_TIERING',
  'ONEZONE_IA',
  'GLACIER_IR',
  'GLACIER',
  'DEEP_ARCHIVE',
] as const
export type StorageClass = (typeof STORAGE_CLASSES)[number]

/** The classes whose objects must be restored before they can be read. */
export const ARCHIVE_CLASSES = ['GLACIER', 'DEEP_ARCHIVE'] as const
export type ArchiveClass = (typeof ARCHIVE_CLASSES)[number]

/** The classes that the archive bucket's lifecycle moves segments to: `resources/` holds a rule for each. */
export const LIFECYCLE_CLASSES: readonly StorageClass[] = ['GLACIER_IR', 'GLACIER', 'DEEP_ARCHIVE']

/** Slowest and cheapest first. */
export const RETRIEVAL_TIERS = ['Bulk', 'Standard', 'Expedited'] as const
export type RetrievalTier = (typeof RETRIEVAL_TIERS)[number]

export const isStorageClass = (text: string): text is StorageClass =>
  STORAGE_CLASSES.some((storageClass) => storageClass === text)

/** Whether lifecycle could move an object from `other` to this class. */
export const isColder = (storageClass: StorageClass, other: StorageClass): boolean =>
  STORAGE_CLASSES.indexOf(storageClass) > STORAGE_CLASSES.indexOf(other)

export const isArchiveClass = (text: string): text is ArchiveClass =>
  ARCHIVE_CLASSES.some((storageClass) => storageClass === text)

export const isRetrievalTier = (text: string): text is RetrievalTier =>
  RETRIEVAL_TIERS.some((tier) => tier === text)

/** The tiers that a job of S3 Batch Operations can ask for. */
export const JOB_TIERS = ['Bulk', 'Standard'] as const satisfies readonly RetrievalTier[]
export type JobTier = (typeof JOB_TIERS)[number]

/** Which tier each archive class is thawed with. */
export type ClassTiers = Readonly<Record<ArchiveClass, RetrievalTier>>

/** Expedited is refused for DEEP_ARCHIVE. */
export const offersTier = (storageClass: ArchiveClass, tier: RetrievalTier): boolean =>
  storageClass === 'GLACIER' || tier !== 'Expedited'

/** One tier for all: Standard in its place where a class does not offer it. */
export const tiersOf = (tier: RetrievalTier): ClassTiers => ({
  GLACIER: tier,
  DEEP_ARCHIVE: offersTier('DEEP_ARCHIVE', tier) ? tier : 'Standard',
})
