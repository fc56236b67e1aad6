import { expectThaws, isFaster, type ThawUnderWay } from './expect-thaw.ts'
import { brokenCap, type Guards, needsApproval } from './guards.ts'
import { extensionDollars } from './keep-copies.ts'
import { restoreDollars } from './prices.ts'
import type { Rehydration } from './rehydration.ts'
import { type ArchiveClass, offersTier, RETRIEVAL_TIERS, type RetrievalTier } from './storage-class.ts'
import type { ThawTimes } from './thaw-times.ts'

/** A thaw that a rehydration waits for. */
export type AwaitedThaw = ThawUnderWay & { readonly partition: string; readonly segmentId: string }

/** A thaw to be made faster, and what that costs in US dollars. */
export type PlannedRaise = {
  readonly partition: string
  readonly segmentId: string
  readonly to: RetrievalTier
  readonly dollars: number
}

export type RaiseWish = {
  readonly now: number
  /** When all is to be readable. */
  readonly readyBy: number
  readonly times: ThawTimes
  readonly mayExpedite: boolean
}

export type RaisePlan = {
  readonly raises: readonly PlannedRaise[]
  /** When the first of those is overdue that are in time as it looks now; null where there is none. */
  readonly lookAgainAt: number | null
}

/**
 * Which thaws have to be made faster so that all are there in time in 95 of 100 cases, each with the slowest tier that is enough. What no tier
 * brings in time is left as it is: that would cost, and change nothing.
 */
export const planRaises = (thaws: readonly AwaitedThaw[], wish: RaiseWish): RaisePlan => {
  const { now, readyBy, times, mayExpedite } = wish
  const expected = expectThaws(thaws, times, now)
  const late = expected.filter(({ p95, thaw }) => p95 > readyBy && thaw.canRaise).map(({ thaw }) => thaw)
  const inTime = expected.filter(({ p95 }) => p95 <= readyBy)
  const enough = (storageClass: ArchiveClass): readonly RetrievalTier[] => {
    const sizes = late.filter((thaw) => thaw.storageClass === storageClass).map(({ bytes }) => bytes)
    return RETRIEVAL_TIERS.filter(
      (tier) =>
        offersTier(storageClass, tier) &&
        (mayExpedite || tier !== 'Expedited') &&
        now + times({ storageClass, tier, sizes }).p95 <= readyBy,
    )
  }
  const tiers = { GLACIER: enough('GLACIER'), DEEP_ARCHIVE: enough('DEEP_ARCHIVE') }
  return {
    raises: late.flatMap(({ partition, segmentId, storageClass, tier, bytes }) => {
      const to = tiers[storageClass].find((one) => isFaster(one, tier))
      return to === undefined
        ? []
        : [{ partition, segmentId, to, dollars: restoreDollars(storageClass, to, 1, bytes) }]
    }),
    lookAgainAt: inTime.reduce<number | null>((soonest, { p95 }) => Math.min(soonest ?? p95, p95), null),
  }
}

/** US dollars of the price that are for raises. */
export const pricedForRaises = ({ terms }: Pick<Rehydration, 'terms'>): number => terms.promised?.raising ?? 0

/** What a rehydration may spend on making thaws faster without asking anybody: of its price, or allowed since. */
export const allowedForRaises = ({ terms }: Pick<Rehydration, 'terms'>): number =>
  terms.raising?.dollars ?? pricedForRaises({ terms })

/** All that a rehydration costs at most with so much for raises; nothing but them where nobody has worked out its price. */
export const costWithRaises = ({ terms }: Pick<Rehydration, 'terms'>, dollars: number): number =>
  terms.price === null ? dollars : terms.price.dollars - pricedForRaises({ terms }) + dollars

/** All that a rehydration costs at most; null where nobody has worked it out. */
export const costAtMost = ({ terms }: Pick<Rehydration, 'terms'>): number | null =>
  terms.price && costWithRaises({ terms }, allowedForRaises({ terms }))

/** Whether a rehydration may cost so much because its thaws are made faster. There is nobody to ask whether it may cost more. */
export const mayCost = (
  { request, terms }: Pick<Rehydration, 'request' | 'terms'>,
  guards: Guards,
  dollars: number,
): boolean => {
  // the guards ask for all that it costs; who extended it said themselves that it may cost that besides
  const all = { dollars: dollars + extensionDollars({ terms }), bytes: 0 }
  return (
    // what was accepted at a price is never dearer
    dollars <= (terms.cap ?? Number.POSITIVE_INFINITY) &&
    dollars <= (request.maxCostUsd ?? Number.POSITIVE_INFINITY) &&
    !needsApproval(guards, all) &&
    brokenCap(guards.perRehydration, 'perRehydration', all) === undefined
  )
}
