import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { eventsOf, stockOf } from '../../../shared/domain/cost/stock.ts'

const STEPS = 4000

/** By looking at so many moments of the period how much is there. */
const lookedAt = (rate: number, { from, to }: { from: number; to: number }, since: number, until: number) => {
  let sum = 0
  for (let step = 0; step < STEPS; step += 1) {
    const now = from + ((step + 0.5) * (to - from)) / STEPS
    sum += Math.max(0, now - since) - Math.max(0, now - until)
  }
  return (rate * sum * (to - from)) / STEPS
}

const period = fc
  .tuple(fc.integer({ min: 0, max: 1000 }), fc.integer({ min: 1, max: 1000 }))
  .map(([from, length]) => ({ from, to: from + length }))

describe('what is kept of what comes evenly', () => {
  test('is what one sees who looks often', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 50 }),
        period,
        fc.integer({ min: 0, max: 800 }),
        fc.oneof(fc.integer({ min: 1, max: 800 }), fc.constant(Number.POSITIVE_INFINITY)),
        (rate, when, since, length) => {
          const until = since + length
          const most = rate * (when.to - when.from) * when.to
          expect(
            Math.abs(stockOf(rate, when, since, until) - lookedAt(rate, when, since, until)),
          ).toBeLessThan(most * 1e-3 + 1e-9)
        },
      ),
    )
  })

  test('adds up over periods and over ages', () => {
    expect(stockOf(2, { from: 0, to: 10 }, 0, 4) + stockOf(2, { from: 10, to: 30 }, 0, 4)).toBeCloseTo(
      stockOf(2, { from: 0, to: 30 }, 0, 4),
    )
    expect(stockOf(2, { from: 3, to: 30 }, 0, 4) + stockOf(2, { from: 3, to: 30 }, 4, 9)).toBeCloseTo(
      stockOf(2, { from: 3, to: 30 }, 0, 9),
    )
    expect(stockOf(2, { from: 0, to: 30 }, 9, 4)).toBe(0)
  })
})

describe('what happens again and again', () => {
  test('is counted once in periods that follow each other', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 40 }),
        fc.integer({ min: 1, max: 40 }),
        fc.integer({ min: 0, max: 300 }),
        fc.integer({ min: 0, max: 300 }),
        (first, every, middle, rest) => {
          const whole = eventsOf({ from: 0, to: middle + rest }, first, every)
          const parts =
            eventsOf({ from: 0, to: middle }, first, every) +
            eventsOf({ from: middle, to: middle + rest }, first, every)
          expect(parts).toBe(whole)
          expect(whole).toBe(
            Array.from({ length: 700 }, (_, index) => first + index * every).filter(
              (time) => time <= middle + rest,
            ).length,
          )
        },
      ),
    )
  })
})
