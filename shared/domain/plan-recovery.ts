import { type Commit, emptyBooks, isGeneration, liveCommits, nextGenerationId } from './commit.ts'
import { type Digest, emptyDigest, sameDigest, subtractDigests } from './digest.ts'
import { type FoundSegment, landingCommitOf, sealedGroups } from './found-segment.ts'
import { GRACE } from './plan-sweep.ts'
import { forkedIds, isBehind, lastGeneration, replacedBy, type Snapshot, worthKeeping } from './snapshot.ts'
import { ulidTime } from './ulid.ts'

export type RecoveryFacts = {
  /** The log as it is: empty, or of an earlier day. */
  readonly commits: readonly Commit[]
  readonly snapshot: Snapshot | undefined
  /** Keys of the segments that the bucket has. */
  readonly present: ReadonlySet<string>
  /** Those of them that neither log nor snapshot names, as they describe themselves. */
  readonly found: readonly FoundSegment[]
}

export type RecoveryPlan = {
  /** To be appended, in this order. */
  readonly appends: readonly Commit[]
  /** How many of them the snapshot had, and how many only segments tell of. */
  readonly restored: number
  readonly adopted: number
  /** Commits of the log that were dead long ago, by which nothing in the bucket is named any more. */
  readonly buried: readonly string[]
  /** Ids that stand for one commit in the log and for another in the snapshot: nothing is done about them here. */
  readonly forked: readonly string[]
}

/** Landing commits that are in no log: newer than the snapshot, or so close to it that they may be. */
const landingsIn = (found: readonly FoundSegment[], known: ReadonlySet<string>, since: number) => {
  const landings = new Map<string, Commit>()
  for (const one of found.toSorted((a, b) => (a.segment.id < b.segment.id ? -1 : 1))) {
    const isNew = ulidTime(one.segment.id) + GRACE > since
    // attempts of one unit hold the same records: any of them will do
    if (!isGeneration(one.commit) && isNew && !known.has(one.commit) && !landings.has(one.commit))
      landings.set(one.commit, landingCommitOf(one))
  }
  return [...landings.values()]
}

/**
 * Seals that are in no log, one a number, above all that are known. As long as all that one was made from is there, it is
 * left to be sealed again: nobody knows whether it was ever committed, or another of the same number. Of two, the one gets
 * it that was made from more of what is gone; the other a number of its own, if its records may be nowhere else. With a seal
 * come those that it was made from, so that what they replaced is dead, where the books prove that it was these.
 */
const sealsIn = (found: readonly FoundSegment[], base: readonly Commit[], present: ReadonlySet<string>) => {
  const last = lastGeneration(base)
  const complete = sealedGroups(found).flatMap(({ commit }) => (commit && commit.id > last ? commit : []))
  const rivals = Map.groupBy(complete, ({ id }) => id)
  const live = new Map(liveCommits(base).map((commit) => [commit.id, commit]))
  const inBase = new Map(base.map((commit) => [commit.id, commit]))
  const seals = new Map<string, Commit>()
  const others: Commit[] = []

  const isThere = (id: string): boolean =>
    live.get(id)?.segments.every(({ key }) => present.has(key)) ??
    rivals.get(id)?.some(({ replaces }) => replaces.every(isThere)) ??
    false
  const goneFrom = ({ replaces }: Commit) => replaces.filter((input) => !isThere(input))
  const deadNow = () => replacedBy([...base, ...seals.values(), ...others])
  const take = (commit: Commit) => {
    const sources = sourcesOf(commit.replaces, commit.books.received)
    for (const source of sources ?? []) if (!inBase.has(source.id)) take(source)
    seals.set(commit.id, commit)
  }
  /** The commits of these ids that received this much together; undefined when there are none. */
  const sourcesOf = (ids: readonly string[], received: Digest): readonly Commit[] | undefined => {
    const [id, ...later] = ids
    if (id === undefined) return sameDigest(received, emptyDigest) ? [] : undefined
    const own = inBase.get(id)
    const options = own === undefined ? (rivals.get(id) ?? []) : [own]
    for (const option of options) {
      const rest = sourcesOf(later, subtractDigests(received, option.books.received))
      if (rest !== undefined) return [option, ...rest]
    }
    return undefined
  }

  // the latest first: one that it replaces must take nothing along with it
  for (const [id, made] of [...rivals].toReversed()) {
    const dead = deadNow()
    if (seals.has(id) || dead.has(id)) continue
    const [best, ...more] = made
      .filter((commit) => goneFrom(commit).length > 0 && !commit.replaces.some((input) => dead.has(input)))
      .toSorted((a, b) => goneFrom(b).length - goneFrom(a).length)
    if (best !== undefined) take(best)
    for (const commit of more) {
      const known = deadNow()
      // its number is given away, and some of what it was made from is nowhere else
      if (goneFrom(commit).some((input) => !known.has(input)))
        others.push({ ...commit, id: nextGenerationId([...base, ...complete, ...others]) })
    }
  }
  return [...seals.values(), ...others]
}

/**
 * Commits of a log of an earlier day that nothing replaces any more, because what did was replaced in its turn and has gone
 * from log and snapshot: their objects are gone, and their numbers are below the snapshot's.
 */
const longDead = (
  { commits, present }: RecoveryFacts,
  snapshot: Pick<Snapshot, 'commits' | 'takenAt'>,
  all: readonly Commit[],
) => {
  const live = new Set(liveCommits(all).map(({ id }) => id))
  const kept = new Set(snapshot.commits.map(({ id }) => id))
  const isDead = ({ id, segments }: Commit) =>
    isGeneration(id)
      ? id <= lastGeneration(snapshot.commits)
      : segments.every((segment) => !present.has(segment.key) && ulidTime(segment.id) < snapshot.takenAt)
  return worthKeeping(commits)
    .filter((commit) => live.has(commit.id) && !kept.has(commit.id) && isDead(commit))
    .map(({ id }) => id)
}

const burial = (all: readonly Commit[], buried: readonly string[], committedAt: number): Commit => ({
  id: nextGenerationId(all),
  segments: [],
  replaces: buried,
  books: emptyBooks,
  committedAt,
})

/**
 * What a partition's log lacks, by the bucket alone: its snapshot, and the segments newer than that. Carried out, the log has
 * the same live records and the same books as before it was lost or rolled back. What a landing had put and not yet committed
 * is taken for committed, since nobody can tell that it was not; a seal that no snapshot tells of is left to be done again.
 */
export const planRecovery = (facts: RecoveryFacts): RecoveryPlan => {
  const { commits, snapshot, found, present } = facts
  const forked = forkedIds(commits, snapshot)
  if (forked.length > 0) return { appends: [], restored: 0, adopted: 0, buried: [], forked }
  const behind = isBehind(commits, snapshot)
  const kept = { commits: snapshot?.commits ?? [], takenAt: snapshot?.takenAt ?? 0 }
  const inLog = new Set(commits.map(({ id }) => id))
  const restored = behind ? kept.commits.filter(({ id }) => !inLog.has(id)) : []
  const base = [...commits, ...restored]
  const known = new Set([...base.map(({ id }) => id), ...replacedBy(base), ...replacedBy(kept.commits)])
  const landings = landingsIn(found, known, kept.takenAt)
  const seals = sealsIn(found, [...base, ...landings], present)
  const all = [...base, ...landings, ...seals]
  const buried = behind ? longDead(facts, kept, all) : []
  const dead = replacedBy(all)
  return {
    // what makes the log continue its snapshot goes last: until then it is seen to be behind, and nobody builds on it
    appends: [
      ...landings,
      ...seals,
      ...(buried.length > 0 ? [burial(all, buried, kept.takenAt)] : []),
      ...restored.filter(({ id }) => dead.has(id)),
      ...restored.filter(({ id }) => !dead.has(id)),
    ],
    restored: restored.length,
    adopted: landings.length + seals.length,
    buried,
    forked,
  }
}
