import fc from 'fast-check'
import { expect, test } from 'vitest'
import {
  MAX_TIME,
  MIN_TIME,
  PARTITION_UNITS,
  partitionOf,
  partitionRange,
} from '../../shared/domain/partition.ts'

test('a time lies within the range of its partition, for any unit and any time', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: MIN_TIME, max: MAX_TIME }),
      fc.constantFrom(...PARTITION_UNITS),
      (time, unit) => {
        const { start, end } = partitionRange(partitionOf(time, unit))
        expect(start).toBeLessThanOrEqual(time)
        expect(end).toBeGreaterThan(time)
        expect(partitionOf(start, unit)).toBe(partitionOf(time, unit))
        if (end <= MAX_TIME) expect(partitionOf(end, unit)).not.toBe(partitionOf(time, unit))
      },
    ),
  )
})

test.each([
  ['2024-02', '2024-02-01T00:00:00Z', '2024-03-01T00:00:00Z'],
  ['2023-12', '2023-12-01T00:00:00Z', '2024-01-01T00:00:00Z'],
  ['2024-02-29', '2024-02-29T00:00:00Z', '2024-03-01T00:00:00Z'],
  ['2024-03-31T01', '2024-03-31T01:00:00Z', '2024-03-31T02:00:00Z'],
])('%s is UTC, without summer time', (partition, start, end) => {
  expect(partitionRange(partition)).toEqual({ start: Date.parse(start), end: Date.parse(end) })
})

test.each(['', '2024', '2024-13', '2024-02-30', '2024-03-10T24', '2024-3-1', '../x', '2024-03-10T12:00'])(
  '%j is no partition',
  (partition) => {
    expect(() => partitionRange(partition)).toThrow('partition: expected')
  },
)

test('each of many hours keeps its own partition, and what is no time has none', () => {
  const hours = Array.from({ length: 3000 }, (_, hour) => Date.UTC(2024, 0, 1, hour, 59, 59, 999))
  for (const time of [...hours, ...hours])
    expect(partitionOf(time, 'hour')).toBe(new Date(time).toISOString().slice(0, 13))
  expect(() => partitionOf(Number.NaN, 'day')).toThrow(RangeError)
})
