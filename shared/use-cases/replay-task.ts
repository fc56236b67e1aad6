import type { ReplayTarget } from '../domain/config.ts'
import type { Dataset } from '../domain/dataset.ts'
import type { Rehydration } from '../domain/rehydration.ts'
import { isOver } from '../domain/rehydration-states.ts'
import type { TaskResult } from '../domain/rehydration-task.ts'
import type { ReplayProgress } from '../domain/replay-progress.ts'
import type { PartitionRegistry, Waiters } from '../ports/catalog.ts'
import type { HydrateTask } from '../ports/queues.ts'
import type { Rehydrations, RehydrationTasks, TaskList } from '../ports/rehydrations.ts'
import { advanceStoredTask } from './advance-task.ts'
import type { HydrateOutcome } from './hydrate-task.ts'
import { type ReplayPartitionDeps, replayPartition } from './replay-partition.ts'

export type ReplayTaskDeps = ReplayPartitionDeps & {
  readonly rehydrations: Rehydrations
  readonly tasks: RehydrationTasks
  readonly taskList: TaskList
  readonly waiters: Waiters
  readonly registry: Pick<PartitionRegistry, 'expect'>
}

/** One attempt at a partition, from the place on that those before it have come to. */
export type ReplayAttempt = {
  readonly rehydration: Rehydration
  readonly partition: string
  readonly dataset: Dataset | undefined
  readonly target: ReplayTarget
  readonly attempt: string
  readonly progress: ReplayProgress | undefined
  readonly limit: number
}

/**
 * Has the sweep send a partition again, for a fresh function to go on with. Not by a message of one's own: Lambda ends a loop of
 * messages after about 16. https://docs.aws.amazon.com/lambda/latest/dg/invocation-recursion.html
 */
const handOn = async (
  { waiters, registry, now }: ReplayTaskDeps,
  { id, request }: Rehydration,
  partition: string,
) => {
  const ref = { dataset: request.dataset, partition }
  const { keepDays } = request
  await waiters.put(ref, { rehydrationId: id, segmentIds: [], since: now(), keepDays })
  await registry.expect(ref, now())
}

/** Sends the records of one partition, as many as there is time for. `paused`: the sweep will send it again. */
export const replayTask = (deps: ReplayTaskDeps) => {
  const { rehydrations, tasks } = deps
  const replay = replayPartition(deps)

  return async (work: ReplayAttempt): Promise<TaskResult | 'cold' | 'paused' | 'superseded'> => {
    const { rehydration, partition, attempt } = work
    const { id } = rehydration
    const advance = (event: Parameters<typeof advanceStoredTask>[3]) =>
      advanceStoredTask(tasks, id, partition, event)
    const note = async (progress: ReplayProgress) => {
      if ((await advance({ name: 'replayed', attempt, progress })) === undefined) return false
      const now = await rehydrations.find(id)
      // cancelled, it sends no more than the batch that was under way
      return now !== undefined && !isOver(now.state)
    }
    const replayed = await replay({ ...work, note })
    if (replayed === 'paused') {
      await handOn(deps, rehydration, partition)
      await advance({ name: 'released', attempt })
    }
    return typeof replayed === 'string' ? replayed : replayed.result
  }
}

/**
 * The partitions of a rehydration one after the other, so that it keeps its rate. A message for one whose turn has not come
 * does nothing: who is done with the one before goes on to it. A message for one that is done goes on too, for whoever was
 * done with it may have got no further.
 */
export const replayInTurn = (
  deps: ReplayTaskDeps,
  replayOne: (task: HydrateTask, rehydration: Rehydration) => Promise<HydrateOutcome>,
) => {
  const { tasks, taskList, hasTime } = deps
  return async (task: HydrateTask, rehydration: Rehydration): Promise<HydrateOutcome> => {
    const { id } = rehydration
    const [first] = await taskList.open(id, 1)
    const own = await tasks.find(id, task.partition)
    if (first !== undefined && first !== task.partition && own?.state.name !== 'done')
      return { outcome: 'waits-its-turn' }
    let outcome = await replayOne(task, rehydration)
    for (let before = task.partition; outcome.outcome === 'delivered' || outcome.outcome === 'done'; ) {
      const [next] = await taskList.open(id, 1)
      if (next === undefined || next === before) return outcome
      if (!hasTime()) {
        await handOn(deps, rehydration, next)
        return outcome
      }
      before = next
      outcome = await replayOne({ rehydrationId: id, partition: next }, rehydration)
    }
    return outcome
  }
}
