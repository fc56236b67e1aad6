import type { Rehydration } from '../../../shared/domain/rehydration.ts'
import type { PartitionState } from '../../../shared/ports/catalog.ts'
import { SegmentIsCold, SegmentIsMissing } from '../../../shared/ports/segment-store.ts'
import { extendRehydration } from '../../../shared/use-cases/extend-rehydration.ts'
import { findRecord } from '../../../shared/use-cases/find-record.ts'
import { finishRehydration } from '../../../shared/use-cases/finish-rehydration.ts'
import { hydrateTask } from '../../../shared/use-cases/hydrate-task.ts'
import { planRehydration } from '../../../shared/use-cases/plan-rehydration.ts'
import { thawTask } from '../../../shared/use-cases/thaw-task.ts'
import type { Mutant, Mutants } from '../functions.ts'
import type { Ports } from '../ports.ts'

const LINE_FEED = 10

/** A log that is read once for each partition and then remembered. */
const remembered = ({ log }: Ports): Ports['log'] => {
  const known = new Map<string, PartitionState>()
  return {
    ...log,
    read: async (ref) => {
      const name = `${ref.dataset} ${ref.partition}`
      const state = known.get(name) ?? (await log.read(ref))
      known.set(name, state)
      return state
    },
  }
}

const hydrateWith = (change: (ports: Ports) => Ports): Mutant => ({
  functions: (others, ports) => ({
    ...others,
    hydrate: hydrateTask({ ...change(ports), finish: finishRehydration(ports) }),
  }),
})

const thawWith = (change: (ports: Ports) => Ports): Mutant => ({
  functions: (others, ports) => ({
    ...others,
    thaw: thawTask({ ...change(ports), plan: planRehydration(ports) }),
  }),
})

/** A second worker finds the task free, however lately the first has taken it. */
const withoutGuard = (tasks: Ports['tasks']): Ports['tasks'] => ({
  ...tasks,
  find: async (id, partition) => {
    const task = await tasks.find(id, partition)
    return task?.state.name === 'hydrating'
      ? { ...task, state: { ...task.state, claimedAt: Number.NEGATIVE_INFINITY } }
      : task
  },
  put: async (id, task, expected) => tasks.put(id, task, (await tasks.find(id, task.partition)) ?? expected),
})

const changeDraft = (
  { delivery, ...others }: Ports,
  change: (
    draft: Awaited<ReturnType<Ports['delivery']['begin']>>,
    key: string,
  ) => Awaited<ReturnType<Ports['delivery']['begin']>>,
): Ports => ({
  ...others,
  delivery: {
    ...delivery,
    begin: async (key, contentType) => change(await delivery.begin(key, contentType), key),
  },
})

/** Puts a rehydration over whatever it has become meanwhile. */
const putOver =
  (rehydrations: Ports['rehydrations']): Ports['rehydrations']['put'] =>
  async (next, expected) =>
    rehydrations.put(next, (await rehydrations.find(next.id)) ?? expected)

/** A rehydration as it was before it came to that state; what is made of that is put over it. */
const deafTo = (name: string, rehydrations: Ports['rehydrations']): Ports['rehydrations'] => {
  const before = new Map<string, Rehydration>()
  return {
    ...rehydrations,
    find: async (id) => {
      const found = await rehydrations.find(id)
      if (found?.state.name === name) return before.get(id) ?? found
      if (found !== undefined) before.set(id, found)
      return found
    },
    put: putOver(rehydrations),
  }
}

/** Breaks of what brings records back. */
export const REHYDRATING: Mutants = {
  'any attempt at a task may finish it': hydrateWith((ports) => ({
    ...ports,
    tasks: withoutGuard(ports.tasks),
    // every attempt has the same name
    random: (bytes) => new Uint8Array(bytes),
    now: () => 0,
  })),
  'a file is put over whatever is there': hydrateWith((ports) => ({
    ...changeDraft(ports, (draft, key) => ({
      ...draft,
      put: async () => draft.put(await ports.delivery.find(key)),
    })),
    tasks: withoutGuard(ports.tasks),
  })),
  'a replay takes what the queue did not take for sent': hydrateWith(({ replay, ...others }) => ({
    ...others,
    replay: {
      send: async (queue, messages) =>
        replay.send(queue, messages).catch(() => messages.map(() => 'sent' as const)),
    },
  })),
  'no worker hears that a rehydration was cancelled': {
    functions: (others, ports) => {
      const deaf = { ...ports, rehydrations: deafTo('cancelled', ports.rehydrations) }
      return {
        ...others,
        thaw: thawTask({ ...deaf, plan: planRehydration(deaf) }),
        hydrate: hydrateTask({ ...deaf, finish: finishRehydration(deaf) }),
      }
    },
  },
  'a shorter extension takes the place of a longer one': {
    functions: (others, { rehydrations, ...ports }) => ({
      ...others,
      extend: extendRehydration({
        ...ports,
        rehydrations: {
          ...rehydrations,
          find: async (id) => {
            const found = await rehydrations.find(id)
            return found && { ...found, terms: { ...found.terms, extension: null } }
          },
          put: putOver(rehydrations),
        },
      }),
    }),
  },
  'a task that is done is not taken off the open ones': {
    ports: ({ taskList, ...others }) => ({
      ...others,
      taskList: { ...taskList, close: async () => undefined },
    }),
  },
  'a rehydration ends while some of its tasks are open': {
    ports: ({ taskList, ...others }) => ({
      ...others,
      taskList: {
        ...taskList,
        open: async () => [],
        async *all(id) {
          for await (const task of taskList.all(id)) if (task.state.name === 'done') yield task
        },
      },
    }),
  },
  'a waiter is never taken off': {
    ports: ({ waiters, ...others }) => ({
      ...others,
      waiters: { ...waiters, remove: async () => undefined },
    }),
  },
  'nobody checks on a rehydration whose first message was lost': {
    functions: (functions) => ({ ...functions, checkRehydrations: async () => ({ sent: 0, failed: 0 }) }),
  },
  'a file holds only the first of its records': {
    ports: (ports) =>
      changeDraft(ports, (draft) => ({
        ...draft,
        write: (bytes) => draft.write(bytes.subarray(0, bytes.indexOf(LINE_FEED) + 1)),
      })),
  },
  'a segment that is cold is left out of the answer': hydrateWith(({ reader, ...others }) => ({
    ...others,
    reader: {
      ...reader,
      read: async (key, start, end) => {
        try {
          return await reader.read(key, start, end)
        } catch (error) {
          throw error instanceof SegmentIsCold ? new SegmentIsMissing(key) : error
        }
      },
    },
  })),
  'a thaw that is under way counts as done': {
    ports: ({ reader, ...others }) => ({
      ...others,
      reader: {
        ...reader,
        head: async (key) => {
          const facts = await reader.head(key)
          return facts?.restore?.ongoing
            ? { ...facts, restore: { ongoing: false, readableUntil: Number.MAX_SAFE_INTEGER } }
            : facts
        },
      },
    }),
  },
  'a thaw for one shortens that of another': thawWith(({ reader, ...others }) => ({
    ...others,
    reader: {
      ...reader,
      head: async (key) => {
        const facts = await reader.head(key)
        return facts?.restore?.readableUntil == null
          ? facts
          : { ...facts, restore: { ...facts.restore, readableUntil: others.now() + 1 } }
      },
    },
  })),
  'a reader goes by a log that it has read before': {
    functions: (others, ports) => ({ ...others, find: findRecord({ ...ports, log: remembered(ports) }) }),
  },
  'hydrating goes by a log that it has read before': hydrateWith((ports) => ({
    ...ports,
    log: remembered(ports),
  })),
}
