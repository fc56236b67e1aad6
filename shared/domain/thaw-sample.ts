import type { Holding } from './holding.ts'
import { thawedIn } from './plan-thaw.ts'
import type { Segment } from './segment.ts'
import type { ArchiveClass, RetrievalTier } from './storage-class.ts'

/** Sizes that are told apart: each is a metric of its own for every class and tier, and those are paid for one by one. */
export const THAW_SIZES = ['small', 'large'] as const
export type ThawSize = (typeof THAW_SIZES)[number]

export const isThawSize = (size: string): size is ThawSize => THAW_SIZES.some((known) => known === size)

/** Bytes from which on something is large: as a segment that was sealed out of much. */
const LARGE = 64 * 1024 ** 2

export const thawSizeOf = (bytes: number): ThawSize => (bytes < LARGE ? 'small' : 'large')

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

/** A sample, and which thaw it is of. */
export type SeenThaw = ThawSample & { readonly segmentId: string; readonly requestedAt: number }

/** Samples of one class and tier lie in so many shares, so that no writer waits for another. */
export const HISTORY_SHARES = 4
/** Samples of one size in one share: a share is read for the least that DynamoDB bills. */
export const HISTORY_PLACES = 16

const FNV = { offset: 0x811c9dc5, prime: 0x01000193 } as const

const hashOf = (text: string): number => {
  let hash: number = FNV.offset
  for (let index = 0; index < text.length; index += 1)
    hash = Math.imul(hash ^ text.charCodeAt(index), FNV.prime) >>> 0
  return hash
}

/** Where a thaw is remembered: the same one always in the same place, any two seldom in one. */
export const placeOf = ({ segmentId, requestedAt }: SeenThaw): { share: number; place: number } => {
  const hash = hashOf(`${segmentId} ${requestedAt}`)
  return { share: hash % HISTORY_SHARES, place: Math.floor(hash / HISTORY_SHARES) % HISTORY_PLACES }
}

/**
 * The thaw that was under way before a look and is over after it. `at`: when it was ready, by what is known. Undefined: none was, or
 * nobody knows when and how it was asked for, or it was made faster on its way and says nothing of either tier.
 */
export const thawSeen = (
  { id, bytes }: Pick<Segment, 'id' | 'bytes'>,
  before: Holding,
  after: Holding,
  at: number,
): SeenThaw | undefined => {
  const { thaw } = before
  const isOver = thaw?.readableUntil === null && typeof after.thaw?.readableUntil === 'number'
  const isKnown = isOver && thaw.days !== undefined && thaw.raise === undefined
  const storageClass = thawedIn(after)
  if (!isKnown || storageClass === undefined) return undefined
  const { tier, requestedAt } = thaw
  const took = Math.max(0, at - requestedAt)
  return { storageClass, tier, size: thawSizeOf(bytes), took, at, segmentId: id, requestedAt }
}
