import type { Rehydration } from '../domain/rehydration.ts'
import { endedAt } from '../domain/rehydration-states.ts'
import { LONGEST_RUN } from '../domain/rehydration-task.ts'
import type { Price } from '../domain/rehydration-terms.ts'
import { NOTHING, reservationsOf } from '../domain/reservations.ts'
import type { Budgets } from '../ports/budgets.ts'
import type { Clock } from '../ports/clock.ts'
import type { TaskList } from '../ports/rehydrations.ts'
import { settleBudget } from './spend-budget.ts'

export type SettleDeps = { readonly budgets: Budgets; readonly taskList: TaskList; readonly now: Clock }

/**
 * What a rehydration that is over has spent of a price at most: nothing when it ended before any of its tasks had begun, and all
 * of it else. What an extension was reserved for is spent. Undefined: a task may have been about to begin when it ended, and it is
 * too early to say.
 */
export const spentOf =
  ({ taskList, now }: Pick<SettleDeps, 'taskList' | 'now'>) =>
  async (
    { id, state }: Pick<Rehydration, 'id' | 'state'>,
    name: string,
    price: Price,
  ): Promise<Price | undefined> => {
    if (state.name === 'completed' || name !== id) return price
    let planned = 0
    for await (const task of taskList.all(id)) {
      if (task.state.name !== 'planned') return price
      planned += 1
    }
    const isSure = planned === 0 || (endedAt(state) ?? now()) + LONGEST_RUN <= now()
    return isSure ? NOTHING : undefined
  }

/** Gives back, to the budgets of the days, what a rehydration that is over has reserved and not spent. */
export const settleReservations =
  (deps: SettleDeps) =>
  async (rehydration: Rehydration): Promise<void> => {
    const { dataset } = rehydration.request
    for (const { day, name, price } of reservationsOf(rehydration)) {
      const spent = await spentOf(deps)(rehydration, name, price)
      if (spent !== undefined) await settleBudget(deps.budgets)({ dataset, day }, { name, spent })
    }
  }
