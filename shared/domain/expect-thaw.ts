import { MINUTE } from './duration.ts'
import type { Holding } from './holding.ts'
import { thawedIn, underWayAs } from './plan-thaw.ts'
import { type ArchiveClass, RETRIEVAL_TIERS, type RetrievalTier } from './storage-class.ts'
import { longestThaw, type ThawTimes } from './thaw-times.ts'

/** A thaw that S3 was asked for and has not done yet. */
export type ThawUnderWay = {
  readonly storageClass: ArchiveClass
  readonly tier: RetrievalTier
  readonly requestedAt: number
  /** Of the segment. */
  readonly bytes: number
  /** Whether S3 can still be asked for a faster tier. */
  readonly canRaise: boolean
}

/** The thaw that S3 is at for a segment of so many bytes, by the catalog; undefined where it is at none. */
export const underWayOf = (
  { storageClass, thaw }: Pick<Holding, 'storageClass' | 'thaw'>,
  bytes: number,
): ThawUnderWay | undefined => {
  const from = thawedIn({ storageClass, thaw })
  if (from === undefined || thaw === null || thaw.readableUntil !== null) return undefined
  // S3 takes a faster tier only with as many days as it was asked for, and of the class that it is in by now
  const canRaise = thaw.days !== undefined && thaw.raise === undefined && thaw.from === undefined
  return { storageClass: from, ...underWayAs(thaw), bytes, canRaise }
}

/** From deciding to raise a thaw to having asked S3, at most, ms: a sweep decides, and it runs every quarter of an hour. */
export const RAISE_DELAY = 20 * MINUTE

export const isFaster = (tier: RetrievalTier, than: RetrievalTier): boolean =>
  RETRIEVAL_TIERS.indexOf(tier) > RETRIEVAL_TIERS.indexOf(than)

/**
 * When a thaw is there that takes so long. One that is not there by then may take as long as S3 says at most; of one that is not
 * there even then nothing is known, and it counts as begun now.
 */
export const expectedAt = (
  { storageClass, tier, requestedAt }: Pick<ThawUnderWay, 'storageClass' | 'tier' | 'requestedAt'>,
  took: number,
  now: number,
): number =>
  [requestedAt + took, requestedAt + longestThaw(storageClass, tier)].find((at) => at > now) ?? now + took

/** Thaws under way with when each is there, in half of all cases and in 95 of 100 for all of its class and tier together. */
export const expectThaws = <Thaw extends ThawUnderWay>(
  thaws: readonly Thaw[],
  times: ThawTimes,
  now: number,
): readonly { readonly thaw: Thaw; readonly p50: number; readonly p95: number }[] => {
  const alike = Map.groupBy(thaws, ({ storageClass, tier }) => `${storageClass}.${tier}` as const)
  return [...alike.values()].flatMap((group) => {
    const sizes = group.map(({ bytes }) => bytes)
    const took = group.slice(0, 1).map(({ storageClass, tier }) => times({ storageClass, tier, sizes }))
    return took.flatMap(({ p50, p95 }) =>
      group.map((thaw) => ({ thaw, p50: expectedAt(thaw, p50, now), p95: expectedAt(thaw, p95, now) })),
    )
  })
}
