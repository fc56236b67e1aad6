import { expect, test } from 'vitest'
import { parseJsonRecord } from '../../shared/codec/parse-record.ts'
import { canaryRecord, expiredHour, hourOf, NO_CANARY, openCanary } from '../../shared/domain/canary.ts'
import { DAY, HOUR } from '../../shared/domain/duration.ts'
import { partitionOf, partitionRange } from '../../shared/domain/partition.ts'
import { aDataset, NOON } from '../support/builders.ts'

test.each([
  ['iso', ['time']],
  ['ms', ['meta', 'at']],
  ['s', ['meta', 'a.b']],
] as const)('the canary of an hour is a record of its dataset, with its time as %s', (unit, path) => {
  const dataset = aDataset({ id: ['order', 'id'], time: { path, unit } })
  const { id, time, body } = canaryRecord(dataset, NOON)
  expect(parseJsonRecord(dataset, body, NOON)).toMatchObject({ id, time, body })
  expect([id, time]).toEqual(['canary-2024-03-10T12', NOON])
  expect(canaryRecord(dataset, NOON)).toEqual({ id, time, body })
  // what JSON.parse and JSON.stringify would change
  expect(JSON.stringify(JSON.parse(body))).not.toBe(body)
})

test.each([
  [
    ['properties', 'id'],
    ['properties', 'time'],
  ],
  [
    ['a', 'b', 'id'],
    ['a', 'time'],
  ],
  [['__proto__', 'id'], ['time']],
] as const)('an id at %j and a time at %j are both in it', (path, time) => {
  const dataset = aDataset({ id: path, time: { path: time, unit: 'iso' } })
  const canary = canaryRecord(dataset, NOON)
  expect(parseJsonRecord(dataset, canary.body, NOON)).toMatchObject(canary)
})

test('an hour has one canary', () => {
  const state = openCanary(NO_CANARY, NOON + 5)
  expect(state).toEqual({ last: NOON, open: [{ hour: NOON, sentAt: NOON + 5, rehydrationId: null }] })
  expect(openCanary(state, NOON + HOUR - 1)).toBe(state)
  expect(openCanary(state, NOON + HOUR).open).toHaveLength(2)
  // a clock that went back sends none anew
  expect(openCanary(state, NOON - DAY)).toBe(state)
})

test.each(['hour', 'day', 'month'] as const)(
  'of a partition of an %s, the canary must expire when all of it is old',
  (unit) => {
    const dataset = aDataset({ partition: unit })
    for (const now of [NOON, NOON + 7 * HOUR, NOON + 40 * DAY]) {
      const hour = expiredHour(dataset, 7 * DAY, now)
      expect(hour).toBe(hourOf(hour))
      const { end } = partitionRange(partitionOf(hour, unit))
      expect(end + 7 * DAY).toBeLessThanOrEqual(now - DAY)
    }
  },
)
