import type { MemoryArchive } from '../../shared/adapters/memory/memory-archive.ts'
import { makeMemoryBudgets } from '../../shared/adapters/memory/memory-budgets.ts'
import { makeMemoryCatalog } from '../../shared/adapters/memory/memory-catalog.ts'
import { makeMemoryHotObjects } from '../../shared/adapters/memory/memory-hot-store.ts'
import { makeMemoryQuarantine } from '../../shared/adapters/memory/memory-quarantine.ts'
import { makeMemoryQuotes } from '../../shared/adapters/memory/memory-quotes.ts'
import { makeMemoryRehydrations } from '../../shared/adapters/memory/memory-rehydrations.ts'
import { makeMemoryThawHistory } from '../../shared/adapters/memory/memory-thaw-history.ts'
import type { PartitionRef } from '../../shared/domain/segment.ts'
import type { Config } from './settings.ts'

const makeTable = (archive: MemoryArchive) => ({
  ...makeMemoryCatalog(),
  ...makeMemoryRehydrations(),
  ...makeMemoryBudgets(),
  thawHistory: makeMemoryThawHistory(),
  hotRegister: makeMemoryHotObjects(),
  quarantine: makeMemoryQuarantine(archive),
})
type Table = ReturnType<typeof makeTable>

const MANY = 10_000

const copyPartitions = async (from: Table, to: Table, config: Config) => {
  for (const dataset of config.datasets.keys())
    for await (const entry of from.registry.list(dataset)) {
      await to.registry.expect(entry, entry.dueAt)
      const { commits, holdings, waiters } = await from.log.read(entry)
      for (const commit of commits) await to.log.append(entry, commit)
      for (const holding of holdings.values()) await to.holdings.put(entry, holding, undefined)
      for (const waiter of waiters) await to.waiters.put(entry, waiter)
    }
}

const copyQuarantine = async (from: Table, to: Table) => {
  for (const dataset of await from.quarantine.index.datasets())
    for (const state of ['waiting', 'retried'] as const)
      for (const unit of await from.quarantine.index.newest(dataset, state, MANY))
        await to.quarantine.register.book(unit)
}

/** An object whose methods are those of whatever `current` gives at the time of the call. */
const following = <Port extends object>(current: () => Port): Port =>
  Object.fromEntries(
    Object.keys(current()).map((name) => [
      name,
      (...given: unknown[]) => {
        const port = current()
        const method: unknown = Reflect.get(port, name)
        return typeof method === 'function' ? Reflect.apply(method, port, given) : method
      },
    ]),
    // the same methods, one step removed
  ) as Port

/** The catalog's table, which can be lost whole, or put back as it was when it was last copied. */
export const makeCatalog = (archive: MemoryArchive, config: Config, touch: (ref: PartitionRef) => void) => {
  let table = makeTable(archive)
  const quotes = makeMemoryQuotes()
  let copy: Table | undefined
  const log = following(() => table.log)
  return {
    log: {
      ...log,
      append: (...given: Parameters<typeof log.append>) => {
        touch(given[0])
        return log.append(...given)
      },
      remove: (...given: Parameters<typeof log.remove>) => {
        touch(given[0])
        return log.remove(...given)
      },
    },
    holdings: following(() => table.holdings),
    waiters: following(() => table.waiters),
    registry: following(() => table.registry),
    rehydrations: following(() => table.rehydrations),
    tasks: following(() => table.tasks),
    taskList: following(() => table.taskList),
    index: following(() => table.index),
    checks: following(() => table.checks),
    budgets: following(() => table.budgets),
    thawHistory: following(() => table.thawHistory),
    allBudgets: () => table.allBudgets(),
    quotes,
    hotRegister: following(() => table.hotRegister),
    quarantine: () => table.quarantine,
    quarantineIndex: following(() => table.quarantine.index),
    /** Copies all but rehydrations, which nothing in the bucket depends on. */
    backUp: async () => {
      const made = makeTable(archive)
      await copyPartitions(table, made, config)
      await copyQuarantine(table, made)
      copy = made
    },
    /** Back to the copy, with what came of rehydrations since; to nothing at all where there is none. */
    lose: async () => {
      const { rehydrations, tasks, taskList, index, checks, budgets, allBudgets } = table
      const lost = makeTable(archive)
      if (copy !== undefined) {
        await copyPartitions(copy, lost, config)
        await copyQuarantine(copy, lost)
      }
      const kept = { rehydrations, tasks, taskList, index, checks, budgets, allBudgets }
      table = copy === undefined ? lost : { ...lost, ...kept }
    },
  }
}
