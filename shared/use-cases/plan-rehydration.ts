import { isToKeep } from '../domain/keep-copies.ts'
import { MAX_PARTITIONS, type Rehydration } from '../domain/rehydration.ts'
import { isOver } from '../domain/rehydration-states.ts'
import type { Budgets } from '../ports/budgets.ts'
import type { Waiters } from '../ports/catalog.ts'
import type { HydrateQueue, ThawQueue, ThawTask } from '../ports/queues.ts'
import type { Rehydrations, RehydrationTasks, TaskList } from '../ports/rehydrations.ts'
import { advanceStored } from './advance-rehydration.ts'
import { choosePartitions } from './choose-partitions.ts'
import type { SurveyDeps } from './survey-selection.ts'
import { tidyRehydration } from './tidy-rehydration.ts'

export type PlanDeps = SurveyDeps & {
  readonly rehydrations: Rehydrations
  readonly tasks: RehydrationTasks
  readonly taskList: TaskList
  readonly waiters: Waiters
  readonly budgets: Budgets
  readonly thawQueue: ThawQueue
  readonly hydrateQueue: HydrateQueue
}

/** A hydrate task of no partition: it only finishes a rehydration of which nothing is open any more. */
export const NO_PARTITION = 'none'

type Planned = 'planned' | 'sent-again' | 'failed' | 'over' | 'awaiting-approval' | 'unknown'

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
    const { rehydrations, tasks, taskList, thawQueue, hydrateQueue, now } = deps
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
      const chosen = await choosePartitions(deps)(rehydration)
      if (chosen.kind === 'failed') {
        await advanceStored(rehydrations, id, { name: 'failed', at: now(), reason: chosen.reason })
        return 'failed'
      }
      await tasks.add(id, chosen.partitions, chosen.allowed)
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
