import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { limitsOf } from '../../scripts/scale/limits.ts'
import { batchOf, inputsOf, type Load, simulate } from '../../scripts/scale/simulate.ts'

const aLoad = (parts: Partial<Load> = {}): Load => ({
  recordsPerDay: 1e9,
  recordBytes: 1000,
  recordsPerMessage: 100,
  partition: 'hour',
  days: 14,
  ...parts,
})
const limits = limitsOf()
const last = ({ hours }: ReturnType<typeof simulate>) => hours.at(-1) ?? expect.fail()

describe('an archive that is played in counts', () => {
  test('loses nothing, whatever the load and the limits are', () => {
    fc.assert(
      fc.property(
        fc.record({
          recordsPerDay: fc.integer({ min: 1, max: 1e11 }),
          recordBytes: fc.integer({ min: 1, max: 1e6 }),
          recordsPerMessage: fc.constant(1),
          partition: fc.constantFrom('hour', 'day'),
          days: fc.integer({ min: 1, max: 5 }),
        }),
        fc.integer({ min: 1, max: 100 }),
        (load, concurrency) => {
          const { totals, hours } = simulate(load, limitsOf(concurrency))
          const { queued, unsealed, dead } = hours.at(-1) ?? expect.fail()
          const near = (a: number, b: number) => Math.abs(a - b) <= 1e-6 * Math.max(1, a, b)
          return (
            near(totals.sent, totals.landedRecords + queued) &&
            near(totals.landed, totals.sealedInputs + unsealed) &&
            near(totals.sealedInputs, totals.removed + dead) &&
            hours.every(({ ageBusy, sealBusy }) => ageBusy <= 1 + 1e-9 && sealBusy <= 1 + 1e-9)
          )
        },
      ),
      { numRuns: 10 },
    )
  })

  test('keeps up with 10^9 records a day in partitions of an hour, and grows no backlog', () => {
    const year = simulate(aLoad(), limits)
    expect(last(year).queued).toBe(0)
    expect(last(year).unsealed).toBeCloseTo(year.hours[24 * 7]?.unsealed ?? 0, 0)
    expect(last(year).mostCommits).toBeLessThan(limits.commitsInMemory)
  })

  test('has a partition of a day hold more commits than there is memory for', () => {
    expect(last(simulate(aLoad({ partition: 'day' }), limits)).mostCommits).toBeGreaterThan(
      limits.commitsInMemory,
    )
  })

  test('lets records wait where more come than all invocations can land', () => {
    const { hours } = simulate(aLoad({ recordsPerDay: 1e10 }), limits)
    expect(hours[48]?.queued).toBeGreaterThan(hours[24]?.queued ?? 0)
    expect(last(simulate(aLoad({ recordsPerDay: 1e10 }), limitsOf(40))).queued).toBe(0)
  })

  test('reckons with what the functions are deployed with', () => {
    expect(limits).toMatchObject({ ageRecords: 10, seal: 10, expire: 2, batchMessages: 1000 })
    expect(batchOf(aLoad({ recordsPerMessage: 1 }), limits).records).toBe(1000)
    expect(inputsOf(100, limits)).toBe(500)
    expect(inputsOf(2 ** 30, limits)).toBe(64)
  })
})
