import { isFaster } from './expect-thaw.ts'
import type { Holding, Raise, Thaw } from './holding.ts'
import { type ArchiveClass, offersTier, type RetrievalTier } from './storage-class.ts'

/** A thaw under way that S3 can be asked to do faster, with as many days as it was asked for. */
export type RaisableThaw = Thaw & { readonly days: number }

/**
 * The thaw of a holding, where S3 can be asked for this tier in its place: it is under way with a slower one, and was not made faster
 * before. One that may have been asked for it already by somebody who died is asked for again: S3 takes it once.
 */
export const raisable = (
  { thaw }: Pick<Holding, 'thaw'>,
  storageClass: ArchiveClass,
  to: RetrievalTier,
): RaisableThaw | undefined => {
  if (thaw === null || thaw.readableUntil !== null || thaw.days === undefined) return undefined
  const isOpen = thaw.raise === undefined || thaw.raise.state === 'asking'
  const isOffered = offersTier(storageClass, to) && isFaster(to, thaw.tier)
  return isOpen && isOffered ? { ...thaw, days: thaw.days } : undefined
}

/** The holding while, or once, S3 is asked to do its thaw faster; null: it was not, after all. */
export const withRaise = (holding: Holding, raise: Raise | null): Holding => {
  if (holding.thaw === null) return holding
  const { raise: _, ...thaw } = holding.thaw
  return { ...holding, thaw: raise === null ? thaw : { ...thaw, raise } }
}
