import { type Commit, fenceOf, isFence, isGeneration } from '../domain/commit.ts'
import { indexKey, parseIndexKey, parseSegmentKey, segmentPrefix } from '../domain/keys.ts'
import { isRemovableOrphan, isStrayIndex, knownSegments, removableCommits } from '../domain/plan-sweep.ts'
import type { PartitionRef } from '../domain/segment.ts'
import { isBehind, isCovered, type Snapshot } from '../domain/snapshot.ts'
import type { CommitLog, PartitionRegistry } from '../ports/catalog.ts'
import type { Clock } from '../ports/clock.ts'
import type { ExpireTask } from '../ports/queues.ts'
import type { SegmentLister, SegmentReader, SegmentRemover } from '../ports/segment-store.ts'
import type { Snapshots } from '../ports/snapshots.ts'
import { type Examined, examineOrphans } from './examine-orphans.ts'

export type ExpireDeps = {
  readonly registry: PartitionRegistry
  readonly log: CommitLog
  readonly snapshots: Snapshots
  readonly lister: SegmentLister
  readonly reader: SegmentReader
  readonly remover: SegmentRemover
  readonly now: Clock
}

/** `adopted`: orphans whose records are nowhere else, and which are in the catalog now. */
export type Expired = { readonly commits: number; readonly objects: number; readonly adopted: number }

type State = {
  readonly commits: readonly Commit[]
  readonly snapshot: Snapshot | undefined
  readonly at: number
}

const expireCommits = (deps: ExpireDeps, ref: PartitionRef, { commits, snapshot, at }: State) => {
  const { log, remover } = deps
  return async (names: ReadonlySet<string>) => {
    const dead = removableCommits(commits, at).filter(
      // of what has gone the snapshot alone can tell what took its place
      (commit) => names.has(commit.id) && (isFence(commit) || isCovered(commit, snapshot)),
    )
    // objects go before the catalog's item, so that a crash leaves something to find
    for (const commit of dead) {
      for (const segment of commit.segments) {
        await remover.remove(segment.key)
        await remover.remove(segment.indexKey)
      }
      await log.remove(ref, commit)
    }
    return { commits: dead.length, objects: dead.reduce((sum, { segments }) => sum + 2 * segments.length, 0) }
  }
}

const expireOrphans = (deps: ExpireDeps, ref: PartitionRef, { commits, snapshot, at }: State) => {
  const { log, remover, registry } = deps

  const settle = async (key: string, one: Examined) => {
    if (one.kind === 'redundant') {
      const { segment, commitId } = one
      // whoever would commit it after all must find its id taken before it goes
      const isFree = !isGeneration(commitId) && !commits.some(({ id }) => id === commitId)
      if (isFree && (await log.append(ref, fenceOf(commitId, at))) === 'conflict') return 'left'
      // in this order: what the index tells of a segment in a cold class can be learned nowhere else
      await remover.remove(key)
      await remover.remove(indexKey(ref, segment.id))
      return 'removed'
    }
    if (one.kind !== 'adopt' || one.withoutIndex.length > 0) return 'left'
    await registry.expect(ref, at)
    return (await log.append(ref, one.commit)) === 'committed' ? 'adopted' : 'left'
  }

  return async (names: ReadonlySet<string>) => {
    const present = new Set<string>()
    for (const kind of ['landing', 'sealed'] as const)
      for await (const { key } of deps.lister.list(segmentPrefix(kind, ref))) present.add(key)
    const keys = [...present].filter((key) => isRemovableOrphan(key, commits, at))
    const examined = await examineOrphans(deps.reader)({ commits, snapshot, present, keys })
    const counts = { removed: 0, adopted: 0, left: 0 }
    for (const [key, one] of examined) if (names.has(key)) counts[await settle(key, one)] += 1
    const known = knownSegments(commits, present)
    const strays = [...names].filter((key) => isStrayIndex(key, known, at))
    for (const key of strays) await remover.remove(key)
    return { adopted: counts.adopted, objects: 2 * counts.removed + strays.length }
  }
}

/**
 * Removes what a task names, as far as a fresh, consistent read says that it is dead, and the bucket's snapshot by what, or
 * that it is an orphan past its grace none of whose records would be missed, or the index of no segment: a task is a hint,
 * never an order. An orphan that would be missed is taken into the catalog instead. Where the catalog was rolled back nothing is touched.
 */
export const expireObjects =
  (deps: ExpireDeps) =>
  async ({ commitIds, orphanKeys, ...ref }: ExpireTask): Promise<Expired> => {
    const { snapshot } = await deps.snapshots.read(ref)
    const { commits } = await deps.log.read(ref)
    if (isBehind(commits, snapshot)) return { commits: 0, objects: 0, adopted: 0 }
    const state = { commits, snapshot, at: deps.now() }
    const expired = await expireCommits(deps, ref, state)(new Set(commitIds))
    const own = orphanKeys.filter((key) => {
      const named = parseSegmentKey(key) ?? parseIndexKey(key)
      return named?.dataset === ref.dataset && named.partition === ref.partition
    })
    if (own.length === 0) return { ...expired, adopted: 0 }
    const { objects, adopted } = await expireOrphans(deps, ref, state)(new Set(own))
    return { ...expired, objects: expired.objects + objects, adopted }
  }
