import type { Commit } from '../domain/commit.ts'
import type { IcecoreConfig } from '../domain/config.ts'
import type { Dataset } from '../domain/dataset.ts'
import { HOUR } from '../domain/duration.ts'
import { expireTasks } from '../domain/expire-tasks.ts'
import { indexPrefix, segmentPrefix } from '../domain/keys.ts'
import { type HoldingChange, planSweep, type SweepPlan } from '../domain/plan-sweep.ts'
import type { PartitionRef } from '../domain/segment.ts'
import { isBehind, isInSnapshot, worthKeeping } from '../domain/snapshot.ts'
import type { SweepMetrics } from '../ports/archive-metrics.ts'
import type { CommitLog, Holdings, PartitionEntry, PartitionRegistry } from '../ports/catalog.ts'
import type { Clock } from '../ports/clock.ts'
import type { ExpireQueue, SealQueue } from '../ports/queues.ts'
import type { ClassTagger, ListedObject, SegmentLister } from '../ports/segment-store.ts'
import type { KeptSnapshot, Snapshots } from '../ports/snapshots.ts'
import type { ThawHistory } from '../ports/thaw-history.ts'
import { settleAll } from './bounded.ts'

export type SweepDeps = {
  readonly config: IcecoreConfig
  readonly registry: PartitionRegistry
  readonly log: CommitLog
  readonly snapshots: Snapshots
  readonly holdings: Holdings
  readonly thawHistory: ThawHistory
  readonly lister: SegmentLister
  readonly tagger: ClassTagger
  readonly sealQueue: SealQueue
  readonly expireQueue: ExpireQueue
  /** Sends the hydrate tasks of the rehydrations that wait in a partition and whose segments are readable by now. */
  readonly resumeWaiters: (ref: PartitionRef) => Promise<unknown>
  readonly metrics: SweepMetrics
  readonly now: Clock
  /** True while there is time for another partition. */
  readonly hasTime: () => boolean
}

const PAGE = 100
/** A partition that cannot be swept now makes room for the others. */
const TRY_AGAIN_AFTER = 15 * 60_000
const BEHIND_AGAIN_AFTER = HOUR
const BEHIND = { moved: 0, orphans: 0, missing: 0, thawsOverdue: 0, behind: 1 }
const AT_ONCE = 8

/** What a visit saw of a partition's log, and what the bucket had of it before. */
type Seen = {
  readonly kept: KeptSnapshot
  readonly commits: readonly Commit[]
  readonly takenAt: number
}

const collect = async (objects: AsyncIterable<ListedObject>) => {
  const all: ListedObject[] = []
  for await (const object of objects) all.push(object)
  return all
}

const sweepPartition = (deps: SweepDeps, dataset: Dataset) => {
  const { log, lister, tagger, holdings, thawHistory, now } = deps

  // refused when someone else changed it meanwhile: the next look decides on what is there then
  const change = (ref: PartitionRef, { next, expected }: HoldingChange) => holdings.put(ref, next, expected)

  /** The log in the bucket, before anything that it names as dead can go; false when someone else is at it. */
  const keep = async (ref: PartitionRef, { kept, commits, takenAt }: Seen, more: readonly Commit[]) => {
    const all = worthKeeping([...commits, ...more])
    if (!kept.damaged && isInSnapshot(all, kept.snapshot)) return true
    return (await deps.snapshots.write({ ...ref, commits: all, takenAt }, kept.version)) === 'written'
  }

  const carryOut = async (ref: PartitionRef, plan: SweepPlan, seen: Seen) => {
    // first: once the holdings say that they are over nobody sees them again
    for (const thaw of plan.thawsOver) await thawHistory.note(thaw)
    for (const confirmed of plan.confirm) await change(ref, confirmed)
    for (const move of plan.move) {
      // the tag first: a holding that names a target without a tag would wait for ever
      await tagger.tag(move.segment.key, move.target)
      await change(ref, move)
    }
    const { retire } = plan
    const retired = retire !== undefined && (await log.append(ref, retire)) === 'committed'
    const isKept = await keep(ref, seen, retired ? [retire] : [])
    if (plan.seal) await deps.sealQueue.send([ref])
    if (isKept) await expire(ref, plan)
    if (plan.hasWaiters) await deps.resumeWaiters(ref)
  }

  const expire = async (ref: PartitionRef, plan: SweepPlan) => {
    const tasks = expireTasks(ref, plan.deadCommitIds, plan.orphanKeys)
    if (tasks.length > 0) await deps.expireQueue.send(tasks)
  }

  const visit = async (entry: PartitionEntry) => {
    const ref = { dataset: entry.dataset, partition: entry.partition }
    // listed before read: what the log names was put before it, so a live segment that is not listed may just be new
    const stored = [
      ...(await collect(lister.list(segmentPrefix('landing', ref)))),
      ...(await collect(lister.list(segmentPrefix('sealed', ref)))),
      ...(await collect(lister.list(indexPrefix(ref)))),
    ]
    const kept = await deps.snapshots.read(ref)
    const takenAt = now()
    const state = await log.read(ref)
    const at = now()
    if (isBehind(state.commits, kept.snapshot)) {
      // only a rebuild may touch it: what this log calls dead or nobody's may be all that is left
      await deps.registry.settle(entry, at + BEHIND_AGAIN_AFTER)
      return BEHIND
    }
    const plan = planSweep({ ...state, ref, dataset, stored, now: at })
    await carryOut(ref, plan, { kept, commits: state.commits, takenAt })
    await deps.registry.settle(entry, plan.nextDue)
    const missing = plan.missing.filter(({ createdAt }) => createdAt < at - HOUR)
    return {
      moved: plan.move.length,
      orphans: plan.orphanKeys.length,
      missing: missing.length,
      thawsOverdue: plan.thawsOverdue,
      behind: 0,
    }
  }

  return async (entry: PartitionEntry) => {
    try {
      return await visit(entry)
    } catch (error) {
      await deps.registry.settle(entry, now() + TRY_AGAIN_AFTER)
      throw error
    }
  }
}

/**
 * Looks at every partition that is due and does what its plan says; ends early, safely, when time runs out. `behind`: so many
 * have a catalog that lacks what their snapshot has, and were left as they are.
 */
export const sweep = (deps: SweepDeps) => async (): Promise<{ partitions: number; behind: number }> => {
  const totals = { partitions: 0, moved: 0, orphans: 0, missing: 0, overdue: 0, thawsOverdue: 0 }
  let behind = 0
  const failures: unknown[] = []
  for (const dataset of deps.config.datasets.values()) {
    const visit = sweepPartition(deps, dataset)
    const seen = new Set<string>()
    while (deps.hasTime()) {
      const due = await deps.registry.due(dataset.name, deps.now(), PAGE)
      // the index lags, and a partition that failed stays due: each is tried once a run
      const entries = due.filter(({ partition }) => !seen.has(partition))
      if (entries.length === 0) break
      for (const { partition } of entries) seen.add(partition)
      for (const outcome of await settleAll(entries, AT_ONCE, visit)) {
        totals.partitions += 1
        if (outcome.status === 'rejected') {
          failures.push(outcome.reason)
          continue
        }
        totals.moved += outcome.value.moved
        totals.orphans += outcome.value.orphans
        totals.missing += outcome.value.missing
        totals.thawsOverdue += outcome.value.thawsOverdue
        behind += outcome.value.behind
      }
    }
    if (!deps.hasTime()) totals.overdue += (await deps.registry.due(dataset.name, deps.now(), PAGE)).length
  }
  deps.metrics.swept(totals)
  if (failures.length > 0) throw new AggregateError(failures, `sweep failed on ${failures.length} partitions`)
  return { partitions: totals.partitions, behind }
}
