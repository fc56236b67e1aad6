import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  amountOf,
  type Budget,
  EMPTY_BUDGET,
  MAX_OPEN_RESERVATIONS,
  type Reservation,
  reserveIn,
  settleIn,
  usedOf,
} from '../../shared/domain/budget.ts'
import { type Caps, NO_CAPS } from '../../shared/domain/guards.ts'

const CAPS: Caps = { maxCostUsd: 0.0001, maxBytes: 1000 }

const aReservation = (parts: Partial<Reservation> = {}): Reservation => ({
  name: 'one',
  attempt: 'a',
  at: 1,
  microDollars: 10,
  bytes: 100,
  ...parts,
})

const reserved = (budget: Budget, wanted: Reservation, caps = CAPS): Budget => {
  const outcome = reserveIn(budget, wanted, caps)
  if (outcome.kind === 'over-cap') throw new Error(`over ${outcome.over.cap}`)
  return outcome.budget
}

describe('a reservation', () => {
  test('counts once, however often it is made, and is that of the last who made it', () => {
    const first = reserved(EMPTY_BUDGET, aReservation())
    const again = reserveIn(first, aReservation({ attempt: 'b', at: 2 }), CAPS)
    expect(again).toEqual({
      kind: 'kept',
      budget: {
        revision: 2,
        spent: EMPTY_BUDGET.spent,
        open: [aReservation({ attempt: 'b', at: 2 })],
      },
    })
  })

  test('of the same name for less stays what it was: the other may go on as well', () => {
    const first = reserved(EMPTY_BUDGET, aReservation())
    const less = reserved(first, aReservation({ attempt: 'b', microDollars: 1, bytes: 1 }))
    expect(usedOf(less)).toEqual({ microDollars: 10, bytes: 100 })
    const more = reserved(first, aReservation({ attempt: 'b', microDollars: 20, bytes: 120 }))
    expect(usedOf(more)).toEqual({ microDollars: 20, bytes: 120 })
  })

  test('that is settled leaves what was spent, and frees the rest', () => {
    const full = reserved(EMPTY_BUDGET, aReservation({ microDollars: 100 }))
    expect(reserveIn(full, aReservation({ name: 'two', microDollars: 1 }), CAPS)).toEqual({
      kind: 'over-cap',
      over: { cap: 'guards.perDay.maxCostUsd', limit: 0.0001, asked: 0.000001, left: 0 },
    })
    const after = settleIn(full, { name: 'one', spent: { microDollars: 30, bytes: 5 } })
    expect(after).toEqual({ revision: 2, spent: { microDollars: 30, bytes: 5 }, open: [] })
    expect(reserved(after ?? full, aReservation({ name: 'two', microDollars: 70 })).open).toHaveLength(1)
  })

  test('that is not there, or has become that of another, is not settled', () => {
    const first = reserved(EMPTY_BUDGET, aReservation())
    const spent = { microDollars: 0, bytes: 0 }
    expect(settleIn(first, { name: 'two', spent })).toBeUndefined()
    expect(settleIn(first, { name: 'one', attempt: 'b', spent })).toBeUndefined()
    expect(settleIn(first, { name: 'one', attempt: 'a', spent })?.open).toEqual([])
  })

  test('that is one too many makes the oldest count as spent', () => {
    let budget = EMPTY_BUDGET
    for (let at = 0; at <= MAX_OPEN_RESERVATIONS; at += 1)
      budget = reserved(budget, aReservation({ name: `n${at}`, microDollars: 1, bytes: 1 }), NO_CAPS)
    expect(budget.open).toHaveLength(MAX_OPEN_RESERVATIONS)
    expect(budget.open[0]?.name).toBe('n1')
    expect(budget.spent).toEqual({ microDollars: 1, bytes: 1 })
    expect(usedOf(budget).microDollars).toBe(MAX_OPEN_RESERVATIONS + 1)
  })
})

test('dollars are rounded up to millionths', () => {
  expect(amountOf({ dollars: 0.00000001, bytes: 3 })).toEqual({ microDollars: 1, bytes: 3 })
  expect(amountOf({ dollars: 2, bytes: 0 })).toEqual({ microDollars: 2_000_000, bytes: 0 })
})

test('whatever is reserved and settled, a budget never holds more than its caps, and ends at what was spent', () => {
  const step = fc.record({
    name: fc.constantFrom('a', 'b', 'c', 'd', 'e', 'f'),
    attempt: fc.constantFrom('x', 'y'),
    microDollars: fc.nat(60),
    bytes: fc.nat(600),
    settles: fc.boolean(),
  })
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
      let budget = EMPTY_BUDGET
      let spent = 0
      for (const { settles, microDollars, bytes, name, attempt } of steps) {
        const before = budget.open.find((one) => one.name === name)
        if (settles) {
          const most = { microDollars: before?.microDollars ?? 0, bytes: before?.bytes ?? 0 }
          const part = {
            microDollars: Math.min(microDollars, most.microDollars),
            bytes: Math.min(bytes, most.bytes),
          }
          const after = settleIn(budget, { name, spent: part })
          expect(after === undefined).toBe(before === undefined)
          spent += after === undefined ? 0 : part.microDollars
          budget = after ?? budget
        } else {
          const outcome = reserveIn(budget, aReservation({ name, attempt, microDollars, bytes }), CAPS)
          budget = outcome.kind === 'over-cap' ? budget : outcome.budget
        }
        expect(usedOf(budget).microDollars).toBeLessThanOrEqual(100)
        expect(usedOf(budget).bytes).toBeLessThanOrEqual(1000)
      }
      expect(budget.spent.microDollars).toBe(spent)
    }),
  )
})
