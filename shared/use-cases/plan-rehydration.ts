import { isToKeep } from '../domain/keep-copies.ts'
import { MAX_PARTITIONS, type Rehydration } from '../domain/rehydration.ts'
import { isOver } from '../domain/rehydration-states.ts'
import type { HydrateQueue, ThawTask } from '../ports/queues.ts'
import { type BeginDeps, type Begun, beginRehydration } from './begin-rehydration.ts'
import { followJobs } from './follow-jobs.ts'
import { tidyRehydration } from './tidy-rehydration.ts'

export type PlanDeps = BeginDeps & { readonly hydrateQueue: HydrateQueue }

/** A hydrate task of no partition: it only finishes a rehydration of which nothing is open any more. */
export const NO_PARTITION = 'none'

type Planned = 'planned' | 'sent-again' | Exclude<Begun, 'begun'> | 'awaiting-approval' | 'unknown'

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
 * Begins a rehydration, and sends each of its tasks that is open. The tasks are written before the state says so, and sent after
 * that: a crash anywhere is made good by the next delivery of the same message. Of one that is over what is left is taken away.
 */
export const planRehydration =
  (deps: PlanDeps) =>
  async (id: string): Promise<Planned> => {
    const { rehydrations, taskList, thawQueue, hydrateQueue } = deps
    const rehydration = await rehydrations.find(id)
    if (rehydration === undefined) return 'unknown'
    if (isOver(rehydration.state)) {
      await tidyRehydration(deps)(rehydration)
      await followJobs(deps)(rehydration)
      if (rehydration.state.name === 'completed') await sendKeeps(deps, rehydration)
      return 'over'
    }
    if (rehydration.state.name === 'awaiting-approval') return 'awaiting-approval'
    const isNew = rehydration.state.name === 'accepted'
    const begun = isNew ? await beginRehydration(deps)(rehydration) : 'begun'
    if (begun !== 'begun') return begun
    if (!isNew) await followJobs(deps)(rehydration)
    await sendKeeps(deps, rehydration)
    const open = await taskList.open(id, MAX_PARTITIONS)
    if (open.length > 0) await thawQueue.send(open.map((partition) => ({ rehydrationId: id, partition })))
    else await hydrateQueue.send([{ rehydrationId: id, partition: NO_PARTITION }])
    return isNew ? 'planned' : 'sent-again'
  }
