import type { Mutant } from './functions.ts'
import { type Action, type History, STARTS } from './history.ts'
import { type Run, runHistory } from './run-history.ts'

export type Shrunk = {
  readonly history: History
  /** The smallest history that shows it, with its trace. */
  readonly run: Run
  /** How many runs it took to find. */
  readonly runs: number
}

/** A run takes about ten milliseconds. */
const MOST_RUNS = 400

/**
 * Leaves out as much of a list as still fails, in ever smaller pieces. https://www.st.cs.uni-saarland.de/papers/tse2002/
 * @param fails whether it still fails with just these.
 */
const reduce = async <Item>(all: readonly Item[], fails: (some: readonly Item[]) => Promise<boolean>) => {
  let left = all
  for (let size = Math.ceil(all.length / 2); size >= 1 && left.length > 0; size = Math.floor(size / 2))
    for (let at = 0; at < left.length; ) {
      const without = [...left.slice(0, at), ...left.slice(at + size)]
      if (await fails(without)) left = without
      else at += size
    }
  return left
}

/** The smallest history that breaks the same promise as this one: fewer actions, fewer faults, one thing after the other. */
export const shrink = async (history: History, found: Run, mutant: Mutant = {}): Promise<Shrunk> => {
  let runs = 0
  let smallest = history

  const accept = async (smaller: History): Promise<boolean> => {
    if (runs >= MOST_RUNS) return false
    runs += 1
    const { violation } = await runHistory(smaller, { mutant })
    if (violation === undefined || violation.invariant !== found.violation?.invariant) return false
    smallest = smaller
    return true
  }

  const withActions = (actions: readonly Action[]) => accept({ ...smallest, actions })
  const began = new Set(found.began)
  await withActions(history.actions.filter(({ id }) => began.has(id)))
  await reduce(smallest.actions, withActions)
  await accept({ ...smallest, startsInPeace: true })
  for (const start of STARTS) if (await accept({ ...smallest, start })) break
  const { troubles } = await runHistory(smallest, { mutant })
  await reduce(troubles, (some) => accept({ ...smallest, only: new Set(some) }))
  // what is under way ends before the next thing begins
  const inTurn = (some: readonly Action[]) => {
    const overlapping = new Set(some.map(({ id }) => id))
    return withActions(
      smallest.actions.map((action) => (overlapping.has(action.id) ? action : { ...action, after: null })),
    )
  }
  await reduce(
    smallest.actions.filter(({ after }) => after !== null),
    inTurn,
  )
  await reduce(smallest.actions, withActions)
  return { history: smallest, run: await runHistory(smallest, { mutant, traced: true }), runs }
}
