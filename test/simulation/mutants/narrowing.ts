import type { Narrowing } from '../../../shared/domain/rehydration.ts'
import { finishRehydration } from '../../../shared/use-cases/finish-rehydration.ts'
import { hydrateTask } from '../../../shared/use-cases/hydrate-task.ts'
import type { Mutant, Mutants } from '../functions.ts'
import type { Ports } from '../ports.ts'

const hydrateWith = (change: (ports: Ports) => Ports): Mutant => ({
  functions: (others, ports) => ({
    ...others,
    hydrate: hydrateTask({ ...change(ports), finish: finishRehydration(ports) }),
  }),
})

/** Who hydrates sees a selection that is narrowed in another way than was asked for. */
const narrowedBy = (change: (asked: Narrowing) => Partial<Narrowing>): Mutant =>
  hydrateWith(({ rehydrations, ...others }) => ({
    ...others,
    rehydrations: {
      ...rehydrations,
      find: async (id) => {
        const found = await rehydrations.find(id)
        if (found === undefined) return undefined
        const selection = { ...found.request.selection, ...change(found.request.selection) }
        return { ...found, request: { ...found.request, selection } }
      },
    },
  }))

/** Breaks of filters and limits. */
export const NARROWING: Mutants = {
  'a filter is passed over': narrowedBy(() => ({ where: null })),
  'a filter lets pass what it is to keep out': narrowedBy(({ where }) => ({
    where: where === null ? null : { not: where },
  })),
  'a limit is passed over': narrowedBy(() => ({ limit: null })),
  'a limit delivers one too many': narrowedBy(({ limit }) => ({ limit: limit === null ? null : limit + 1 })),
  'a limit counts only what its own run has delivered': hydrateWith(({ taskList, ...others }) => ({
    ...others,
    taskList: {
      ...taskList,
      async *all(id) {
        for await (const task of taskList.all(id)) if (task.state.name !== 'done') yield task
      },
    },
  })),
  'a limit takes the partitions as they come': hydrateWith(({ taskList, ...others }) => ({
    ...others,
    taskList: {
      ...taskList,
      open: async (id, most) =>
        (await taskList.open(id, Number.MAX_SAFE_INTEGER)).toReversed().slice(0, most),
    },
  })),
}
