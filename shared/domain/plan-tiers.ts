import { expectThaws, isFaster, RAISE_DELAY, type ThawUnderWay } from './expect-thaw.ts'
import { restoreDollars } from './prices.ts'
import {
  ARCHIVE_CLASSES,
  type ArchiveClass,
  type ClassTiers,
  offersTier,
  RETRIEVAL_TIERS,
  type RetrievalTier,
} from './storage-class.ts'
import type { ThawTimes } from './thaw-times.ts'

export type TierFacts = {
  readonly now: number
  /** Bytes of each segment that has to be thawed. */
  readonly cold: Readonly<Record<ArchiveClass, readonly number[]>>
  /** Thaws of others that serve this one too. */
  readonly underWay: readonly ThawUnderWay[]
  /** US dollars of all that costs the same with any tier. */
  readonly fixed: number
  /** What it adds to thaw what is cold in this class with this tier. */
  readonly dollarsFor: (storageClass: ArchiveClass, tier: RetrievalTier) => number
  readonly times: ThawTimes
}

/** Null: does not matter. */
export type TierWish = {
  /** When all is to be readable. */
  readonly readyBy: number | null
  readonly maxCostUsd: number | null
  readonly mayExpedite: boolean
}

/** A tier for each class, and what comes of it. */
export type TierPlan = {
  readonly tiers: ClassTiers
  /** All that it costs at most, raising included. */
  readonly dollars: number
  /** What of it is for thaws of others that are made faster. */
  readonly raising: number
  /** When all is readable: in half of all cases, and in 95 of 100. */
  readonly p50: number
  readonly p95: number
}

/** What would have been possible instead. Null: nothing is. */
export type TierChoices = {
  readonly earliest: TierPlan
  readonly cheapest: TierPlan
  /** The earliest that costs no more than it may; null also where it may cost anything. */
  readonly withinCost: TierPlan | null
  /** The cheapest that is there in time; null also where no time was given. */
  readonly inTime: TierPlan | null
  /** What Expedited, which has to be asked for by itself, would make possible. */
  readonly expedited: TierPlan | null
}

export type PlannedTiers =
  | { readonly kind: 'planned'; readonly plan: TierPlan }
  | { readonly kind: 'cannot-be-met'; readonly choices: TierChoices }

const mixesOf = (mayExpedite: boolean): readonly ClassTiers[] => {
  const offered = (storageClass: ArchiveClass) =>
    RETRIEVAL_TIERS.filter((tier) => offersTier(storageClass, tier) && (mayExpedite || tier !== 'Expedited'))
  return offered('GLACIER').flatMap((GLACIER) =>
    offered('DEEP_ARCHIVE').map((DEEP_ARCHIVE) => ({ GLACIER, DEEP_ARCHIVE })),
  )
}

/**
 * What thaws of others come to. Those that would be there too late are made faster, where that helps: each at most once, and only for
 * a time that somebody wants (`late`: all that are there after it; null: nobody does).
 */
const serveUnderWay = (
  { underWay, times, now }: TierFacts,
  tiers: ClassTiers,
  late: number | null,
): { readonly raising: number; readonly p50: number; readonly p95: number } => {
  const raisedTime = (storageClass: ArchiveClass) => {
    const sizes = underWay.filter((one) => one.storageClass === storageClass).map(({ bytes }) => bytes)
    return times({ storageClass, tier: tiers[storageClass], sizes })
  }
  const took = { GLACIER: raisedTime('GLACIER'), DEEP_ARCHIVE: raisedTime('DEEP_ARCHIVE') }
  const served = expectThaws(underWay, times, now).map(({ thaw, p50, p95 }) => {
    const { storageClass, bytes } = thaw
    const tier = tiers[storageClass]
    const raised50 = now + RAISE_DELAY + took[storageClass].p50
    const raised95 = now + RAISE_DELAY + took[storageClass].p95
    const isRaised =
      late !== null && p95 > late && thaw.canRaise && isFaster(tier, thaw.tier) && raised95 < p95
    return isRaised
      ? { raising: restoreDollars(storageClass, tier, 1, bytes), p50: Math.min(p50, raised50), p95: raised95 }
      : { raising: 0, p50, p95 }
  })
  return {
    raising: served.reduce((sum, { raising }) => sum + raising, 0),
    p50: served.reduce((latest, { p50 }) => Math.max(latest, p50), now),
    p95: served.reduce((latest, { p95 }) => Math.max(latest, p95), now),
  }
}

const planWith = (facts: TierFacts, tiers: ClassTiers, late: number | null): TierPlan => {
  const { cold, now, fixed, dollarsFor, times } = facts
  const { raising, ...served } = serveUnderWay(facts, tiers, late)
  const thawed = ARCHIVE_CLASSES.filter((storageClass) => cold[storageClass].length > 0).map(
    (storageClass) => {
      const tier = tiers[storageClass]
      const { p50, p95 } = times({ storageClass, tier, sizes: cold[storageClass] })
      return { dollars: dollarsFor(storageClass, tier), p50: now + p50, p95: now + p95 }
    },
  )
  return {
    tiers,
    dollars: thawed.reduce((sum, { dollars }) => sum + dollars, fixed + raising),
    raising,
    p50: Math.max(served.p50, ...thawed.map(({ p50 }) => p50)),
    p95: Math.max(served.p95, ...thawed.map(({ p95 }) => p95)),
  }
}

type Amount = 'dollars' | 'p50' | 'p95'

const isLess = (plan: TierPlan, than: TierPlan, amounts: readonly Amount[]): boolean => {
  const differs = amounts.find((amount) => plan[amount] !== than[amount])
  return differs !== undefined && plan[differs] < than[differs]
}

/** The least by these amounts, the first of them first; of those that are alike the one with the slowest tiers. */
const leastOf = (plans: readonly TierPlan[], ...amounts: readonly Amount[]): TierPlan =>
  plans.reduce((least, plan) => (isLess(plan, least, amounts) ? plan : least))

const cheapestOf = (plans: readonly TierPlan[]) => leastOf(plans, 'dollars', 'p95', 'p50')
const earliestOf = (plans: readonly TierPlan[]) => leastOf(plans, 'p95', 'dollars', 'p50')

type Choose = (plans: readonly TierPlan[]) => TierPlan

const ifAny = (plans: readonly TierPlan[], choose: Choose): TierPlan | null =>
  plans.length === 0 ? null : choose(plans)

/**
 * Which tier each archive class is thawed with: the cheapest mix that is there in time, or the earliest that costs no more than it may
 * where no time is given. In time means that in 95 of 100 cases it is.
 */
export const planTiers = (facts: TierFacts, wish: TierWish): PlannedTiers => {
  const { readyBy, maxCostUsd, mayExpedite } = wish
  const plansFor = (mayBeExpedited: boolean, late: number | null) =>
    mixesOf(mayBeExpedited).map((tiers) => planWith(facts, tiers, late))
  const isInTime = ({ p95 }: TierPlan) => readyBy === null || p95 <= readyBy
  const isWithinCost = ({ dollars }: TierPlan) => maxCostUsd === null || dollars <= maxCostUsd
  const choose = readyBy === null ? earliestOf : cheapestOf
  const bestOf = (mayBeExpedited: boolean) =>
    ifAny(
      plansFor(mayBeExpedited, readyBy).filter((plan) => isInTime(plan) && isWithinCost(plan)),
      choose,
    )
  const plan = bestOf(mayExpedite)
  if (plan !== null) return { kind: 'planned', plan }
  const slow = plansFor(mayExpedite, null)
  const wanted = plansFor(mayExpedite, readyBy)
  // who has a time in mind may have thaws of others made faster for an earlier one as well
  const soonest = readyBy === null ? slow : plansFor(mayExpedite, facts.now)
  return {
    kind: 'cannot-be-met',
    choices: {
      earliest: earliestOf(soonest),
      cheapest: cheapestOf(slow),
      withinCost:
        maxCostUsd === null ? null : ifAny([...slow, ...wanted, ...soonest].filter(isWithinCost), earliestOf),
      inTime: readyBy === null ? null : ifAny(wanted.filter(isInTime), cheapestOf),
      expedited: mayExpedite ? null : bestOf(true),
    },
  }
}
