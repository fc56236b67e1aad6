import { isDeepStrictEqual } from 'node:util'
import type { Rehydration } from '../../domain/rehydration.ts'
import { plannedTask, type RehydrationTask } from '../../domain/rehydration-task.ts'
import type {
  RehydrationChecks,
  RehydrationIndex,
  Rehydrations,
  RehydrationTasks,
  TaskList,
} from '../../ports/rehydrations.ts'

export type MemoryRehydrations = {
  readonly rehydrations: Rehydrations
  readonly tasks: RehydrationTasks
  readonly taskList: TaskList
  readonly index: RehydrationIndex
  readonly checks: RehydrationChecks
}

const byText = (a: string, b: string) => (a < b ? -1 : 1)

/** The ports of rehydrations in memory, with the same promises as in DynamoDB. */
export const makeMemoryRehydrations = (): MemoryRehydrations => {
  const stored = new Map<string, Rehydration>()
  const dueAts = new Map<string, number>()
  const tasksOf = new Map<string, Map<string, RehydrationTask>>()
  const openOf = new Map<string, Set<string>>()

  const rehydrations: Rehydrations = {
    create: async (rehydration, checkAt) => {
      const { id } = rehydration
      if (!dueAts.has(id)) dueAts.set(id, checkAt)
      if (stored.has(id)) return 'exists'
      stored.set(id, rehydration)
      return 'created'
    },
    find: async (id) => stored.get(id),
    put: async (rehydration, expected) => {
      const there = stored.get(rehydration.id)
      const isSame =
        isDeepStrictEqual(there?.state, expected.state) && isDeepStrictEqual(there?.terms, expected.terms)
      if (!isSame) return 'stale'
      stored.set(rehydration.id, rehydration)
      return 'put'
    },
  }

  const tasks: RehydrationTasks = {
    add: async (id, partitions, allowed) => {
      const known = tasksOf.get(id) ?? new Map<string, RehydrationTask>()
      tasksOf.set(id, known)
      openOf.set(id, new Set([...(openOf.get(id) ?? []), ...partitions]))
      for (const partition of partitions)
        if (!known.has(partition)) known.set(partition, plannedTask(partition, allowed?.get(partition)))
    },
    find: async (id, partition) => tasksOf.get(id)?.get(partition),
    put: async (id, task, expected) => {
      const known = tasksOf.get(id)
      if (!isDeepStrictEqual(known?.get(task.partition), expected)) return 'stale'
      known?.set(task.partition, task)
      return 'put'
    },
  }

  const taskList: TaskList = {
    async *all(id, after = '') {
      yield* [...(tasksOf.get(id)?.values() ?? [])]
        .filter(({ partition }) => partition > after)
        .toSorted((a, b) => byText(a.partition, b.partition))
    },
    open: async (id, limit) => [...(openOf.get(id) ?? [])].toSorted(byText).slice(0, limit),
    close: async (id, partition) => {
      openOf.get(id)?.delete(partition)
    },
  }

  const checks: RehydrationChecks = {
    expect: async (id, dueAt) => {
      dueAts.set(id, Math.min(dueAt, dueAts.get(id) ?? dueAt))
    },
  }

  const newestFirst = (a: Rehydration, b: Rehydration) => b.acceptedAt - a.acceptedAt || -byText(a.id, b.id)

  const index: RehydrationIndex = {
    newest: async (limit, after, within = { from: null, to: null }) =>
      [...stored.values()]
        .toSorted(newestFirst)
        .filter(
          ({ acceptedAt, id }) =>
            (after === undefined ||
              acceptedAt < after.acceptedAt ||
              (acceptedAt === after.acceptedAt && id < after.id)) &&
            (within.from === null || acceptedAt >= within.from) &&
            (within.to === null || acceptedAt < within.to),
        )
        .slice(0, limit),
    due: async (now, limit) =>
      [...dueAts]
        .filter(([, dueAt]) => dueAt <= now)
        .toSorted(([, a], [, b]) => a - b)
        .slice(0, limit)
        .map(([id, dueAt]) => ({ id, dueAt })),
    settle: async ({ id, dueAt }, nextDue) => {
      if (dueAts.get(id) !== dueAt) return 'stale'
      dueAts.set(id, nextDue ?? Number.POSITIVE_INFINITY)
      return 'settled'
    },
  }

  return { rehydrations, tasks, taskList, index, checks }
}
