import type { Reservation } from '../domain/budget.ts'
import type { IcecoreConfig } from '../domain/config.ts'
import { DAY } from '../domain/duration.ts'
import { hasCaps } from '../domain/guards.ts'
import { partitionOf } from '../domain/partition.ts'
import { judgeReservation, NOTHING, rehydrationOf } from '../domain/reservations.ts'
import type { BudgetDay } from '../ports/budgets.ts'
import type { Rehydrations } from '../ports/rehydrations.ts'
import { type SettleDeps, spentOf } from './settle-reservations.ts'
import { settleBudget } from './spend-budget.ts'

export type ReconcileDeps = SettleDeps & {
  readonly config: IcecoreConfig
  readonly rehydrations: Rehydrations
}

/** What one rehydration that is over had reserved, in dollars and bytes. */
const priceOf = ({ microDollars, bytes }: Reservation) => ({ dollars: microDollars / 1e6, bytes })

/**
 * Ends the reservations of rehydrations that are over, and those of requests that died half-way, in the budgets of today
 * and yesterday: nothing is ever reserved in an earlier one any more.
 */
export const reconcileBudgets = (deps: ReconcileDeps) => async (): Promise<{ settled: number }> => {
  const { config, budgets, rehydrations, now } = deps
  let settled = 0

  const reconcile = async (of: BudgetDay) => {
    for (const reservation of (await budgets.read(of)).open) {
      const rehydration = await rehydrations.find(rehydrationOf(reservation))
      const judged = judgeReservation(reservation, { day: of.day, rehydration, now: now() })
      if (judged === 'keep') continue
      const { name, attempt } = reservation
      const isSpent = judged === 'settle' && rehydration !== undefined
      const spent = isSpent ? await spentOf(deps)(rehydration, name, priceOf(reservation)) : NOTHING
      if (spent === undefined) continue
      // with the attempt: a later try may have made it its own since it was read
      await settleBudget(budgets)(of, { name, attempt, spent })
      settled += 1
    }
  }

  for (const { name: dataset, guards } of config.datasets.values())
    if (hasCaps(guards.perDay))
      for (const at of [now(), now() - DAY]) await reconcile({ dataset, day: partitionOf(at, 'day') })
  return { settled }
}
