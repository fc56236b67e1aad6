import { describe, expect, test } from 'vitest'
import { type Allowance, allowanceOf, askDollars, payFrom, shareOut } from '../../shared/domain/allowance.ts'
import { DAY, HOUR } from '../../shared/domain/duration.ts'
import { GB, MONTH_MS } from '../../shared/domain/prices.ts'
import { NOON } from '../support/builders.ts'

const pay = (from: Allowance, name: string, dollars: number, now = NOON) => {
  const paid = payFrom(from, { name, dollars, now })
  if (paid === 'too-dear') throw new Error(paid)
  return paid
}

describe('an allowance', () => {
  test('is spent until it is used up, to the last digit', () => {
    let left = allowanceOf(0.3)
    for (const name of ['a', 'b', 'c']) left = pay(left, name, 0.1)
    expect(left).toMatchObject({ since: NOON, paid: 'a,b,c' })
    expect(payFrom(left, { name: 'd', dollars: 0.0001, now: NOON })).toBe('too-dear')
    expect(payFrom(left, { name: 'd', dollars: 0, now: NOON })).not.toBe('too-dear')
  })

  test('pays for the same once, within the shortest life of a copy', () => {
    const once = pay(allowanceOf(1), 'a', 0.6)
    expect(pay(once, 'a', 0.6, NOON + DAY - 1)).toBe(once)
    // it was there, and is gone
    expect(payFrom(once, { name: 'a', dollars: 0.1, now: NOON + DAY })).toBe('too-dear')
  })
})

test('what all may cost is shared out by what each costs, or evenly', () => {
  const shared = (...dollars: number[]) =>
    [
      ...shareOut(
        dollars.map((one, at) => [`p${at}`, one] as const),
        8,
      ),
    ].flat()
  expect(shared(1, 3)).toEqual(['p0', 2, 'p1', 6])
  expect(shared(0, 0)).toEqual(['p0', 4, 'p1', 4])
  expect(shared()).toEqual([])
})

describe('asking S3', () => {
  const ask = { bytes: GB, tier: 'Standard', keepDays: 2, now: NOON } as const
  const restored = (readableUntil: number) => ({ ongoing: false, readableUntil })

  test('for a thaw costs the request, the bytes and the copy', () => {
    const facts = { storageClass: 'GLACIER', restore: null } as const
    // there from 15:00 to 17:00, to the midnight after two days
    expect(askDollars({ ...ask, facts })).toBeCloseTo(
      0.00005 + 0.01 + (0.023 * (2 * DAY + 9 * HOUR)) / MONTH_MS,
      12,
    )
    expect(askDollars({ ...ask, facts: { ...facts, restore: restored(NOON) } })).toBe(
      askDollars({ ...ask, facts }),
    )
  })

  test('for longer costs the request, and what is added', () => {
    const facts = { storageClass: 'GLACIER', restore: restored(NOON + 36 * HOUR) } as const
    expect(askDollars({ ...ask, facts })).toBeCloseTo(0.00005 + (0.023 * DAY) / MONTH_MS, 12)
    const long = { ...facts, restore: restored(NOON + 9 * DAY) }
    expect(askDollars({ ...ask, facts: long })).toBeCloseTo(0.00005, 12)
  })

  test('for what is not cold costs nothing', () => {
    expect(askDollars({ ...ask, facts: { storageClass: 'GLACIER_IR', restore: null } })).toBe(0)
  })
})
