import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { adviseClasses } from '../../../shared/domain/advice/advise.ts'
import { FIRST_CLASSES, findLadder, movingAges } from '../../../shared/domain/advice/find-ladder.ts'
import { ladderDollars } from '../../../shared/domain/advice/ladder.ts'
import { agesBetween, type Material, valueAt } from '../../../shared/domain/advice/material.ts'
import { stayDollars, tiersWithin } from '../../../shared/domain/advice/stay.ts'
import type { ClassStep, ClassSteps } from '../../../shared/domain/dataset.ts'
import { DAY, HOUR, MINUTE } from '../../../shared/domain/duration.ts'
import { dollarsFor, GB, MONTH_MS, PRICES } from '../../../shared/domain/prices.ts'
import { isColder, LIFECYCLE_CLASSES, type StorageClass } from '../../../shared/domain/storage-class.ts'

const YEAR = 365 * DAY

const aMaterial = (parts: Partial<Material> = {}): Material => ({
  segmentBytes: 128e6,
  segmentsPerDay: 10,
  lifetime: 7 * YEAR,
  within: [{ from: 0, value: 2 * DAY }],
  reads: [{ from: 0, value: 0 }],
  ...parts,
})

/** Every ladder that there is over these ages. */
const allLadders = (ages: readonly number[]): readonly ClassSteps[] => {
  const after = (last: ClassStep): readonly (readonly ClassStep[])[] => [
    [],
    ...ages
      .filter((age) => age > last.after)
      .flatMap((age) =>
        LIFECYCLE_CLASSES.filter((next) => isColder(next, last.storageClass)).flatMap((storageClass) =>
          after({ after: age, storageClass }).map((rest) => [{ after: age, storageClass }, ...rest]),
        ),
      ),
  ]
  return FIRST_CLASSES.flatMap((storageClass) =>
    after({ after: 0, storageClass }).map((rest): ClassSteps => [{ after: 0, storageClass }, ...rest]),
  )
}

const stepsOf = <Value>(value: fc.Arbitrary<Value>) =>
  fc
    .tuple(value, fc.array(fc.tuple(fc.integer({ min: 1, max: 900 }), value), { maxLength: 2 }))
    .map(([first, later]): readonly [{ from: number; value: Value }, ...{ from: number; value: Value }[]] => [
      { from: 0, value: first },
      ...later.map(([days, one]) => ({ from: days * DAY, value: one })).toSorted((a, b) => a.from - b.from),
    ])

const material = fc.record({
  segmentBytes: fc.integer({ min: 1000, max: 250e6 }),
  segmentsPerDay: fc.constant(1),
  lifetime: fc.integer({ min: 1, max: 3000 }).map((days) => days * DAY),
  within: stepsOf(fc.constantFrom(0, 5 * MINUTE, 5 * HOUR, 12 * HOUR, 2 * DAY)),
  reads: stepsOf(fc.constantFrom(0, 0.001, 0.05, 1)),
})
const someAges = fc.uniqueArray(fc.integer({ min: 1, max: 800 }), { maxLength: 3 })

describe('the cheapest class ladder', () => {
  test('is the cheapest of all that there are', () => {
    fc.assert(
      fc.property(material, someAges, fc.constantFrom(...FIRST_CLASSES), (given, days, including) => {
        const ages = days.map((day) => day * DAY).filter((age) => age < given.lifetime)
        const best = allLadders(ages)
          .filter((steps) => steps.some(({ storageClass }) => storageClass === including))
          .reduce((least, steps) => Math.min(least, ladderDollars(given, steps)?.total ?? Infinity), Infinity)
        const found = findLadder(given, including, { ages })
        if (found === undefined) return best === Infinity
        expect(found.steps.map(({ storageClass }) => storageClass)).toContain(including)
        expect(ladderDollars(given, found.steps)?.total).toBeCloseTo(found.dollars.total, 12)
        return Math.abs(found.dollars.total - best) <= best * 1e-12
      }),
      { numRuns: 400 },
    )
  })

  test('is never dearer than the present one, and never too slow', () => {
    fc.assert(
      fc.property(material, (given) => {
        const { steps, dollars } = adviseClasses(given, [{ after: 0, storageClass: 'STANDARD' }])
        const [standard] = allLadders([])
        expect(dollars.total).toBeLessThanOrEqual(ladderDollars(given, standard ?? expect.fail())?.total ?? 0)
        for (const { storageClass, after } of steps) {
          const isArchive = storageClass === 'GLACIER' || storageClass === 'DEEP_ARCHIVE'
          const needed = given.within.findLast(({ from }) => from <= after)?.value ?? 0
          if (isArchive) expect(tiersWithin(storageClass, needed)).not.toEqual([])
        }
      }),
      { numRuns: 100 },
    )
  })

  test('skips what does not pay: unread segments go straight to the cheapest class', () => {
    expect(adviseClasses(aMaterial(), [{ after: 0, storageClass: 'STANDARD' }]).steps).toEqual([
      { after: 0, storageClass: 'DEEP_ARCHIVE' },
    ])
  })

  test('stays readable as long as that is asked for', () => {
    const within = [
      { from: 0, value: 0 },
      { from: 90 * DAY, value: 12 * HOUR },
    ] as const
    const { steps, skipped } = adviseClasses(aMaterial({ within }), [{ after: 0, storageClass: 'STANDARD' }])
    expect(steps).toEqual([
      { after: 0, storageClass: 'GLACIER_IR' },
      { after: 90 * DAY, storageClass: 'DEEP_ARCHIVE' },
    ])
    expect(skipped.map(({ storageClass }) => storageClass)).toEqual(['STANDARD', 'STANDARD_IA', 'GLACIER'])
  })

  test('stays in STANDARD while much is read', () => {
    const reads = [
      { from: 0, value: 3 },
      { from: 30 * DAY, value: 0 },
    ] as const
    const { steps } = adviseClasses(aMaterial({ reads, within: [{ from: 0, value: 0 }] }), [
      { after: 0, storageClass: 'STANDARD' },
    ])
    expect(steps).toEqual([
      { after: 0, storageClass: 'STANDARD' },
      { after: 30 * DAY, storageClass: 'GLACIER_IR' },
    ])
  })

  test('calls an archive class too slow for what is wanted at once', () => {
    const { skipped, present } = adviseClasses(aMaterial({ within: [{ from: 0, value: 0 }] }), [
      { after: 0, storageClass: 'DEEP_ARCHIVE' },
    ])
    expect(present).toBeUndefined()
    expect(
      skipped.filter(({ reason }) => reason === 'too-slow').map(({ storageClass }) => storageClass),
    ).toEqual(['GLACIER', 'DEEP_ARCHIVE'])
  })

  test('warns of minimum durations and of objects that are small for their class', () => {
    const present: ClassSteps = [
      { after: 0, storageClass: 'STANDARD' },
      { after: 10 * DAY, storageClass: 'GLACIER_IR' },
      { after: 40 * DAY, storageClass: 'DEEP_ARCHIVE' },
    ]
    const { presentWarnings } = adviseClasses(aMaterial({ segmentBytes: 64 * 1024 }), present)
    expect(presentWarnings).toEqual([
      { kind: 'minimum-duration', storageClass: 'GLACIER_IR', days: 30, minDays: 90 },
      { kind: 'small-objects', storageClass: 'GLACIER_IR', by: 1 },
      { kind: 'small-objects', storageClass: 'DEEP_ARCHIVE', by: 40 / 64 },
    ])
    expect(adviseClasses(aMaterial(), present).presentWarnings).toHaveLength(1)
  })

  test('moves only within the lifetime', () => {
    expect(movingAges(aMaterial({ lifetime: 40 * DAY })).every((age) => age < 40 * DAY)).toBe(true)
    const { steps } = adviseClasses(aMaterial({ lifetime: 5 * DAY }), [
      { after: 0, storageClass: 'STANDARD' },
    ])
    expect(steps).toEqual([{ after: 0, storageClass: 'STANDARD' }])
  })
})

describe('what a stay costs', () => {
  const bytes = 128e6
  const stay = (storageClass: StorageClass, parts: Partial<Material> = {}, days = 365) =>
    stayDollars(aMaterial(parts), storageClass, { since: 0, until: days * DAY })

  test('is its rent, and the rest of the minimum', () => {
    expect(stay('STANDARD')?.storage).toBeCloseTo((bytes / GB) * 0.023 * ((365 * DAY) / MONTH_MS), 10)
    expect(stay('GLACIER_IR', {}, 60)?.early).toBeCloseTo((bytes / GB) * 0.004 * ((30 * DAY) / MONTH_MS), 10)
    expect(stay('GLACIER_IR', {}, 90)?.early).toBe(0)
  })

  test('takes the cheapest tier that is fast enough for what is read', () => {
    const reads = [{ from: 0, value: 1 }] as const
    const times = (365 * DAY) / MONTH_MS
    const slow = stay('GLACIER', { reads })?.reads ?? 0
    const fast = stay('GLACIER', { reads, within: [{ from: 0, value: 5 * MINUTE }] })?.reads ?? 0
    expect((fast - slow) / times).toBeCloseTo(dollarsFor('s3.restore-gb.GLACIER.Expedited', bytes) + 0.01, 4)
    expect(stay('GLACIER', { reads, within: [{ from: 0, value: MINUTE }] })).toBeUndefined()
    expect(stay('STANDARD', { reads })?.reads).toBeCloseTo(times * 4e-7, 12)
  })

  test('goes by what holds at each age', () => {
    const reads = [
      { from: 0, value: 0 },
      { from: 100 * DAY, value: 1 },
    ] as const
    expect(stay('GLACIER_IR', { reads })?.reads).toBeCloseTo(
      ((265 * DAY) / MONTH_MS) * (1e-5 + (bytes / GB) * 0.03),
      8,
    )
    expect(agesBetween(aMaterial({ reads }), 50 * DAY, 200 * DAY)).toEqual(
      [50, 100, 200].map((day) => day * DAY),
    )
  })

  test('has a value before the end of a partition too', () => {
    expect(valueAt([{ from: 0, value: 'first' }], -DAY)).toBe('first')
  })

  test('names the line that has no price', () => {
    const lines = new Map([...PRICES.lines].filter(([line]) => line !== 's3.storage.GLACIER'))
    const until = { since: 0, until: DAY }
    expect(() => stayDollars(aMaterial(), 'GLACIER', until, { ...PRICES, lines })).toThrow(
      's3.storage.GLACIER',
    )
  })
})
