import type { Holding } from './holding.ts'
import {
  alignHolding,
  askedByAnother,
  decideThaw,
  LONGEST_ASK,
  type StorageFacts,
  tierFor,
} from './plan-thaw.ts'
import { type ClassTiers, isArchiveClass, type JobTier, type RetrievalTier } from './storage-class.ts'

/** What a rehydration wants of its jobs. */
export type JobWish = {
  readonly rehydrationId: string
  readonly tiers: ClassTiers
  readonly days: number
  /** Until when it needs the copies. */
  readonly until: number
  /** The jobs that are being filled. */
  readonly names: Readonly<Record<JobTier, string>>
  /** Jobs whose manifests are written: nothing is added to them. */
  readonly planned: ReadonlySet<string>
}

/** `left`: its thaw task sees to it. `claimed`: it is this job's already. */
export type JobClaimDecision =
  | { readonly kind: 'left' }
  | { readonly kind: 'claimed'; readonly tier: JobTier }
  | { readonly kind: 'to-claim'; readonly tier: JobTier; readonly next: Holding }

const LEFT: JobClaimDecision = { kind: 'left' }

const isForJobs = (tier: RetrievalTier): tier is JobTier => tier !== 'Expedited'

/** Whether a segment, by the catalog, is one for a job: in an archive class, with no thaw, and not wanted at once. */
export const isColdForJob = (
  { storageClass, thaw }: Pick<Holding, 'storageClass' | 'thaw'>,
  tiers: ClassTiers,
): boolean => isArchiveClass(storageClass) && thaw === null && isForJobs(tierFor(storageClass, tiers))

/** What becomes of one that the same rehydration has claimed for a job before. */
const ownClaim = (
  { since, name }: { readonly since: number; readonly name: string },
  { names, planned }: JobWish,
  tier: JobTier,
  now: number,
): 'left' | 'claimed' | 'to-claim' => {
  if (planned.has(name)) return 'left'
  // who claimed it has died, or else it may be planning another job with it at this moment
  if (since + LONGEST_ASK <= now) return 'to-claim'
  return name === names[tier] ? 'claimed' : 'left'
}

/**
 * Whether a job is to ask for a segment's thaw: where S3 says that it has none, and nobody else is asking. `isInForce`: whether the job
 * of a claim that is there may still ask for it.
 */
export const claimForJob = (
  before: Holding,
  facts: StorageFacts | undefined,
  wish: JobWish,
  { isInForce, now }: { readonly isInForce: boolean; readonly now: number },
): JobClaimDecision => {
  if (facts === undefined || decideThaw(facts, { until: 0, now }) !== 'thaw') return LEFT
  const tier = tierFor(facts.storageClass, wish.tiers)
  if (!isForJobs(tier)) return LEFT
  const { asking } = before
  const { rehydrationId, days, until } = wish
  if (asking?.job?.rehydrationId === rehydrationId) {
    const own = ownClaim({ since: asking.since, name: asking.job.name }, wish, tier, now)
    if (own !== 'to-claim') return own === 'left' ? LEFT : { kind: 'claimed', tier }
  } else if (isInForce || askedByAnother(before, '', now) !== undefined) return LEFT
  const job = { rehydrationId, name: wish.names[tier], tier, days, until }
  const attempt = `${rehydrationId}-${job.name}`
  const next = { ...alignHolding(before, facts, now), asking: { attempt, since: now, job } }
  return { kind: 'to-claim', tier, next }
}
