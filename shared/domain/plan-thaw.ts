import { DAY, HOUR } from './duration.ts'
import type { Holding, JobClaim, Thaw } from './holding.ts'
import { DEFAULT_KEEP_DAYS } from './rehydration.ts'
import type { Segment } from './segment.ts'
import {
  type ArchiveClass,
  type ClassTiers,
  isArchiveClass,
  isColder,
  type RetrievalTier,
  type StorageClass,
} from './storage-class.ts'
import { longestThaw } from './thaw-times.ts'

/** What S3 says of a segment's object; undefined when there is none. */
export type StorageFacts = {
  readonly storageClass: StorageClass
  readonly restore: { readonly ongoing: boolean; readonly readableUntil: number | null } | null
}

/** A restored copy with less than this left is thawed for longer before it is relied on. */
export const SHORTEST_WINDOW = 6 * HOUR

/** Until when a restored copy is readable; 0 where there is none. */
export const windowEnd = (restore: StorageFacts['restore']): number =>
  restore === null || restore.ongoing || restore.readableUntil === null ? 0 : restore.readableUntil

export const isReadable = ({ storageClass, restore }: StorageFacts, now: number): boolean =>
  !isArchiveClass(storageClass) || windowEnd(restore) > now

/** Until when one who asks now needs what is thawed. */
export const neededUntil = (keepDays: number | null, now: number): number =>
  now + (keepDays === null ? SHORTEST_WINDOW : keepDays * DAY)

/**
 * `extend`: readable, though not for as long as it is needed (`until`). S3 counts the days of a repeated restore from now, so asking is
 * right only where that lengthens the window: it is never shortened for somebody else.
 */
export type ThawDecision = 'readable' | 'wait' | 'thaw' | 'extend' | 'missing'

export const decideThaw = (
  facts: StorageFacts | undefined,
  { until, now }: { readonly until: number; readonly now: number },
): ThawDecision => {
  if (facts === undefined) return 'missing'
  if (!isArchiveClass(facts.storageClass)) return 'readable'
  if (facts.restore?.ongoing) return 'wait'
  if (!isReadable(facts, now)) return 'thaw'
  return windowEnd(facts.restore) < until ? 'extend' : 'readable'
}

export const thawDays = (keepDays: number | null): number => keepDays ?? DEFAULT_KEEP_DAYS

/** The tier that a segment of this class is thawed with. Its class may change between the plan and the thaw. */
export const tierFor = (storageClass: StorageClass, tiers: ClassTiers): RetrievalTier =>
  storageClass === 'DEEP_ARCHIVE' ? tiers.DEEP_ARCHIVE : tiers.GLACIER

/** A thaw that nobody wrote down (its asker died) counts as the slowest. */
const UNKNOWN_TIER: RetrievalTier = 'Bulk'

/** A segment's holding; one that has none is where its commit put it. */
export const holdingOf = (segment: Segment, known: Holding | undefined): Holding =>
  known ?? {
    segmentId: segment.id,
    storageClass: segment.storageClass,
    confirmedAt: segment.createdAt,
    target: null,
    taggedAt: null,
    thaw: null,
  }

/** What a job asked for, once S3 shows that somebody did: as long as its claim is there that was the job. */
const askedByJob = ({ asking }: Holding, now: number): Thaw | undefined =>
  asking?.job && {
    tier: asking.job.tier,
    requestedAt: now,
    readableUntil: null,
    neededUntil: asking.job.until,
    days: asking.job.days,
    by: asking.job.rehydrationId,
  }

/** A thaw and its tier are those of the class that it was asked for in, wherever lifecycle moves the object meanwhile. */
const moved = (thaw: Thaw, from: StorageClass, to: StorageClass): Thaw =>
  thaw.from === undefined && from !== to && isArchiveClass(from) ? { ...thaw, from } : thaw

/** The class that a segment was thawed in; undefined where it is not thawed. */
export const thawedIn = ({
  storageClass,
  thaw,
}: Pick<Holding, 'storageClass' | 'thaw'>): ArchiveClass | undefined =>
  thaw !== null && isArchiveClass(storageClass) ? (thaw.from ?? storageClass) : undefined

/** Written down before S3 is asked for it, and perhaps after the bucket was listed: S3 need not show it yet. */
const isJustAsked = ({ readableUntil, requestedAt }: Thaw, now: number): boolean =>
  readableUntil === null && now < requestedAt + LONGEST_ASK

const thawOf = (holding: Holding, facts: StorageFacts, now: number): Holding['thaw'] => {
  if (!isArchiveClass(facts.storageClass)) return null
  const asked = holding.thaw && moved(holding.thaw, holding.storageClass, facts.storageClass)
  if (facts.restore === null) return asked !== null && isJustAsked(asked, now) ? asked : null
  const known = asked ?? askedByJob(holding, now) ?? { tier: UNKNOWN_TIER, requestedAt: now }
  return { ...known, readableUntil: facts.restore.ongoing ? null : facts.restore.readableUntil }
}

/** Without the claim of a job that has nothing to ask for any more. */
const withoutSpentClaim = (holding: Holding, { storageClass, restore }: StorageFacts): Holding => {
  const { asking, ...rest } = holding
  const isSpent = asking?.job !== undefined && (restore !== null || !isArchiveClass(storageClass))
  return isSpent ? rest : holding
}

/** The holding in line with what S3 says now. The same object comes back when nothing changes. */
export const alignHolding = (before: Holding, facts: StorageFacts, now: number): Holding => {
  const reached = before.target !== null && !isColder(before.target, facts.storageClass)
  const kept = withoutSpentClaim(before, facts)
  const thaw = thawOf(before, facts, now)
  const same =
    facts.storageClass === before.storageClass &&
    !reached &&
    kept === before &&
    thaw?.readableUntil === before.thaw?.readableUntil
  if (same) return before
  return {
    ...kept,
    storageClass: facts.storageClass,
    confirmedAt: now,
    target: reached ? null : before.target,
    taggedAt: reached ? null : before.taggedAt,
    thaw,
  }
}

/** The holding once a thaw has been asked for. */
export const withThaw = (
  holding: Holding,
  wish: { tier: RetrievalTier; now: number; until: number; days: number; by?: string | undefined },
): Holding => {
  const { tier, now, until, days, by } = wish
  const asked = { tier, requestedAt: now, readableUntil: null, neededUntil: until, days }
  return { ...holding, thaw: by === undefined ? asked : { ...asked, by } }
}

/** The longest that anybody needs a segment's thaw, one who asks now included. */
export const longestNeed = ({ thaw }: Holding, own: number): number => Math.max(own, thaw?.neededUntil ?? 0)

/** The holding once somebody needs its thaw until then. The longest need counts. */
export const withNeed = (holding: Holding, until: number): Holding => {
  const { thaw } = holding
  if (thaw === null || longestNeed(holding, until) === thaw.neededUntil) return holding
  return { ...holding, thaw: { ...thaw, neededUntil: until } }
}

/** Days to ask S3 for by one who needs it until then. */
export const daysUntil = (until: number, keepDays: number | null, now: number): number =>
  Math.max(thawDays(keepDays), Math.ceil((until - now) / DAY))

/** Days to ask S3 for, so that nobody's window becomes shorter than it was promised. */
export const daysToAsk = (holding: Holding, keepDays: number | null, now: number): number =>
  daysUntil(longestNeed(holding, now), keepDays, now)

/**
 * Longer than a function asks, with clocks off by a quarter of an hour either way, in ms: one who asks for longer than this has
 * died.
 */
export const LONGEST_ASK = HOUR

/** Until when somebody else, other than a job, may be asking S3 for it; undefined when nobody is. */
export const askedByAnother = (
  { asking }: Holding,
  attempt: string,
  now: number,
): { until: number } | undefined => {
  if (asking === undefined || asking.job !== undefined || asking.attempt === attempt) return undefined
  const until = asking.since + LONGEST_ASK
  return now < until ? { until } : undefined
}

/** When a thaw that a job asks for must be there by AWS's figures, were it asked for when it was claimed. */
export const readyByJob = (storageClass: StorageClass, since: number, { tier }: JobClaim): number =>
  isArchiveClass(storageClass) ? since + longestThaw(storageClass, tier) : since

/** The holding while one asks S3 (`attempt`), and once nobody does (null). */
export const withAsking = (holding: Holding, attempt: string | null, now: number): Holding => {
  const { asking, ...rest } = holding
  if (attempt !== null)
    return asking?.attempt === attempt ? holding : { ...rest, asking: { attempt, since: now } }
  return asking === undefined ? holding : rest
}

/** How S3 is at a thaw: with the tier, and from the time, that it was last made faster with. */
export const underWayAs = ({ tier, requestedAt, raise }: Thaw): Pick<Thaw, 'tier' | 'requestedAt'> =>
  raise?.state === 'raised' ? { tier: raise.to, requestedAt: raise.at } : { tier, requestedAt }

/** When a thaw must be there by AWS's figures. */
export const thawedBy = (
  { storageClass, thaw }: Pick<Holding, 'storageClass' | 'thaw'>,
  now: number,
): number => {
  const from = thawedIn({ storageClass, thaw })
  if (from === undefined || thaw === null) return now
  const { tier, requestedAt } = underWayAs(thaw)
  return Math.min(thaw.requestedAt + longestThaw(from, thaw.tier), requestedAt + longestThaw(from, tier))
}

/** Where a segment is, by the catalog, which may lag. */
export const storedClass = (segment: Segment, holdings: ReadonlyMap<string, Holding>): StorageClass =>
  holdings.get(segment.id)?.storageClass ?? segment.storageClass

export const coldest = (classes: readonly StorageClass[]): StorageClass =>
  classes.reduce<StorageClass>((cold, one) => (isColder(one, cold) ? one : cold), 'STANDARD')
