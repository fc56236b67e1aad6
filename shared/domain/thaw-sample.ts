import type { ArchiveClass, RetrievalTier } from './storage-class.ts'

const MIB = 1024 ** 2

/** The least bytes of each size of segment: as landed, as sealed out of little, and as sealed out of much. */
const SIZES = { small: 0, medium: MIB, large: 64 * MIB } as const

export type ThawSize = keyof typeof SIZES
export const THAW_SIZES = ['small', 'medium', 'large'] as const satisfies readonly ThawSize[]

export const thawSizeOf = (bytes: number): ThawSize => {
  if (bytes >= SIZES.large) return 'large'
  return bytes >= SIZES.medium ? 'medium' : 'small'
}

/** How long one thaw took. */
export type ThawSample = {
  readonly storageClass: ArchiveClass
  readonly tier: RetrievalTier
  readonly size: ThawSize
  /** From the request until S3 had the copy ready, ms. */
  readonly took: number
  /** When it was ready. */
  readonly at: number
}
