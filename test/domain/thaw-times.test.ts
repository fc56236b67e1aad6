import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { HOUR, MINUTE } from '../../shared/domain/duration.ts'
import { type ThawSample, thawSizeOf } from '../../shared/domain/thaw-sample.ts'
import { AWS_THAW_TIMES, ENOUGH_SAMPLES, longestThaw, thawTimes } from '../../shared/domain/thaw-times.ts'

const MIB = 1024 ** 2

const samples = (took: readonly number[], more: Partial<ThawSample> = {}): ThawSample[] =>
  took.map((one) => ({
    storageClass: 'GLACIER',
    tier: 'Standard',
    size: 'large',
    at: 0,
    ...more,
    took: one,
  }))

const hours = (count: number, from = 1) => Array.from({ length: count }, (_, index) => (index + from) * HOUR)
const large = (count: number) => Array.from({ length: count }, () => 100 * MIB)
const standard = { storageClass: 'GLACIER', tier: 'Standard' } as const

describe('before enough was thawed', () => {
  test.each([
    ['GLACIER', 'Expedited', 3 * MINUTE, 5 * MINUTE],
    ['GLACIER', 'Standard', 4 * HOUR, 5 * HOUR],
    ['GLACIER', 'Bulk', 8.5 * HOUR, 12 * HOUR],
    ['DEEP_ARCHIVE', 'Expedited', 12 * HOUR, 12 * HOUR],
    ['DEEP_ARCHIVE', 'Standard', 12 * HOUR, 12 * HOUR],
    ['DEEP_ARCHIVE', 'Bulk', 48 * HOUR, 48 * HOUR],
  ] as const)('%s by %s takes what S3 says', (storageClass, tier, p50, p95) => {
    expect(AWS_THAW_TIMES({ storageClass, tier, sizes: [1] })).toEqual({ p50, p95 })
    expect(longestThaw(storageClass, tier)).toBe(p95)
  })

  test('of many at once half are later than half of one', () => {
    const { p50, p95 } = AWS_THAW_TIMES({ ...standard, sizes: large(10) })
    expect(p50).toBeGreaterThan(4.8 * HOUR)
    expect(p95).toBe(5 * HOUR)
  })

  test('it is whole milliseconds, as they are stored', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 1000 }), (count) => {
        const { p50, p95 } = AWS_THAW_TIMES({ ...standard, sizes: large(count) })
        expect([p50, p95].every(Number.isInteger)).toBe(true)
      }),
    )
  })

  test('where nothing is thawed nothing takes time', () => {
    expect(AWS_THAW_TIMES({ ...standard, sizes: [] })).toEqual({ p50: 0, p95: 0 })
  })
})

test('so many samples are enough, and one fewer is not', () => {
  const few = thawTimes(samples(hours(ENOUGH_SAMPLES - 1)))
  expect(few({ ...standard, sizes: large(1) })).toEqual({ p50: 4 * HOUR, p95: 5 * HOUR })
  const enough = thawTimes(samples(hours(ENOUGH_SAMPLES)))
  expect(enough({ ...standard, sizes: large(1) })).toEqual({ p50: 10 * HOUR, p95: 19 * HOUR })
})

test('samples of the same size come first, then those of any size', () => {
  const times = thawTimes([...samples(hours(20)), ...samples(hours(20, 101), { size: 'small' })])
  expect(times({ ...standard, sizes: [100 * MIB] }).p50).toBe(10 * HOUR)
  expect(times({ ...standard, sizes: [1] }).p50).toBe(110 * HOUR)
  expect(times({ ...standard, sizes: [1, 100 * MIB] }).p95).toBe(120 * HOUR)
  const few = thawTimes([...samples(hours(20)), ...samples(hours(19, 101), { size: 'small' })])
  expect(few({ ...standard, sizes: [1] }).p50).toBe(20 * HOUR)
})

test('samples of another class or tier say nothing', () => {
  const times = thawTimes(samples(hours(50)))
  expect(times({ storageClass: 'DEEP_ARCHIVE', tier: 'Standard', sizes: [1] }).p95).toBe(12 * HOUR)
  expect(times({ storageClass: 'GLACIER', tier: 'Bulk', sizes: [1] }).p95).toBe(12 * HOUR)
})

test('Expedited of DEEP_ARCHIVE takes as long as Standard, which is asked for in its place', () => {
  const times = thawTimes(samples(hours(20), { storageClass: 'DEEP_ARCHIVE' }))
  expect(times({ storageClass: 'DEEP_ARCHIVE', tier: 'Expedited', sizes: [1] }).p50).toBe(10 * HOUR)
})

test('what the samples cannot tell is the longest of them, and no less than S3 says', () => {
  const fast = thawTimes(samples(Array.from({ length: 20 }, () => HOUR)))
  expect(fast({ ...standard, sizes: large(1) }).p95).toBe(HOUR)
  expect(fast({ ...standard, sizes: large(2) }).p95).toBe(5 * HOUR)
  const slow = thawTimes(samples(hours(20)))
  expect(slow({ ...standard, sizes: large(2) }).p95).toBe(20 * HOUR)
})

test('of so many that take their time by themselves, 95 of 100 times all are there by then', () => {
  const took = Array.from({ length: 1000 }, (_, index) => index + 1)
  const times = thawTimes(samples(took))
  const { p50, p95 } = times({ ...standard, sizes: large(10) })
  expect(Math.abs((p50 / 1000) ** 10 - 0.5)).toBeLessThan(0.01)
  expect(Math.abs((p95 / 1000) ** 10 - 0.95)).toBeLessThan(0.01)
})

test('more segments are never there sooner, and half are never later than 95 of 100', () => {
  fc.assert(
    fc.property(
      fc.array(fc.integer({ min: 1, max: 20 * HOUR }), { maxLength: 60 }),
      fc.array(fc.integer({ min: 1, max: 200 * MIB }), { minLength: 1, maxLength: 30 }),
      fc.integer({ min: 1, max: 200 * MIB }),
      (took, sizes, another) => {
        const times = thawTimes(samples(took))
        const fewer = times({ ...standard, sizes })
        const more = times({ ...standard, sizes: [...sizes, another] })
        expect(fewer.p50).toBeLessThanOrEqual(fewer.p95)
        expect(more.p50).toBeGreaterThanOrEqual(fewer.p50)
        expect(more.p95).toBeGreaterThanOrEqual(fewer.p95)
      },
    ),
  )
})

test.each([
  [0, 'small'],
  [64 * MIB - 1, 'small'],
  [64 * MIB, 'large'],
])('%i bytes are %s', (bytes, size) => {
  expect(thawSizeOf(bytes)).toBe(size)
})
