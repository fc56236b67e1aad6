import { brokenCap, type Caps, type OverCap } from './guards.ts'
import type { Price } from './rehydration-terms.ts'

/** Dollars are added up in whole millionths: sums of fractions drift. */
export type Amount = { readonly microDollars: number; readonly bytes: number }

/** What one rehydration may still spend. */
export type Reservation = Amount & {
  /** The rehydration's id, or its id and the time of an extension. */
  readonly name: string
  /** Who reserved it: a later try takes the place of one that may have died. */
  readonly attempt: string
  readonly at: number
}

/** What rehydrations of one dataset that began on one UTC day have spent, and may still spend. */
export type Budget = {
  /** Counts the changes. */
  readonly revision: number
  readonly spent: Amount
  readonly open: readonly Reservation[]
}

export const EMPTY_BUDGET: Budget = { revision: 0, spent: { microDollars: 0, bytes: 0 }, open: [] }

/** So that a budget stays one item of less than 100 KB. */
export const MAX_OPEN_RESERVATIONS = 500

const MICRO = 1e6

/** Upwards: what is reserved is never less than what may be spent. */
export const amountOf = ({ dollars, bytes }: Price): Amount => ({
  microDollars: Math.ceil(dollars * MICRO),
  bytes,
})

const add = (a: Amount, b: Amount): Amount => ({
  microDollars: a.microDollars + b.microDollars,
  bytes: a.bytes + b.bytes,
})

/** All that is spent and reserved. */
export const usedOf = ({ spent, open }: Budget): Amount => open.reduce(add, spent)

const priceOf = ({ microDollars, bytes }: Amount): Price => ({ dollars: microDollars / MICRO, bytes })

export type Reserved =
  | { readonly kind: 'reserved' | 'kept'; readonly budget: Budget }
  | { readonly kind: 'over-cap'; readonly over: OverCap }

/** The oldest count as spent once there are too many to keep apart: that can only make the rest smaller. */
const fold = (budget: Budget): Budget => {
  const [oldest, ...others] = budget.open
  if (oldest === undefined || budget.open.length <= MAX_OPEN_RESERVATIONS) return budget
  return { ...budget, spent: add(budget.spent, oldest), open: others }
}

/** The budget with this reservation in it, if that breaks no cap. The same name twice is one reservation (`kept`): the larger. */
export const reserveIn = (budget: Budget, wanted: Reservation, caps: Caps): Reserved => {
  const before = budget.open.find(({ name }) => name === wanted.name)
  const others = budget.open.filter((one) => one !== before)
  const reservation = {
    ...wanted,
    microDollars: Math.max(wanted.microDollars, before?.microDollars ?? 0),
    bytes: Math.max(wanted.bytes, before?.bytes ?? 0),
  }
  const used = usedOf({ ...budget, open: others })
  const over = brokenCap(caps, 'perDay', priceOf(reservation), priceOf(used))
  if (over !== undefined) return { kind: 'over-cap', over }
  const next = fold({ ...budget, revision: budget.revision + 1, open: [...others, reservation] })
  return { kind: before === undefined ? 'reserved' : 'kept', budget: next }
}

/**
 * The budget once a reservation is over and so much of it was spent; undefined when there is none of that name, or only one
 * that another attempt made.
 */
export const settleIn = (
  budget: Budget,
  { name, attempt, spent }: { readonly name: string; readonly attempt?: string; readonly spent: Amount },
): Budget | undefined => {
  const before = budget.open.find((one) => one.name === name)
  if (before === undefined || (attempt !== undefined && before.attempt !== attempt)) return undefined
  return {
    revision: budget.revision + 1,
    spent: add(budget.spent, spent),
    open: budget.open.filter((one) => one !== before),
  }
}
