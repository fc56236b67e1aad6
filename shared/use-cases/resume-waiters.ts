import { liveSegments } from '../domain/commit.ts'
import type { Waiter } from '../domain/holding.ts'
import { decideThaw, neededUntil } from '../domain/plan-thaw.ts'
import type { PartitionRef } from '../domain/segment.ts'
import type { CommitLog, PartitionState } from '../ports/catalog.ts'
import type { Clock } from '../ports/clock.ts'
import type { HydrateQueue, ThawQueue } from '../ports/queues.ts'
import type { ObjectFacts, SegmentReader } from '../ports/segment-store.ts'
import { mapBounded } from './bounded.ts'

export type ResumeDeps = {
  readonly log: CommitLog
  readonly reader: SegmentReader
  readonly thawQueue: ThawQueue
  readonly hydrateQueue: HydrateQueue
  readonly now: Clock
}

export type Resumed = { readonly hydrating: number; readonly thawing: number; readonly waiting: number }

const HEADS_AT_ONCE = 16

type Next = 'hydrate' | 'thaw' | 'wait'

/**
 * What a waiter is to do next. `thaw`: a segment is no longer the one to wait for (sealed into another one, gone), or its
 * restored copy has expired, was never asked for, or was asked for by another for fewer days than the waiter wants.
 */
const nextFor = (
  { segmentIds, keepDays }: Waiter,
  facts: ReadonlyMap<string, ObjectFacts | undefined>,
  now: number,
): Next => {
  const decisions = segmentIds.map((id) => {
    const decision = decideThaw(facts.get(id), { until: neededUntil(keepDays, now), now })
    // where no days are asked for, a copy that is there is read at once, for as long as it is there
    return decision === 'extend' && keepDays === null ? 'readable' : decision
  })
  if (decisions.every((decision) => decision === 'readable')) return 'hydrate'
  return decisions.every((decision) => decision === 'readable' || decision === 'wait') ? 'wait' : 'thaw'
}

/**
 * Sends on every rehydration that waits in this partition and whose segments are readable by now. Asked as often as
 * anybody likes: the waiter stays until its task is done, and a task that is sent twice is done once.
 */
export const resumeWaiters =
  ({ log, reader, thawQueue, hydrateQueue, now }: ResumeDeps) =>
  async (ref: PartitionRef, known?: PartitionState): Promise<Resumed> => {
    const { commits, waiters } = known ?? (await log.read(ref))
    const { partition } = ref
    if (waiters.length === 0) return { hydrating: 0, thawing: 0, waiting: 0 }
    const awaited = new Set(waiters.flatMap(({ segmentIds }) => segmentIds))
    const segments = liveSegments(commits).filter(({ id }) => awaited.has(id))
    const facts = new Map(
      await mapBounded(segments, HEADS_AT_ONCE, async ({ id, key }) => [id, await reader.head(key)] as const),
    )
    const at = now()
    const tasksFor = (next: Next) =>
      waiters
        .filter((waiter) => nextFor(waiter, facts, at) === next)
        .map(({ rehydrationId }) => ({ rehydrationId, partition }))
    const [hydrate, thaw, wait] = [tasksFor('hydrate'), tasksFor('thaw'), tasksFor('wait')]
    if (hydrate.length > 0) await hydrateQueue.send(hydrate)
    if (thaw.length > 0) await thawQueue.send(thaw)
    return { hydrating: hydrate.length, thawing: thaw.length, waiting: wait.length }
  }
