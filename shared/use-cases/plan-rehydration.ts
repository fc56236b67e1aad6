import { isToKeep } from '../domain/keep-copies.ts'
import { MAX_PARTITIONS, type Rehydration } from '../domain/rehydration.ts'
import { isOver } from '../domain/rehydration-states.ts'
import type { Budgets } from '../ports/budgets.ts'
import type { CommitLog, PartitionRegistry, Waiters } from '../ports/catalog.ts'
import type { Clock } from '../ports/clock.ts'
import type { HydrateQueue, ThawQueue, ThawTask } from '../ports/queues.ts'
import type { Rehydrations, RehydrationTasks, TaskList } from '../ports/rehydrations.ts'
import type { SegmentReader } from '../ports/segment-store.ts'
import { advanceStored } from './advance-rehydration.ts'
import { mapBounded } from './bounded.ts'
import { findPartitions } from './find-partitions.ts'
import { searchSegments } from './search-segments.ts'
import { tidyRehydration } from './tidy-rehydration.ts'

export type PlanDeps = {
  readonly rehydrations: Rehydrations
  readonly tasks: RehydrationTasks
  readonly taskList: TaskList
  readonly registry: PartitionRegistry
  readonly log: CommitLog
  readonly waiters: Waiters
  readonly budgets: Budgets
  readonly reader: SegmentReader
  readonly thawQueue: ThawQueue
  readonly hydrateQueue: HydrateQueue
  readonly now: Clock
}

/** A hydrate task of no partition: it only finishes a rehydration of which nothing is open any more. */
export const NO_PARTITION = 'none'

const PARTITIONS_AT_ONCE = 8

type Planned = 'planned' | 'sent-again' | 'failed' | 'over' | 'awaiting-approval' | 'unknown'

/** Of the partitions of a search for ids or by a filter, those of which the catalog and index objects do not rule everything out. */
const narrowPartitions = async (
  { log, reader }: PlanDeps,
  { dataset, selection }: Rehydration['request'],
  partitions: readonly string[],
) => {
  if (selection.kind === 'range' && selection.where === null) return partitions
  const kept = await mapBounded(partitions, PARTITIONS_AT_ONCE, async (partition) => {
    const found = await searchSegments(reader)(await log.read({ dataset, partition }), selection)
    return found.length > 0 ? [partition] : []
  })
  return kept.flat()
}

/** Sends what is delivered, and whose restored copies are to be kept for longer. */
const sendKeeps = async ({ taskList, thawQueue }: PlanDeps, rehydration: Rehydration): Promise<void> => {
  if (rehydration.terms.extension === null) return
  const { id: rehydrationId } = rehydration
  const keeps: ThawTask[] = []
  for await (const task of taskList.all(rehydrationId))
    if (isToKeep(rehydration, task)) keeps.push({ rehydrationId, partition: task.partition, keep: true })
  if (keeps.length > 0) await thawQueue.send(keeps)
}

/**
 * Splits a rehydration into one task for each partition. The tasks are written before the state says so, and sent after
 * that: a crash anywhere is made good by the next delivery of the same message. Of one that is over what is left is taken away.
 */
export const planRehydration =
  (deps: PlanDeps) =>
  async (id: string): Promise<Planned> => {
    const { rehydrations, tasks, taskList, registry, thawQueue, hydrateQueue, now } = deps
    const rehydration = await rehydrations.find(id)
    if (rehydration === undefined) return 'unknown'
    if (isOver(rehydration.state)) {
      await tidyRehydration(deps)(rehydration)
      if (rehydration.state.name === 'completed') await sendKeeps(deps, rehydration)
      return 'over'
    }
    if (rehydration.state.name === 'awaiting-approval') return 'awaiting-approval'
    const isNew = rehydration.state.name === 'accepted'
    if (isNew) {
      const { dataset, selection } = rehydration.request
      const within = await findPartitions(registry)(dataset, selection)
      if (within.kind === 'too-broad') {
        const reason = `the selection takes in more than ${within.limit} partitions: ${within.hint}`
        await advanceStored(rehydrations, id, { name: 'failed', at: now(), reason })
        return 'failed'
      }
      await tasks.add(id, await narrowPartitions(deps, rehydration.request, within.partitions))
      const planned = await advanceStored(rehydrations, id, { name: 'planned', at: now() })
      // ended meanwhile, and perhaps tidied up before these tasks were there
      if (planned !== undefined && isOver(planned.rehydration.state)) {
        await tidyRehydration(deps)(planned.rehydration)
        return 'over'
      }
    }
    await sendKeeps(deps, rehydration)
    const open = await taskList.open(id, MAX_PARTITIONS)
    if (open.length > 0) await thawQueue.send(open.map((partition) => ({ rehydrationId: id, partition })))
    else await hydrateQueue.send([{ rehydrationId: id, partition: NO_PARTITION }])
    return isNew ? 'planned' : 'sent-again'
  }
