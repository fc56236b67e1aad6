import { type Budget, EMPTY_BUDGET } from '../../domain/budget.ts'
import type { BudgetDay, Budgets } from '../../ports/budgets.ts'

export type MemoryBudgets = {
  readonly budgets: Budgets
  /** Every budget that was ever written. */
  readonly allBudgets: () => readonly (BudgetDay & { readonly budget: Budget })[]
}

/** The budgets of all days in memory, with the same promises as in DynamoDB. */
export const makeMemoryBudgets = (): MemoryBudgets => {
  const stored = new Map<string, BudgetDay & { readonly budget: Budget }>()
  const nameOf = ({ dataset, day }: BudgetDay) => `${dataset}#${day}`
  return {
    budgets: {
      read: async (of) => stored.get(nameOf(of))?.budget ?? EMPTY_BUDGET,
      put: async (of, budget, expected) => {
        if ((stored.get(nameOf(of))?.budget.revision ?? 0) !== expected.revision) return 'stale'
        stored.set(nameOf(of), { dataset: of.dataset, day: of.day, budget })
        return 'put'
      },
    },
    allBudgets: () => [...stored.values()],
  }
}
