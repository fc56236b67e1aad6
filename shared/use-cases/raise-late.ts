import { guardsOf, type IcecoreConfig } from '../domain/config.ts'
import { underWayOf } from '../domain/expect-thaw.ts'
import { hasCaps } from '../domain/guards.ts'
import { partitionOf } from '../domain/partition.ts'
import {
  type AwaitedThaw,
  allowedForRaises,
  costWithRaises,
  mayCost,
  type PlannedRaise,
  planRaises,
  pricedForRaises,
} from '../domain/plan-raises.ts'
import { raisable } from '../domain/raise-thaw.ts'
import type { Rehydration } from '../domain/rehydration.ts'
import { isOver } from '../domain/rehydration-states.ts'
import type { RehydrationTask } from '../domain/rehydration-task.ts'
import type { Raising } from '../domain/rehydration-terms.ts'
import { raisesName } from '../domain/reservations.ts'
import type { CommitLog } from '../ports/catalog.ts'
import type { Rehydrations, RehydrationTasks, TaskList } from '../ports/rehydrations.ts'
import { changeStored } from './advance-rehydration.ts'
import { advanceStoredTask } from './advance-task.ts'
import { mapBounded } from './bounded.ts'
import { type ReserveDeps, reserveBudget } from './spend-budget.ts'
import type { ReadThawTimes } from './thaw-times.ts'

export type RaiseLateDeps = ReserveDeps & {
  readonly config: IcecoreConfig
  readonly rehydrations: Rehydrations
  readonly tasks: RehydrationTasks
  readonly taskList: TaskList
  readonly log: CommitLog
  readonly thawTimes: ReadThawTimes
}

/**
 * How many thaws are named that S3 has still to be asked to do faster, now or by an earlier round, and when it is worth looking again; null:
 * nothing is waited for.
 */
export type LateRaised = { readonly raises: number; readonly lookAgainAt: number | null }

/** `isOpen`: it is named, and S3 has not been asked for all that is known. */
type FoundThaw = AwaitedThaw & { readonly isOpen: boolean }

const PARTITIONS_AT_ONCE = 8

const sumOf = (raises: readonly { readonly dollars: number }[]): number =>
  raises.reduce((sum, { dollars }) => sum + dollars, 0)

/**
 * Names, in the tasks of a rehydration that has a time, the thaws that have to be made faster for it, as far as its cost allows. Whoever works on the
 * task then asks S3. What it costs is allowed in the terms before anything is named, all together: one who comes after a crash
 * finds it allowed, and names the rest. Every round changes the terms, so that of two at once one gives way.
 */
export const raiseLate = (deps: RaiseLateDeps) => {
  const { config, rehydrations, tasks, taskList, log, now } = deps

  const awaitedIn = async (
    { id, request }: Rehydration,
    { partition, raises = [] }: RehydrationTask,
  ): Promise<readonly FoundThaw[]> => {
    const { commits, holdings, waiters } = await log.read({ dataset: request.dataset, partition })
    const waiter = waiters.find(({ rehydrationId }) => rehydrationId === id)
    const segments = commits.flatMap((commit) => commit.segments)
    return segments.flatMap((segment) => {
      const holding = holdings.get(segment.id)
      const thaw = waiter?.segmentIds.includes(segment.id) && holding && underWayOf(holding, segment.bytes)
      if (!thaw) return []
      const named = raises.find(({ segmentId }) => segmentId === segment.id)
      const isOpen = named !== undefined && raisable(holding, thaw.storageClass, named.to) !== undefined
      const canRaise = thaw.canRaise && named === undefined
      return [{ ...thaw, canRaise, isOpen, partition, segmentId: segment.id }]
    })
  }

  /** Allows so much in all for raises; false where it may not cost that, or somebody else is at it. */
  const allow = async (rehydration: Rehydration, dollars: number): Promise<boolean> => {
    const { id, request, terms } = rehydration
    const { dataset } = request
    const guards = guardsOf(config, dataset)
    const before = allowedForRaises(rehydration)
    const mayCostAll = (known: Rehydration): boolean =>
      dollars <= before || mayCost(known, guards, costWithRaises(known, dollars))
    if (!mayCostAll(rehydration)) return false
    let raising: Raising = { at: now(), dollars: before, reservedOn: terms.raising?.reservedOn ?? null }
    if (dollars > before) {
      const day = raising.reservedOn ?? partitionOf(now(), 'day')
      const more = { dollars: dollars - pricedForRaises(rehydration), bytes: 0 }
      const caps = guards.perDay
      const reserved =
        hasCaps(caps) && (await reserveBudget(deps)({ dataset, day }, raisesName(id), more, caps))
      if (reserved && reserved.kind === 'over-cap') return false
      raising = { ...raising, dollars, reservedOn: reserved ? day : null }
    }
    const changed = await changeStored(rehydrations, id, (stored) =>
      !isOver(stored.state) &&
      stored.terms.raising?.at === terms.raising?.at &&
      // an extension that came meanwhile may have taken what the guards left
      mayCostAll(stored)
        ? { ...stored, terms: { ...stored.terms, raising } }
        : undefined,
    )
    return changed?.changed === true
  }

  const name = async (id: string, raises: readonly PlannedRaise[]): Promise<void> => {
    const byPartition = Map.groupBy(raises, ({ partition }) => partition)
    await mapBounded([...byPartition], PARTITIONS_AT_ONCE, ([partition, all]) =>
      advanceStoredTask(tasks, id, partition, {
        name: 'raises',
        raises: all.map(({ segmentId, to, dollars }) => ({ segmentId, to, dollars })),
      }),
    )
  }

  return async (rehydration: Rehydration, readyBy: number): Promise<LateRaised> => {
    const { id, terms } = rehydration
    const all: RehydrationTask[] = []
    for await (const task of taskList.all(id)) all.push(task)
    const thawing = all.filter(({ state }) => state.name === 'thawing')
    const found = await mapBounded(thawing, PARTITIONS_AT_ONCE, (task) => awaitedIn(rehydration, task))
    const awaited = found.flat()
    const open = awaited.filter(({ isOpen }) => isOpen).length
    const mayExpedite = terms.promised?.mayExpedite === true
    const times = await deps.thawTimes()
    const { raises, lookAgainAt } = planRaises(awaited, { now: now(), readyBy, times, mayExpedite })
    if (raises.length === 0) return { raises: open, lookAgainAt }
    const named = sumOf(all.flatMap((task) => task.raises ?? []))
    if (!(await allow(rehydration, named + sumOf(raises)))) return { raises: open, lookAgainAt }
    await name(id, raises)
    return { raises: open + raises.length, lookAgainAt }
  }
}
