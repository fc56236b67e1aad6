import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { partitionOf } from '../../shared/domain/partition.ts'
import {
  makePartitionCheck,
  makeSegmentCheck,
  makeSelector,
  spansOf,
} from '../../shared/domain/plan-selection.ts'
import type { Selection } from '../../shared/domain/rehydration.ts'
import { aSegment, NOON } from '../support/builders.ts'
import { aRange, someIds } from '../support/selections.ts'

const at = (text: string) => Date.parse(text)

const range = (from: string, to: string): Selection => aRange(at(from), at(to))
const ids = (...selectors: [string, number | null][]): Selection =>
  someIds(selectors.map(([id, time]) => ({ id, time })))

describe('the spans of a selection', () => {
  test('hold every partition of every unit that a time of the range lies in', async () => {
    await fc.assert(
      fc.property(
        fc.integer({ min: at('1999-12-01'), max: at('2001-02-01') }),
        fc.integer({ min: 1, max: 40 * 86_400_000 }),
        fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
        fc.constantFrom('hour', 'day', 'month'),
        (from, length, part, unit) => {
          const selection: Selection = aRange(from, from + length)
          const partition = partitionOf(from + Math.floor(part * length), unit)
          const [span] = spansOf(selection) ?? []
          expect(span && span.from <= partition && partition <= span.to).toBe(true)
          expect(makePartitionCheck(selection)(partition)).toBe(true)
        },
      ),
    )
  })

  test('of ids with times are merged where they touch', () => {
    const selection = ids(
      ['b', at('2024-03-10T12:00:00Z')],
      ['a', at('2024-03-09T12:00:00Z')],
      ['c', at('2024-07-01T00:00:00Z')],
    )
    expect(spansOf(selection)).toEqual([
      { from: '2024-03', to: '2024-03-10T12' },
      { from: '2024-07', to: '2024-07-01T00' },
    ])
  })

  test('are every partition when one id has no time', () => {
    expect(spansOf(ids(['a', NOON], ['b', null]))).toBeUndefined()
  })
})

describe('a selection leaves out', () => {
  const march = range('2024-03-10T00:00:00Z', '2024-03-11T00:00:00Z')

  test.each([
    ['2024-03-09', false],
    ['2024-03-10', true],
    ['2024-03-11', false],
    ['2024-03', true],
    ['2024-04', false],
    ['2024-03-10T23', true],
    ['2024-03-11T00', false],
  ])('by name, of partition %s: %s', (partition, within) => {
    expect(makePartitionCheck(march)(partition)).toBe(within)
  })

  test.each([
    [at('2024-03-09T00:00:00Z'), at('2024-03-09T23:59:59.999Z'), false],
    [at('2024-03-09T00:00:00Z'), at('2024-03-10T00:00:00Z'), true],
    [at('2024-03-10T23:59:59.999Z'), at('2024-03-12T00:00:00Z'), true],
    [at('2024-03-11T00:00:00Z'), at('2024-03-12T00:00:00Z'), false],
  ])('by times %d to %d, of a segment: %s', (minTime, maxTime, within) => {
    expect(makeSegmentCheck(march)(aSegment({ minTime, maxTime }))).toBe(within)
  })

  test.each([
    ['b', null, true],
    ['a', null, true],
    ['z', null, true],
    ['zz', null, false],
    ['A', null, false],
    ['b', NOON, true],
    ['b', NOON + 1, false],
  ])('by id %s and time %s, of a segment from a to z: %s', (id, time, within) => {
    expect(makeSegmentCheck(ids([id, time]))(aSegment())).toBe(within)
  })
})

describe('a record is selected', () => {
  test('by a range that holds its start and not its end', () => {
    const select = makeSelector(aRange(10, 20))
    expect([9, 10, 19, 20].map((time) => select({ id: 'a', time }) !== undefined)).toEqual([
      false,
      true,
      true,
      false,
    ])
  })

  test('by every position that names it', () => {
    const select = makeSelector(ids(['a', null], ['b', 5], ['a', 5]))
    expect(select({ id: 'a', time: 5 })).toEqual([0, 2])
    expect(select({ id: 'a', time: 6 })).toEqual([0])
    expect(select({ id: 'b', time: 6 })).toBeUndefined()
    expect(select({ id: 'constructor', time: 5 })).toBeUndefined()
  })
})
