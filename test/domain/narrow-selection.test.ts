import { describe, expect, test } from 'vitest'
import type { Filter } from '../../shared/domain/filter.ts'
import { requiredIds, requiredTimes, timesOfSelection } from '../../shared/domain/narrow-selection.ts'
import {
  makePartitionCheck,
  makeSegmentCheck,
  namedIds,
  spansOf,
} from '../../shared/domain/plan-selection.ts'
import { rowFilterOf } from '../../shared/use-cases/row-filter.ts'
import { aSegment, NOON } from '../support/builders.ts'
import { aRange, someIds } from '../support/selections.ts'

const [NEVER, EVER] = [Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY]
const time = (comparison: object): Filter => ({ field: 'time', eq: 0, ...comparison })

describe('the times that a filter demands', () => {
  test.each([
    [null, NEVER, EVER],
    [{ field: 'time', eq: 5 }, 5, 6],
    [{ field: 'time', in: [7, 5, 6] }, 5, 8],
    [{ field: 'time', lt: 5 }, NEVER, 5],
    [{ field: 'time', lte: 5 }, NEVER, 6],
    [{ field: 'time', gt: 5 }, 6, EVER],
    [{ field: 'time', gte: 5 }, 5, EVER],
    [{ field: 'time', exists: true }, NEVER, EVER],
    [{ field: 'time', gte: 'text' }, NEVER, EVER],
    [{ field: 'time', eq: 'text' }, NEVER, EVER],
    [{ field: 'arrived', eq: 5 }, NEVER, EVER],
    [{ or: [{ field: 'time', eq: 5 }] }, NEVER, EVER],
    [{ not: { field: 'time', eq: 5 } }, NEVER, EVER],
    [
      { and: [{ field: 'time', gte: 5 }, { and: [{ field: 'time', lt: 9 }] }, { field: 'id', eq: 'a' }] },
      5,
      9,
    ],
  ] as const)('by %j are from %d to %d', (filter, from, to) => {
    expect(requiredTimes(filter)).toEqual({ from, to })
  })

  test('narrow a range, and ids', () => {
    const where: Filter = { field: 'time', gte: 5 }
    expect(timesOfSelection(aRange(0, 9, { where }))).toEqual({ from: 5, to: 9 })
    expect(timesOfSelection(someIds([{ id: 'a', time: null }], { where }))).toEqual({ from: 5, to: EVER })
  })
})

test('the ids that a filter demands are those that each of its comparisons allows', () => {
  const both: Filter = {
    and: [
      { field: 'id', in: ['a', 'b', 5] },
      { field: 'id', in: ['b', 'c'] },
    ],
  }
  expect(requiredIds(both)).toEqual(['b'])
  expect(requiredIds({ field: 'id', eq: 'a' })).toEqual(['a'])
  expect(requiredIds({ field: 'id', gte: 'a' })).toBeUndefined()
  expect(requiredIds({ or: [both] })).toBeUndefined()
  expect(namedIds(aRange(0, 1, { where: both }))).toEqual([{ id: 'b', time: null }])
  expect(namedIds(aRange(0, 1))).toBeUndefined()
})

describe('a filter by time', () => {
  const march = Date.parse('2024-03-01')
  const within: Filter = {
    and: [
      { field: 'time', gte: NOON },
      { field: 'time', lt: NOON + 1 },
    ],
  }

  test('narrows the span of a range, to nothing where nothing is left', () => {
    const span = { from: '2024-03', to: '2024-03-10T12' }
    expect(spansOf(aRange(march, NOON + 9, { where: within }))).toEqual([span])
    expect(spansOf(aRange(march, NOON, { where: within }))).toEqual([])
  })

  test('gives ids without a time a span', () => {
    const ids = [{ id: 'a', time: null }]
    expect(spansOf(someIds(ids, { where: within }))).toEqual([{ from: '2024-03', to: '2024-03-10T12' }])
    expect(spansOf(someIds(ids, { where: { field: 'time', gte: NOON } }))).toHaveLength(1)
    expect(spansOf(someIds(ids, { where: { field: 'time', lt: NOON } }))).toHaveLength(1)
    expect(spansOf(someIds(ids, { where: { field: 'id', eq: 'a' } }))).toBeUndefined()
  })

  test('leaves out ids of other times', () => {
    const ids = [NOON, NOON + 1, march].map((at) => ({ id: 'a', time: at }))
    expect(spansOf(someIds(ids, { where: within }))).toEqual([{ from: '2024-03', to: '2024-03-10T12' }])
  })

  test('leaves out partitions and segments by what they hold', () => {
    const outside: Filter = { or: [time({ eq: march }), { field: 'id', gt: 'zz' }] }
    const mayHold = makePartitionCheck(
      aRange(march, NOON, { where: { or: [time({ eq: march }), time({ eq: march + 1 })] } }),
    )
    expect(['2024-03-01', '2024-03-02'].map(mayHold)).toEqual([true, false])
    expect(makeSegmentCheck(aRange(march, NOON + 1, { where: outside }))(aSegment())).toBe(false)
    expect(makeSegmentCheck(aRange(march, NOON + 1, { where: { field: 'other', eq: 1 } }))(aSegment())).toBe(
      true,
    )
  })
})

test('a selection is conditions on rows', () => {
  const where: Filter = {
    and: [
      { field: 'time', gte: 5 },
      { field: 'id', eq: 'a' },
    ],
  }
  const [timed, untimed] = [
    { id: 'b', time: 7 },
    { id: 'c', time: null },
  ]
  expect(rowFilterOf(aRange(0, 9, { where }), undefined)).toEqual({
    minTime: 5,
    maxTime: 8,
    ids: new Set('a'),
  })
  expect(rowFilterOf(aRange(0, 9), undefined)).toEqual({ minTime: 0, maxTime: 8 })
  expect(rowFilterOf(someIds([timed]), undefined)).toEqual({ minTime: 7, maxTime: 7, ids: new Set('b') })
  expect(rowFilterOf(someIds([timed, untimed], { where }), undefined)).toEqual({
    minTime: 5,
    ids: new Set('bc'),
  })
})
