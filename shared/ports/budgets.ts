import type { Budget } from '../domain/budget.ts'

/** A dataset, and a UTC day such as `2024-03-10`. */
export type BudgetDay = { readonly dataset: string; readonly day: string }

export type Budgets = {
  /** A consistent read. A day of which nothing was written is empty. */
  read(of: BudgetDay): Promise<Budget>
  /** Writes the budget if the stored one is still `expected`, by its revision; a repeat of one's own write is `put`. */
  put(of: BudgetDay, budget: Budget, expected: Budget): Promise<'put' | 'stale'>
}
