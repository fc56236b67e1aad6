import { type Commit, isGeneration, liveCommits, liveSegments } from './commit.ts'
import { type FoundSegment, landingCommitOf, sealedGroups } from './found-segment.ts'
import { lastGeneration, replacedBy, type Snapshot, worthKeeping } from './snapshot.ts'

/**
 * What becomes of an object that no commit names and whose grace is over.
 * `redundant`: all of its records are in the archive without it. `adopt`: they are nowhere else; its commit is to be appended.
 * `compare`: to be found out by reading; when all its records are in live readable segments it is redundant, else `commit` is
 * to be appended, or, without one, it stays and is reported. `unclear`: it stays and is reported.
 */
export type OrphanVerdict =
  | { readonly kind: 'redundant' }
  | { readonly kind: 'adopt'; readonly commit: Commit }
  | { readonly kind: 'compare'; readonly commit: Commit | undefined }
  | { readonly kind: 'unclear' }

export type OrphanFacts = {
  readonly commits: readonly Commit[]
  readonly snapshot: Snapshot | undefined
  /** Keys of the segments that the bucket has. */
  readonly present: ReadonlySet<string>
  /** Every orphan of the partition that could be looked into, this one too. */
  readonly orphans: readonly FoundSegment[]
}

/** Ids that log and snapshot know: of commits that are there, and of those that were replaced. */
export const knownIds = (commits: readonly Commit[], snapshot: Snapshot | undefined): ReadonlySet<string> => {
  const all = [...commits, ...(snapshot?.commits ?? [])]
  return new Set([...all.map(({ id }) => id), ...replacedBy(all)])
}

const judgeLanding = ({ commits, snapshot }: OrphanFacts, orphan: FoundSegment): OrphanVerdict =>
  // the name of a unit stands for the same records, whichever attempt was committed
  knownIds(commits, snapshot).has(orphan.commit)
    ? { kind: 'redundant' }
    : { kind: 'compare', commit: landingCommitOf(orphan) }

/** Retention has taken all that was there, so that it would have taken what was sealed of it as well. */
const hasExpired = (commits: readonly Commit[]): boolean => {
  const live = worthKeeping(liveCommits(commits))
  return (
    live.every(({ segments }) => segments.length === 0) && live.some(({ books }) => books.expired.count > 0)
  )
}

const judgeSealed = (facts: OrphanFacts, orphan: FoundSegment): OrphanVerdict => {
  const { commits, snapshot, present } = facts
  const known = knownIds(commits, snapshot)
  if (orphan.commit <= lastGeneration(commits)) {
    // another one has its number, and what this one was made from is accounted for
    return orphan.replaces.every((id) => known.has(id)) || hasExpired(commits)
      ? { kind: 'redundant' }
      : { kind: 'compare', commit: undefined }
  }
  const live = new Map(liveCommits(commits).map((commit) => [commit.id, commit]))
  const isThere = (id: string) => live.get(id)?.segments.every(({ key }) => present.has(key)) === true
  if (orphan.replaces.every(isThere)) return { kind: 'redundant' }
  // something that it replaces was replaced by another one: taken in, its records would count twice
  if (orphan.replaces.some((id) => known.has(id) && !live.has(id)))
    return { kind: 'compare', commit: undefined }
  const group = sealedGroups(facts.orphans).find(({ found }) =>
    found.some(({ segment }) => segment.id === orphan.segment.id),
  )
  return group?.commit === undefined ? { kind: 'unclear' } : { kind: 'adopt', commit: group.commit }
}

const isWhole = ({ commits, present }: OrphanFacts): boolean =>
  liveSegments(commits).every(({ key }) => present.has(key))

/** Judges an orphan past its grace, in a partition whose log continues its snapshot. */
export const judgeOrphan = (facts: OrphanFacts, orphan: FoundSegment): OrphanVerdict => {
  const verdict = isGeneration(orphan.commit) ? judgeSealed(facts, orphan) : judgeLanding(facts, orphan)
  // what names say is archived without it may be in the very segment that was lost
  return verdict.kind === 'redundant' && !isWhole(facts) ? { kind: 'compare', commit: undefined } : verdict
}
