import type { Rehydration } from '../domain/rehydration.ts'
import { isOver } from '../domain/rehydration-states.ts'
import { mayHaveJobs } from '../domain/thaw-batch.ts'
import type { Waiters } from '../ports/catalog.ts'
import type { ThawQueue } from '../ports/queues.ts'
import type { RehydrationTasks } from '../ports/rehydrations.ts'
import { advanceStored, changeStored } from './advance-rehydration.ts'
import { type BatchDeps, batchThaws } from './batch-thaws.ts'
import { choosePartitions } from './choose-partitions.ts'
import { countCold } from './count-cold.ts'
import type { SurveyDeps } from './survey-selection.ts'
import { type TidyDeps, tidyRehydration } from './tidy-rehydration.ts'

export type BeginDeps = BatchDeps &
  SurveyDeps &
  TidyDeps & {
    readonly tasks: RehydrationTasks
    readonly waiters: Waiters
    readonly thawQueue: ThawQueue
  }

/** `goes-on`: sent again, for there was no time for all. `overtaken`: another attempt at the same is at it. */
export type Begun = 'begun' | 'failed' | 'over' | 'goes-on' | 'overtaken'

/**
 * Splits an accepted rehydration into one task for each partition, and has jobs ask for its thaws where there are too many to be asked for
 * one by one. That they are to is written down before anything is claimed, so that each attempt goes on with it.
 */
export const beginRehydration = (deps: BeginDeps) => {
  const { config, rehydrations, tasks, thawQueue, now } = deps
  const count = countCold(deps)

  const decide = async (rehydration: Rehydration, partitions: readonly string[]): Promise<Rehydration> => {
    const most = config.batchThawsAbove
    if (most === null || !mayHaveJobs(rehydration)) return rehydration
    if ((await count(rehydration.request, partitions)) <= most) return rehydration
    const decided = await changeStored(rehydrations, rehydration.id, (stored) =>
      stored.state.name !== 'accepted' || stored.terms.batch !== undefined
        ? undefined
        : { ...stored, terms: { ...stored.terms, batch: { decidedAt: now(), after: null, jobs: [] } } },
    )
    return decided?.rehydration ?? rehydration
  }

  /** Its partitions are tasks from here on. */
  const split = async (rehydration: Rehydration): Promise<Rehydration | 'failed'> => {
    const { id } = rehydration
    const chosen = await choosePartitions(deps)(rehydration)
    if (chosen.kind === 'failed') {
      await advanceStored(rehydrations, id, { name: 'failed', at: now(), reason: chosen.reason })
      return 'failed'
    }
    await tasks.add(id, chosen.partitions, chosen.allowed)
    return decide(rehydration, chosen.partitions)
  }

  return async (rehydration: Rehydration): Promise<Begun> => {
    const { id } = rehydration
    // what is decided has its tasks already
    const current = rehydration.terms.batch === undefined ? await split(rehydration) : rehydration
    if (current === 'failed') return 'failed'
    const { batch } = current.terms
    const batched = batch === undefined ? 'batched' : await batchThaws(deps)(current, batch)
    if (batched === 'goes-on') {
      await thawQueue.send([{ rehydrationId: id, partition: null }])
      return 'goes-on'
    }
    if (batched === 'overtaken' && (await rehydrations.find(id))?.state.name === 'accepted')
      return 'overtaken'
    const planned = await advanceStored(rehydrations, id, { name: 'planned', at: now() })
    // ended meanwhile, and perhaps tidied up before these tasks were there
    if (planned !== undefined && isOver(planned.rehydration.state)) {
      await tidyRehydration(deps)(planned.rehydration)
      return 'over'
    }
    return 'begun'
  }
}
