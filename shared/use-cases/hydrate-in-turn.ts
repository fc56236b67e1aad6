import { nothingToRead } from '../domain/completeness.ts'
import { emptyDigest } from '../domain/digest.ts'
import { MINUTE } from '../domain/duration.ts'
import { coldest } from '../domain/plan-thaw.ts'
import { MAX_PARTITIONS, type Rehydration } from '../domain/rehydration.ts'
import type { TaskResult } from '../domain/rehydration-task.ts'
import type { Waiters } from '../ports/catalog.ts'
import type { Clock } from '../ports/clock.ts'
import type { HydrateTask, ThawQueue } from '../ports/queues.ts'
import type { RehydrationTasks, TaskList } from '../ports/rehydrations.ts'
import { advanceStoredTask } from './advance-task.ts'
import { mapBounded } from './bounded.ts'
import type { HydrateOutcome } from './hydrate-task.ts'

export type InTurnDeps = {
  readonly tasks: RehydrationTasks
  readonly taskList: TaskList
  readonly waiters: Waiters
  readonly thawQueue: ThawQueue
  readonly finish: (rehydrationId: string) => Promise<unknown>
  readonly now: Clock
}

const AT_ONCE = 16

/** No partition is begun after this long: what is left goes through the queues, and is worked on by a fresh function. */
const LONGEST_TURN = 5 * MINUTE

const NOTHING: TaskResult = {
  file: null,
  records: emptyDigest,
  completeness: nothingToRead,
  found: [],
  coldest: coldest([]),
}

/**
 * Hydrates the partitions of a rehydration that has a limit one after the other, in their order, until it is reached, and then
 * closes the others without reading. A message for a partition whose turn has not come does nothing: who closes the one before
 * goes on to it. A message for one that is done goes on too, because whoever closed it may have got no further.
 *
 * They follow each other within one run and not by messages: Lambda ends a loop of messages after about 16.
 */
export const hydrateInTurn = (
  { tasks, taskList, waiters, thawQueue, finish, now }: InTurnDeps,
  hydrate: (task: HydrateTask, rehydration: Rehydration, limit: number) => Promise<HydrateOutcome>,
) => {
  const countDone = async (id: string): Promise<number> => {
    let records = 0
    for await (const { state } of taskList.all(id))
      if (state.name === 'done') records += state.result.records.count
    return records
  }

  const skip = async ({ id, request }: Rehydration): Promise<void> => {
    const open = await taskList.open(id, MAX_PARTITIONS)
    await mapBounded(open, AT_ONCE, async (partition) => {
      await advanceStoredTask(tasks, id, partition, { name: 'skipped', at: now(), result: NOTHING })
      await waiters.remove({ dataset: request.dataset, partition }, id)
      await taskList.close(id, partition)
    })
    await finish(id)
  }

  return async (task: HydrateTask, rehydration: Rehydration, limit: number): Promise<HydrateOutcome> => {
    const { id } = rehydration
    const own = await tasks.find(id, task.partition)
    let [next] = await taskList.open(id, 1)
    if (next !== task.partition && own?.state.name !== 'done') return { outcome: 'waits-its-turn' }
    const begun = now()
    let outcome: HydrateOutcome = { outcome: 'done' }
    let counted = await countDone(id)
    while (next !== undefined) {
      if (now() - begun > LONGEST_TURN) {
        await thawQueue.send([{ rehydrationId: id, partition: next }])
        return outcome
      }
      if (counted >= limit) {
        await skip(rehydration)
        return outcome
      }
      outcome = await hydrate({ rehydrationId: id, partition: next }, rehydration, limit - counted)
      if (outcome.outcome === 'delivered') counted += outcome.records
      else if (outcome.outcome === 'done') counted = await countDone(id)
      else return outcome
      ;[next] = await taskList.open(id, 1)
    }
    await finish(id)
    return outcome
  }
}
