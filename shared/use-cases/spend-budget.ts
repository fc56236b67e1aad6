import { amountOf, reserveIn, settleIn } from '../domain/budget.ts'
import type { Caps, OverCap } from '../domain/guards.ts'
import type { Price } from '../domain/rehydration-terms.ts'
import type { BudgetDay, Budgets } from '../ports/budgets.ts'
import type { Clock, Random } from '../ports/clock.ts'

export type ReserveDeps = { readonly budgets: Budgets; readonly now: Clock; readonly random: Random }

export type BudgetReserved =
  /** `kept`: it was reserved under this name before, perhaps by a try that died. */
  | { readonly kind: 'reserved' | 'kept'; readonly attempt: string }
  | { readonly kind: 'over-cap'; readonly over: OverCap }

/** Of so many that change one budget at once, each comes through: every round somebody does. */
const TRIES = 64

const ATTEMPT_BYTES = 8

/** Reserves a price in the budget of a day, however often others change it meanwhile. The same name twice counts once. */
export const reserveBudget =
  ({ budgets, now, random }: ReserveDeps) =>
  async (of: BudgetDay, name: string, price: Price, caps: Caps): Promise<BudgetReserved> => {
    const attempt = Buffer.from(random(ATTEMPT_BYTES)).toString('hex')
    for (let tries = 0; tries < TRIES; tries += 1) {
      const before = await budgets.read(of)
      const reserved = reserveIn(before, { name, attempt, at: now(), ...amountOf(price) }, caps)
      if (reserved.kind === 'over-cap') return reserved
      if ((await budgets.put(of, reserved.budget, before)) === 'put') return { kind: reserved.kind, attempt }
    }
    throw new Error(`the budget of ${of.dataset} on ${of.day} changed ${TRIES} times in a row`)
  }

export type Settled = { readonly name: string; readonly attempt?: string; readonly spent: Price }

/**
 * Ends a reservation: what was not spent of it is free again. One that is not there was settled before; with an `attempt`, one
 * that a later try has made its own stays.
 */
export const settleBudget =
  (budgets: Budgets) =>
  async (of: BudgetDay, { spent, ...which }: Settled): Promise<void> => {
    for (let tries = 0; tries < TRIES; tries += 1) {
      const before = await budgets.read(of)
      const after = settleIn(before, { ...which, spent: amountOf(spent) })
      if (after === undefined) return
      if ((await budgets.put(of, after, before)) === 'put') return
    }
    throw new Error(`the budget of ${of.dataset} on ${of.day} changed ${TRIES} times in a row`)
  }
