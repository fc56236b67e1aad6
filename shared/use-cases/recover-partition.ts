import { type Commit, isGeneration } from '../domain/commit.ts'
import { segmentPrefix } from '../domain/keys.ts'
import { planRecovery, type RecoveryFacts } from '../domain/plan-recovery.ts'
import { isRemovableOrphan } from '../domain/plan-sweep.ts'
import type { PartitionRef, Segment } from '../domain/segment.ts'
import { snapshotKey } from '../domain/snapshot.ts'
import type { CommitLog, PartitionRegistry } from '../ports/catalog.ts'
import type { Clock } from '../ports/clock.ts'
import type { Documents } from '../ports/documents.ts'
import type { SegmentLister, SegmentReader } from '../ports/segment-store.ts'
import type { Snapshots } from '../ports/snapshots.ts'
import { mapBounded } from './bounded.ts'
import { describeSegment } from './describe-segment.ts'
import { examineOrphans } from './examine-orphans.ts'
import { writeIndex } from './write-index.ts'

export type RecoverDeps = {
  readonly registry: PartitionRegistry
  readonly log: CommitLog
  readonly snapshots: Snapshots
  readonly lister: SegmentLister
  readonly reader: SegmentReader
  readonly documents: Documents
  readonly now: Clock
}

export type Recovered = {
  /** Commits that were appended: out of the snapshot, and out of what segments say of themselves. */
  readonly restored: number
  readonly adopted: number
  /** Commits of an older log that were dead long ago. */
  readonly buried: number
  /** Generations that log and snapshot know as different ones: nothing was done. */
  readonly forked: readonly string[]
  /** Keys that do not tell what they are: of segments that no commit names, and of the snapshot where that is damaged. */
  readonly unreadable: readonly string[]
}

const AT_ONCE = 8

/** The commit with index objects for all of its segments; as it is where one cannot be written now. */
export const withIndexes = async (
  deps: RecoverDeps,
  commit: Commit,
  missing: ReadonlySet<string>,
): Promise<Commit> => {
  const repaired = async (segment: Segment): Promise<Segment> => {
    if (!missing.has(segment.key)) return segment
    const indexBytes = await writeIndex(deps)(segment)
    return indexBytes === undefined ? segment : { ...segment, indexBytes }
  }
  return { ...commit, segments: await mapBounded(commit.segments, 1, repaired) }
}

/**
 * What the recovered log lacks although it is older than the snapshot: of a log that was lost before that was taken, and went on
 * from nothing. Such segments look like orphans of then; what they hold tells.
 */
const findOlder = async (
  { reader, now }: RecoverDeps,
  log: Pick<RecoveryFacts, 'commits' | 'snapshot' | 'present'>,
  forked: readonly string[],
): Promise<readonly Commit[]> => {
  const keys = [...log.present].filter((key) => isRemovableOrphan(key, log.commits, now()))
  if (forked.length > 0 || keys.length === 0) return []
  const commits = new Map<string, Commit>()
  for (const one of (await examineOrphans(reader)({ ...log, keys })).values())
    if (one.kind === 'adopt' && !commits.has(one.commit.id)) commits.set(one.commit.id, one.commit)
  return [...commits.values()]
}

/**
 * Makes a partition's log again what the bucket says that it was: from its snapshot and the segments newer than that. A log
 * that is whole stays as it is, but for what was put and not yet committed. It may die anywhere and be done again; of two at
 * once each finds done what the other did. The sweep then looks at the partition and confirms where its segments are.
 */
export const recoverPartition =
  (deps: RecoverDeps, { dryRun }: { readonly dryRun: boolean }) =>
  async (ref: PartitionRef): Promise<Recovered> => {
    const { snapshot, damaged } = await deps.snapshots.read(ref)
    const { commits } = await deps.log.read(ref)
    // in this order: objects are put before they are committed, so what is not among them now is not missing because it was not there yet
    const present = new Set<string>()
    for (const kind of ['landing', 'sealed'] as const)
      for await (const { key } of deps.lister.list(segmentPrefix(kind, ref))) present.add(key)
    const all = [...commits, ...(snapshot?.commits ?? [])]
    const named = new Set(all.flatMap(({ segments }) => segments.map(({ key }) => key)))
    const unknown = [...present].filter((key) => !named.has(key))
    const looks = await mapBounded(unknown, AT_ONCE, async (key) => ({
      key,
      look: await describeSegment(deps.reader)(key),
    }))
    const described = looks.flatMap(({ look }) => (typeof look === 'string' ? [] : [look]))
    const found = described.map((one) => one.found)
    const plan = planRecovery({ commits, snapshot, present, found })
    const recovered = [...commits, ...plan.appends]
    const older = await findOlder(deps, { commits: recovered, snapshot, present }, plan.forked)
    if (!dryRun) {
      const missing = new Set(described.filter((one) => !one.hasIndex).map((one) => one.found.segment.key))
      await deps.registry.expect(ref, deps.now())
      for (const commit of [...plan.appends, ...older]) {
        const outcome = await deps.log.append(ref, await withIndexes(deps, commit, missing))
        // a landing commit's id stands for its records, whoever committed them meanwhile
        if (outcome === 'conflict' && isGeneration(commit.id))
          throw new Error(`${ref.dataset} ${ref.partition}: ${commit.id} was taken meanwhile; try again`)
      }
    }
    return {
      restored: plan.restored,
      adopted: plan.adopted + older.length,
      buried: plan.buried.length,
      forked: plan.forked,
      unreadable: [
        ...(damaged ? [snapshotKey(ref)] : []),
        ...looks.flatMap(({ key, look }) => (look === 'unreadable' ? [key] : [])),
      ],
    }
  }
