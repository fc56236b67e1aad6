import { type Commit, isFence, isGeneration } from './commit.ts'
import type { PartitionRef } from './segment.ts'

/**
 * A partition's log as of one consistent read, kept in the archive bucket: what the bucket's segments alone cannot tell,
 * such as which of them were replaced by what, and the books of what has expired.
 */
export type Snapshot = PartitionRef & {
  readonly commits: readonly Commit[]
  /** When its log was read. */
  readonly takenAt: number
}

export const SNAPSHOT_PREFIX = 'catalog/'

export const snapshotKey = ({ dataset, partition }: PartitionRef): string =>
  `${SNAPSHOT_PREFIX}dataset=${dataset}/partition=${partition}.json`

const SNAPSHOT_KEY = /^catalog\/dataset=([a-z][a-z0-9-]{0,62})\/partition=([0-9T-]{7,13})\.json$/

/** The partition that a key belongs to; undefined for any other key. */
export const parseSnapshotKey = (key: string): PartitionRef | undefined => {
  const [, dataset, partition] = SNAPSHOT_KEY.exec(key) ?? []
  return dataset === undefined || partition === undefined ? undefined : { dataset, partition }
}

/** What of a log goes into its snapshot: a fence is in the way for a while and stands for nothing. */
export const worthKeeping = (commits: readonly Commit[]): readonly Commit[] =>
  commits.filter((commit) => !isFence(commit))

/** One commit in two places: of an id, whatever it says. */
export const sameCommit = (a: Commit, b: Commit): boolean =>
  a.id === b.id &&
  a.segments.map(({ id }) => id).join() === b.segments.map(({ id }) => id).join() &&
  a.replaces.join() === b.replaces.join()

/** True when a log and a snapshot of it name the same commits. */
export const isInSnapshot = (commits: readonly Commit[], snapshot: Snapshot | undefined): boolean => {
  const kept = new Map(snapshot?.commits.map((commit) => [commit.id, commit]))
  const wanted = worthKeeping(commits)
  return (
    wanted.length === kept.size &&
    wanted.every((commit) => {
      const known = kept.get(commit.id)
      return known !== undefined && sameCommit(known, commit)
    })
  )
}

/** The highest number of a replacing commit; empty when there is none. */
export const lastGeneration = (commits: readonly Commit[]): string =>
  commits.reduce((last, { id }) => (isGeneration(id) && id > last ? id : last), '')

export const replacedBy = (commits: readonly Commit[]): ReadonlySet<string> =>
  new Set(commits.flatMap(({ replaces }) => replaces))

/**
 * What a log that was lost or rolled back lacks: commits of the snapshot that nothing replaces. A commit leaves the log only
 * when it is dead and a snapshot says by what, so a log that is whole lacks none.
 */
export const lostCommits = (
  commits: readonly Commit[],
  snapshot: Snapshot | undefined,
): readonly Commit[] => {
  const kept = snapshot?.commits ?? []
  const dead = replacedBy([...commits, ...kept])
  const present = new Set(commits.map(({ id }) => id))
  return kept.filter(({ id }) => !present.has(id) && !dead.has(id))
}

/**
 * Generations that log and snapshot know as different commits: a rolled back log was worked on. The id of a landing commit
 * stands for its records, whichever attempt at them was committed.
 */
export const forkedIds = (commits: readonly Commit[], snapshot: Snapshot | undefined): readonly string[] => {
  const kept = new Map(snapshot?.commits.map((commit) => [commit.id, commit]))
  return commits.flatMap((commit) => {
    const known = kept.get(commit.id)
    return known === undefined || !isGeneration(commit.id) || sameCommit(known, commit) ? [] : [commit.id]
  })
}

/** True when the log does not continue its snapshot: nothing but a rebuild may be built on it. */
export const isBehind = (commits: readonly Commit[], snapshot: Snapshot | undefined): boolean =>
  lostCommits(commits, snapshot).length > 0 || forkedIds(commits, snapshot).length > 0

/** True when the snapshot names what replaced the commit, so that its objects are not needed to tell. */
export const isCovered = ({ id }: Commit, snapshot: Snapshot | undefined): boolean =>
  snapshot?.commits.some(({ replaces }) => replaces.includes(id)) === true
