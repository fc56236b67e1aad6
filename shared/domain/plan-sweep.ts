import { type Commit, emptyBooks, isFence, liveCommits, nextGenerationId } from './commit.ts'
import { classAtAge, type Dataset } from './dataset.ts'
import { addDigests } from './digest.ts'
import { DAY, HOUR } from './duration.ts'
import type { Holding, Waiter } from './holding.ts'
import { parseIndexKey, parseSegmentKey } from './keys.ts'
import { partitionRange } from './partition.ts'
import { planSeal } from './plan-seal.ts'
import { alignHolding, holdingOf, type StorageFacts, thawedBy } from './plan-thaw.ts'
import type { PartitionRef, Segment } from './segment.ts'
import { lastGeneration } from './snapshot.ts'
import { isColder, type StorageClass } from './storage-class.ts'
import { type SeenThaw, thawSeen } from './thaw-sample.ts'
import { ulidTime } from './ulid.ts'

/** How long what is dead or was never committed is kept, in ms: far longer than any function or reader runs. */
export const GRACE = DAY
/** Every partition is looked at this often, even if nothing is known to be due. */
export const PATROL = 7 * DAY
const LIFECYCLE_PERIOD = DAY
/** So many commits are retired by one, which names them all; the rest by the next. */
const RETIRED_AT_ONCE = 1000
const THAW_CHECK = HOUR
const SOONEST = 60_000

/** An object as the bucket lists it. */
export type StoredObject = StorageFacts & { readonly key: string }

export type SweepFacts = {
  readonly ref: PartitionRef
  readonly dataset: Dataset
  readonly commits: readonly Commit[]
  readonly holdings: ReadonlyMap<string, Holding>
  readonly waiters: readonly Waiter[]
  /** The partition's segments and index objects in the bucket. */
  readonly stored: readonly StoredObject[]
  readonly now: number
}

/** A segment to tag with a class, so that lifecycle moves it there. */
export type Move = HoldingChange & { readonly target: StorageClass }

/** A change of a segment's holding, conditional on the one that was seen. */
export type HoldingChange = {
  readonly segment: Segment
  readonly next: Holding
  readonly expected: Holding | undefined
}

export type SweepPlan = {
  readonly seal: boolean
  /** What the bucket shows and the catalog does not say yet. */
  readonly confirm: readonly HoldingChange[]
  /** Thaws that are over and whose events were lost. They are looked for every hour: so late they may be seen. */
  readonly thawsOver: readonly SeenThaw[]
  readonly move: readonly Move[]
  /** A commit that ends the partition because its retention has passed. */
  readonly retire: Commit | undefined
  /** Dead commits whose grace is over. */
  readonly deadCommitIds: readonly string[]
  /** Objects of no commit whose grace is over: to be looked into, and removed only when nothing needs them. */
  readonly orphanKeys: readonly string[]
  /** Live segments that the bucket does not have. */
  readonly missing: readonly Segment[]
  /** Thaws that S3 has not done in the longest time that it names for their class and tier. */
  readonly thawsOverdue: number
  readonly hasWaiters: boolean
  readonly nextDue: number
}

/** When each dead commit died: at the first commit that replaced it. */
const deathTimes = (commits: readonly Commit[]): ReadonlyMap<string, number> => {
  const deaths = new Map<string, number>()
  for (const { replaces, committedAt } of commits)
    for (const id of replaces) deaths.set(id, Math.min(deaths.get(id) ?? committedAt, committedAt))
  return deaths
}

/**
 * Dead commits that may go now. One that itself replaced others stays until they are gone, else they would come to life
 * again; and the last generation stays, so that its number is never taken a second time. A fence goes after its grace.
 */
export const removableCommits = (commits: readonly Commit[], now: number): readonly Commit[] => {
  const deaths = deathTimes(commits)
  const present = new Set(commits.map(({ id }) => id))
  const last = lastGeneration(commits)
  return commits.filter((commit) => {
    const died = isFence(commit) ? commit.committedAt : deaths.get(commit.id)
    const shadows = commit.replaces.some((id) => present.has(id))
    return died !== undefined && died + GRACE <= now && !shadows && commit.id !== last
  })
}

const createdAt = (key: string) => {
  const parsed = parseSegmentKey(key) ?? parseIndexKey(key)
  return parsed === undefined ? undefined : ulidTime(parsed.segmentId)
}

const isPastGrace = (key: string, now: number): boolean => {
  const born = createdAt(key)
  return born !== undefined && born + GRACE <= now
}

/** True when the segment is of no commit and old enough that whoever put it will never commit it. */
export const isRemovableOrphan = (key: string, commits: readonly Commit[], now: number): boolean =>
  parseSegmentKey(key) !== undefined &&
  isPastGrace(key, now) &&
  !commits.some(({ segments }) => segments.some((segment) => segment.key === key))

/** Ids of the segments that the bucket has or a commit names. */
export const knownSegments = (commits: readonly Commit[], keys: Iterable<string>): ReadonlySet<string> => {
  const known = new Set(commits.flatMap(({ segments }) => segments.map(({ id }) => id)))
  for (const key of keys) {
    const stored = parseSegmentKey(key)
    if (stored !== undefined) known.add(stored.segmentId)
  }
  return known
}

/** True when an index object is of no known segment, and old enough that none will come: it is put right before its segment. */
export const isStrayIndex = (key: string, known: ReadonlySet<string>, now: number): boolean => {
  const index = parseIndexKey(key)
  return index !== undefined && !known.has(index.segmentId) && isPastGrace(key, now)
}

const retirement = ({ commits, dataset, ref, now }: SweepFacts): Commit | undefined => {
  const { retention } = dataset
  const live = liveCommits(commits)
    .filter(({ segments }) => segments.length > 0)
    .slice(0, RETIRED_AT_ONCE)
  if (retention === null || live.length === 0 || now < partitionRange(ref.partition).end + retention)
    return undefined
  const expired = addDigests(
    ...live.map(({ books }) => books.expired),
    ...live.flatMap(({ segments }) => segments.map(({ records }) => records)),
  )
  return {
    id: nextGenerationId(commits),
    segments: [],
    replaces: live.map(({ id }) => id),
    books: {
      ...emptyBooks,
      received: addDigests(...live.map(({ books }) => books.received)),
      duplicates: addDigests(...live.map(({ books }) => books.duplicates)),
      expired,
    },
    committedAt: now,
  }
}

/** Decides all that is due in one partition. */
export const planSweep = (facts: SweepFacts): SweepPlan => {
  const { commits, dataset, ref, stored, waiters, now } = facts
  const { end } = partitionRange(ref.partition)
  const objects = new Map(stored.map((object) => [object.key, object]))
  const segments = liveCommits(commits).flatMap((commit) => commit.segments)
  const wanted = classAtAge(dataset.classes, now - end)
  const due: number[] = [now + PATROL]
  const confirm: HoldingChange[] = []
  const thawsOver: SeenThaw[] = []
  const move: Move[] = []
  let thawsOverdue = 0

  for (const segment of segments) {
    const object = objects.get(segment.key)
    if (object === undefined) continue
    const before = facts.holdings.get(segment.id)
    const holding = holdingOf(segment, before)
    // the list is the truth for class and restored copy
    const seen = alignHolding(holding, object, now)
    const thawOver = thawSeen(segment, holding, seen, now)
    if (thawOver !== undefined) thawsOver.push(thawOver)
    const shouldMove =
      segment.kind === 'sealed' &&
      isColder(wanted, seen.storageClass) &&
      isColder(wanted, seen.target ?? 'STANDARD')
    if (shouldMove)
      move.push({
        segment,
        target: wanted,
        next: { ...seen, target: wanted, taggedAt: now },
        expected: before,
      })
    else if (seen !== holding) confirm.push({ segment, next: seen, expected: before })
    if (shouldMove || seen.target !== null) due.push(now + LIFECYCLE_PERIOD)
    if (seen.thaw !== null) due.push(now + THAW_CHECK)
    const isUnderWay = object.restore !== null && seen.thaw?.readableUntil === null
    if (isUnderWay && thawedBy(seen, now) < now) thawsOverdue += 1
  }

  const seal = planSeal(facts, dataset, ref.partition, now)
  if (seal.kind === 'wait') due.push(seal.until)
  if (seal.kind === 'seal') due.push(now + HOUR)
  for (const step of dataset.classes) if (end + step.after > now) due.push(end + step.after)
  if (dataset.retention !== null && end + dataset.retention > now) due.push(end + dataset.retention)
  for (const died of deathTimes(commits).values()) if (died + GRACE > now) due.push(died + GRACE)
  for (const fence of commits.filter(isFence)) due.push(Math.max(fence.committedAt + GRACE, now + HOUR))

  const removable = removableCommits(commits, now)
  if (removable.length > 0) due.push(now + HOUR)
  const orphanKeys: string[] = []
  const known = knownSegments(commits, objects.keys())
  for (const { key } of stored) {
    if (isRemovableOrphan(key, commits, now) || isStrayIndex(key, known, now)) orphanKeys.push(key)
    const born = createdAt(key)
    if (born !== undefined && born + GRACE > now) due.push(born + GRACE)
  }
  if (waiters.length > 0) due.push(now + THAW_CHECK)
  const retire = retirement(facts)
  if (retire !== undefined) due.push(retire.replaces.length < RETIRED_AT_ONCE ? now + GRACE : now)

  return {
    seal: seal.kind === 'seal' && retire === undefined,
    confirm,
    thawsOver,
    move,
    retire,
    deadCommitIds: removable.map(({ id }) => id),
    orphanKeys,
    missing: segments.filter(({ key }) => !objects.has(key)),
    thawsOverdue,
    hasWaiters: waiters.length > 0,
    // a partition may hold more objects than a call takes as arguments
    nextDue: Math.max(
      due.reduce((soonest, at) => Math.min(soonest, at)),
      now + SOONEST,
    ),
  }
}
