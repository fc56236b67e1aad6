import { describe, expect, test } from 'vitest'
import { makeDynamoBudgets } from '../../shared/adapters/aws/dynamo-budgets.ts'
import { makeMemoryBudgets } from '../../shared/adapters/memory/memory-budgets.ts'
import {
  type Budget,
  EMPTY_BUDGET,
  MAX_OPEN_RESERVATIONS,
  type Reservation,
} from '../../shared/domain/budget.ts'
import { aCatalogTable } from '../support/a-catalog-table.ts'

const OF = { dataset: 'orders', day: '2024-03-10' }

const aReservation = (at: number): Reservation => ({
  name: `01HRKZ0000000000000000ABCD/${1_710_072_000_000 + at}`,
  attempt: 'a'.repeat(16),
  at: 1_710_072_000_000 + at,
  microDollars: Number.MAX_SAFE_INTEGER - at,
  bytes: 10 ** 15 + at,
})

const aBudget = (revision: number, open: readonly Reservation[] = []): Budget => ({
  revision,
  spent: { microDollars: 3, bytes: 5 },
  open,
})

describe.each([
  ['in memory', async () => makeMemoryBudgets().budgets],
  ['on AWS', async () => makeDynamoBudgets(await aCatalogTable())],
])('budgets, %s', (_, open) => {
  test('are empty until they are written, each day and dataset by itself', async () => {
    const budgets = await open()
    expect(await budgets.read(OF)).toEqual(EMPTY_BUDGET)
    expect(await budgets.put(OF, aBudget(1), EMPTY_BUDGET)).toBe('put')
    expect(await budgets.read(OF)).toEqual(aBudget(1))
    for (const other of [
      { ...OF, day: '2024-03-11' },
      { ...OF, dataset: 'orders#2024-03-10' },
    ])
      expect(await budgets.read(other)).toEqual(EMPTY_BUDGET)
  })

  test('change from the one that was seen, and only from that', async () => {
    const budgets = await open()
    expect(await budgets.put(OF, aBudget(2), aBudget(1))).toBe('stale')
    await budgets.put(OF, aBudget(1), EMPTY_BUDGET)
    expect(await budgets.put(OF, aBudget(1, [aReservation(0)]), EMPTY_BUDGET)).toBe('stale')
    expect(await budgets.put(OF, aBudget(2, [aReservation(0)]), aBudget(1))).toBe('put')
    expect(await budgets.put(OF, aBudget(2), aBudget(1))).toBe('stale')
    expect(await budgets.read(OF)).toEqual(aBudget(2, [aReservation(0)]))
  })

  test('hold as many reservations as there may be, to the byte', async () => {
    const budgets = await open()
    const full = aBudget(
      1,
      Array.from({ length: MAX_OPEN_RESERVATIONS }, (_unused, at) => aReservation(at)),
    )
    await budgets.put(OF, full, EMPTY_BUDGET)
    expect(await budgets.read(OF)).toEqual(full)
    // as DynamoDB counts an item: names, and values as text at most
    expect(JSON.stringify(full).length).toBeLessThan(100_000)
  })
})
