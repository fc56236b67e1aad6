import type { Destination, IcecoreConfig, ReplayTarget } from '../domain/config.ts'
import { contentTypeOf, partName } from '../domain/part-file.ts'
import { deliveryPrefix, type Rehydration } from '../domain/rehydration.ts'
import { isOver } from '../domain/rehydration-states.ts'
import type { DeliveredFile, RehydrationTask, TaskEvent, TaskResult } from '../domain/rehydration-task.ts'
import type { ReplayProgress } from '../domain/replay-progress.ts'
import { makeUlid } from '../domain/ulid.ts'
import type { Random } from '../ports/clock.ts'
import { type PartDraft, PartTooLarge } from '../ports/delivery.ts'
import type { HydrateTask, ThawQueue } from '../ports/queues.ts'
import { advanceStored } from './advance-rehydration.ts'
import { advanceStoredTask } from './advance-task.ts'
import { hydrateInTurn } from './hydrate-in-turn.ts'
import { type HydratePartitionDeps, hydratePartition } from './hydrate-partition.ts'
import { NO_PARTITION } from './plan-rehydration.ts'
import { type ReplayTaskDeps, replayInTurn, replayTask } from './replay-task.ts'

export type HydrateTaskDeps = HydratePartitionDeps &
  ReplayTaskDeps & {
    readonly config: IcecoreConfig
    readonly thawQueue: ThawQueue
    readonly finish: (rehydrationId: string) => Promise<unknown>
    readonly random: Random
  }

export type HydrateOutcome =
  | { readonly outcome: 'delivered'; readonly records: number; readonly bytes: number }
  | {
      readonly outcome:
        | 'cold'
        | 'running'
        | 'superseded'
        | 'waits-its-turn'
        | 'paused'
        | 'done'
        | 'failed'
        | 'over'
        | 'unknown'
    }

const TRIES = 8
const NO_LIMIT = Number.POSITIVE_INFINITY

/** One attempt at one partition. */
type Work = {
  readonly task: HydrateTask
  readonly rehydration: Rehydration
  readonly destination: Destination
  readonly attempt: string
  readonly isFirst: boolean
  readonly limit: number
  readonly progress: ReplayProgress | undefined
}

/**
 * Delivers the records of one partition of one rehydration, and ends the rehydration when it was the last. Any step may be
 * repeated and two may run at once: the attempt that claimed the task last is the only one that can finish it, and a file is
 * only ever put in the place of the one that was seen after the claim.
 */
export const hydrateTask = (deps: HydrateTaskDeps) => {
  const { config, rehydrations, tasks, taskList, waiters, delivery, now } = deps
  const hydrate = hydratePartition(deps)
  const replay = replayTask(deps)

  const advance = (id: string, partition: string, event: TaskEvent) =>
    advanceStoredTask(tasks, id, partition, event)

  const isMine = (task: RehydrationTask | undefined, attempt: string) =>
    task?.state.name === 'hydrating' && task.state.attempt === attempt

  const deliver = async (
    { rehydrationId, partition }: HydrateTask,
    attempt: string,
    key: string,
    draft: PartDraft,
  ): Promise<DeliveredFile | 'superseded'> => {
    for (let tries = 0; tries < TRIES; tries += 1) {
      const there = await delivery.find(key)
      // in this order: an attempt that claims after this look changes what is there before this put
      if (!isMine(await tasks.find(rehydrationId, partition), attempt)) return 'superseded'
      const put = await draft.put(there)
      if (put !== 'changed') return { key, ...put }
    }
    throw new Error(`${key} changed ${TRIES} times while it was delivered`)
  }

  /**
   * There is nothing to deliver, but an earlier attempt may have delivered what can no longer be read, or be about to: an
   * empty file takes that place, which no manifest names.
   */
  const clear = async (task: HydrateTask, attempt: string, key: string, contentType: string) => {
    const draft = await delivery.begin(key, contentType)
    try {
      await draft.close()
      return (await deliver(task, attempt, key, draft)) === 'superseded' ? 'superseded' : null
    } finally {
      await draft.discard()
    }
  }

  const close = async ({ rehydrationId, partition }: HydrateTask, dataset: string): Promise<void> => {
    await waiters.remove({ dataset, partition }, rehydrationId)
    await taskList.close(rehydrationId, partition)
    await deps.finish(rehydrationId)
  }

  const fail = async ({ rehydrationId, partition }: HydrateTask, dataset: string, reason: string) => {
    await advanceStored(rehydrations, rehydrationId, { name: 'failed', at: now(), reason })
    await waiters.remove({ dataset, partition }, rehydrationId)
    return { outcome: 'failed' } as const
  }

  /** What is to be read of it has become cold again, by a seal or by the end of its restored copy. */
  const thawAgain = async (task: HydrateTask, attempt: string) => {
    await advance(task.rehydrationId, task.partition, { name: 'released', attempt })
    await deps.thawQueue.send([task])
    return { outcome: 'cold' } as const
  }

  const end = async (task: HydrateTask, dataset: string, attempt: string, result: TaskResult) => {
    const event = { name: 'delivered', at: now(), attempt, result } as const
    if ((await advance(task.rehydrationId, task.partition, event)) === undefined)
      return { outcome: 'superseded' } as const
    await close(task, dataset)
    return {
      outcome: 'delivered',
      records: result.records.count,
      bytes: result.file?.bytes ?? 0,
    } as const
  }

  const hydrateFile = async ({ task, rehydration, destination, attempt, isFirst, limit }: Work) => {
    const { rehydrationId, partition } = task
    const { dataset } = rehydration.request
    const prefix = deliveryPrefix(destination.prefix, rehydrationId)
    const key = `${prefix}${partName(partition, rehydration.request)}`
    const hydrated = await hydrate({
      rehydration,
      partition,
      key,
      dataset: config.datasets.get(dataset),
      limit,
    })
    if (hydrated === 'cold') return thawAgain(task, attempt)
    const { draft, result } = hydrated
    try {
      const isClear = draft === null && isFirst && (await delivery.find(key)) === null
      const file = isClear
        ? null
        : draft === null
          ? await clear(task, attempt, key, contentTypeOf(rehydration.request))
          : await deliver(task, attempt, key, draft)
      if (file === 'superseded') return { outcome: 'superseded' } as const
      return await end(task, dataset, attempt, { ...result, file })
    } finally {
      await draft?.discard()
    }
  }

  const replayTo = async (target: ReplayTarget, { task, rehydration, attempt, progress, limit }: Work) => {
    const { dataset } = rehydration.request
    const replayed = await replay({
      rehydration,
      partition: task.partition,
      dataset: config.datasets.get(dataset),
      target,
      attempt,
      progress,
      limit,
    })
    if (replayed === 'cold') return thawAgain(task, attempt)
    return typeof replayed === 'string' ? { outcome: replayed } : end(task, dataset, attempt, replayed)
  }

  const hydrateOne = async (
    task: HydrateTask,
    rehydration: Rehydration,
    limit: number,
  ): Promise<HydrateOutcome> => {
    const { rehydrationId, partition } = task
    const { dataset, destination: name } = rehydration.request
    const stored = await tasks.find(rehydrationId, partition)
    if (stored === undefined) {
      await deps.finish(rehydrationId)
      return { outcome: 'done' }
    }
    if (stored.state.name === 'done') {
      await close(task, dataset)
      return { outcome: 'done' }
    }
    const destination = config.destinations.get(name)
    if (destination === undefined)
      return fail(task, dataset, `its destination ${name} has left the configuration`)
    const attempt = makeUlid(now(), deps.random)
    const claimed = await advance(rehydrationId, partition, { name: 'claimed', at: now(), attempt })
    if (claimed === undefined) return { outcome: 'running' }
    const isFirst = stored.state.name !== 'hydrating'
    const work = { task, rehydration, destination, attempt, isFirst, limit, progress: claimed.replay }
    try {
      await advanceStored(rehydrations, rehydrationId, { name: 'readable', at: now() })
      const { replay: target } = destination
      return await (target === undefined ? hydrateFile(work) : replayTo(target, work))
    } catch (error) {
      if (error instanceof PartTooLarge)
        return fail(task, dataset, `partition ${partition}: ${error.message}`)
      // the message comes again, and must not find the task taken by an attempt that is over
      await advance(rehydrationId, partition, { name: 'released', attempt })
      throw error
    }
  }

  const withLimit = hydrateInTurn(deps, hydrateOne)
  const oneByOne = replayInTurn(deps, (task, rehydration) => hydrateOne(task, rehydration, NO_LIMIT))

  return async (task: HydrateTask): Promise<HydrateOutcome> => {
    const { rehydrationId, partition } = task
    const rehydration = await rehydrations.find(rehydrationId)
    if (rehydration === undefined) return { outcome: 'unknown' }
    const { dataset, selection, destination } = rehydration.request
    if (isOver(rehydration.state)) {
      await waiters.remove({ dataset, partition }, rehydrationId)
      return { outcome: 'over' }
    }
    if (selection.limit !== null && partition !== NO_PARTITION)
      return withLimit(task, rehydration, selection.limit)
    const isReplay = config.destinations.get(destination)?.replay !== undefined
    return isReplay ? oneByOne(task, rehydration) : hydrateOne(task, rehydration, NO_LIMIT)
  }
}
