import { HOUR } from '../domain/duration.ts'
import { expectThaws, underWayOf } from '../domain/expect-thaw.ts'
import { keepDaysAt } from '../domain/keep-copies.ts'
import { paidFor } from '../domain/paid-thaws.ts'
import { decideThaw, neededUntil, SHORTEST_WINDOW } from '../domain/plan-thaw.ts'
import { isOver } from '../domain/rehydration-states.ts'
import type { Segment } from '../domain/segment.ts'
import { isArchiveClass } from '../domain/storage-class.ts'
import type { ThawTimes } from '../domain/thaw-times.ts'
import type { PartitionRegistry, Waiters } from '../ports/catalog.ts'
import type { HydrateQueue, ThawTask } from '../ports/queues.ts'
import type { Rehydrations, RehydrationTasks } from '../ports/rehydrations.ts'
import { advanceStored } from './advance-rehydration.ts'
import { advanceStoredTask } from './advance-task.ts'
import { mapBounded } from './bounded.ts'
import { checkClaims } from './check-claims.ts'
import { keepPartition } from './keep-partition.ts'
import { makePurse } from './pay-for-thaws.ts'
import { raiseNamed } from './raise-named.ts'
import { searchSegments } from './search-segments.ts'
import { type SegmentThaw, type ThawSegmentDeps, thawSegment } from './thaw-segment.ts'
import type { ReadThawTimes } from './thaw-times.ts'

export type ThawTaskDeps = ThawSegmentDeps & {
  readonly rehydrations: Rehydrations
  readonly tasks: RehydrationTasks
  readonly waiters: Waiters
  readonly registry: PartitionRegistry
  readonly hydrateQueue: HydrateQueue
  readonly thawTimes: ReadThawTimes
  readonly plan: (rehydrationId: string) => Promise<unknown>
}

export type ThawTaskOutcome = {
  readonly outcome: 'planned' | 'readable' | 'waiting' | 'failed' | 'over' | 'unknown'
  readonly thaws: number
  /** Thaws that S3 does faster from now on; missing where there are none. */
  readonly raised?: number
  /** Thaws of others that serve it too, as it is looked at for the first time; missing where there are none. */
  readonly shared?: number
}

type LookedAt = SegmentThaw & { readonly segment: Segment }

const countShared = (thaws: readonly LookedAt[], rehydrationId: string): number =>
  thaws.filter(({ state, holding: { storageClass, thaw } }) => {
    const isThawed = state !== 'missing' && isArchiveClass(storageClass) && thaw !== null
    return isThawed && thaw.by !== rehydrationId
  }).length

/** Restored copies that are there no longer by then. */
const lapsesBefore =
  (until: number) =>
  ({ state, holding: { thaw } }: LookedAt): boolean =>
    state === 'readable' && thaw !== null && thaw.readableUntil !== null && thaw.readableUntil < until

/** When those that are waited for are readable, in 95 of 100 cases. */
const expectedBy = (waiting: readonly LookedAt[], times: ThawTimes, now: number): number => {
  const underWay = waiting.map(({ segment, holding }) => underWayOf(holding, segment.bytes))
  const known = expectThaws(
    underWay.flatMap((thaw) => thaw ?? []),
    times,
    now,
  )
  // what somebody is just asking for is not under way yet
  const others = waiting.filter((_, index) => underWay[index] === undefined)
  return Math.max(...known.map(({ p95 }) => p95), ...others.map(({ readyBy }) => readyBy))
}

const SEGMENTS_AT_ONCE = 16

/** The sweep looks at a partition with waiters this often, whatever events come. */
const CHECK_WAITERS = HOUR

const nothing = (outcome: ThawTaskOutcome['outcome']): ThawTaskOutcome => ({ outcome, thaws: 0 })

/**
 * Plans a rehydration (a task without a partition), or sees to it that all that it needs of one partition is readable: then
 * it is sent to be hydrated, else it waits there. What is delivered may have its restored copies kept for longer. Every step may be repeated.
 */
export const thawTask = (deps: ThawTaskDeps) => {
  const { rehydrations, tasks, waiters, registry, hydrateQueue, log, reader, now } = deps
  const thaw = thawSegment(deps)
  const raise = raiseNamed(deps)
  const keepCopies = keepPartition(deps)
  const search = searchSegments(reader)

  const allReadable = async (segments: readonly Segment[], keepDays: number | null): Promise<boolean> => {
    const facts = await mapBounded(segments, SEGMENTS_AT_ONCE, ({ key }) => reader.head(key))
    const until = neededUntil(keepDays, now())
    // one that is gone is nothing to wait for: hydrating looks at what took its place, or says that it is missing
    return facts.every((one) => one === undefined || decideThaw(one, { until, now: now() }) === 'readable')
  }

  return async ({ rehydrationId, partition, keep }: ThawTask): Promise<ThawTaskOutcome> => {
    if (partition === null) {
      await deps.plan(rehydrationId)
      return nothing('planned')
    }
    const rehydration = await rehydrations.find(rehydrationId)
    const task = await tasks.find(rehydrationId, partition)
    if (rehydration === undefined || task === undefined) return nothing('unknown')
    if (keep) return nothing((await keepCopies(rehydration, partition)) === 'later' ? 'waiting' : 'readable')
    const { state } = rehydration
    const request = { ...rehydration.request, keepDays: keepDaysAt(rehydration, now()) }
    const ref = { dataset: request.dataset, partition }
    if (isOver(state)) {
      await waiters.remove(ref, rehydrationId)
      return nothing('over')
    }
    if (task.state.name === 'done') {
      await hydrateQueue.send([{ rehydrationId, partition }])
      return nothing('readable')
    }
    const before = await log.read(ref)
    const needed = (await search(before, request.selection)).map(({ segment }) => segment)
    const raised = await raise(rehydrationId, task, needed, before)
    const catalog = raised > 0 ? await log.read(ref) : before
    const standing = {
      purse: makePurse(tasks, rehydrationId, task),
      keepDays: rehydration.request.keepDays,
      isClaimed: checkClaims(deps, rehydration),
    }
    const wish = { ...request, by: rehydrationId }
    const thaws = await mapBounded(needed, SEGMENTS_AT_ONCE, async (segment) => ({
      segment,
      ...(await thaw(segment, catalog.holdings.get(segment.id), wish, standing)),
    }))
    const paid = thaws.flatMap(({ segment, holding }) => paidFor(segment, holding, rehydrationId) ?? [])
    const shared = task.state.name === 'planned' ? countShared(thaws, rehydrationId) : 0
    const answer = {
      thaws: thaws.filter(({ requested }) => requested).length,
      ...(raised > 0 && { raised }),
      ...(shared > 0 && { shared }),
    }
    const dear = thaws.find(({ state: found }) => found === 'too-dear')
    if (dear !== undefined) {
      const reason = `partition ${partition}: thawing segment ${dear.segmentId} costs more by now than its quote allows: ask for another quote`
      // others of its segments may have been asked for before
      if (paid.length > 0) await advanceStoredTask(tasks, rehydrationId, partition, { name: 'paid', paid })
      await advanceStored(rehydrations, rehydrationId, { name: 'failed', at: now(), reason })
      return { outcome: 'failed', ...answer }
    }
    const waiting = thaws.filter(({ state: found }) => found === 'waiting')
    if (waiting.length > 0) {
      const segmentIds = waiting.map(({ segmentId }) => segmentId)
      const cold = needed.filter(({ id }) => segmentIds.includes(id))
      const outlast = Math.max(...waiting.map(({ readyBy }) => readyBy)) + SHORTEST_WINDOW
      // else these would lapse while those are waited for, and those while these are, without end
      for (const { segment } of thaws.filter(lapsesBefore(outlast)))
        await thaw(segment, catalog.holdings.get(segment.id), { ...wish, outlast }, standing)
      await advanceStoredTask(tasks, rehydrationId, partition, {
        name: 'waits',
        at: now(),
        segments: waiting.length,
        readyBy: Math.max(...waiting.map(({ readyBy }) => readyBy)),
        expectedBy: expectedBy(waiting, await deps.thawTimes(), now()),
        paid,
        thawedAsStandard: thaws.filter(({ asStandard }) => asStandard).map(({ segmentId }) => segmentId),
      })
      await waiters.put(ref, { rehydrationId, segmentIds, since: now(), keepDays: request.keepDays })
      const soonest = Math.min(...waiting.map(({ readyBy }) => readyBy))
      await registry.expect(ref, Math.min(soonest, now() + CHECK_WAITERS))
      // a thaw that ended before the waiter was there has told nobody, so the last look comes after it
      if (!(await allReadable(cold, request.keepDays))) return { outcome: 'waiting', ...answer }
    } else if (paid.length > 0)
      await advanceStoredTask(tasks, rehydrationId, partition, { name: 'paid', paid })
    await hydrateQueue.send([{ rehydrationId, partition }])
    return { outcome: 'readable', ...answer }
  }
}
