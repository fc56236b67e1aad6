import { expect, test } from 'vitest'
import { classAtAge } from '../../shared/domain/dataset.ts'
import { DAY, HOUR, parseDuration } from '../../shared/domain/duration.ts'
import { compareRecords, sameRecord } from '../../shared/domain/record.ts'
import { aDataset, aRecord, NOON } from '../support/builders.ts'

test('the class of an age is that of the last step it has reached', () => {
  const { classes } = aDataset()
  const at = (days: number) => classAtAge(classes, days * DAY)
  expect([-5, 0, 29.9, 30, 179, 180, 9999].map(at)).toEqual([
    'STANDARD',
    'STANDARD',
    'STANDARD',
    'GLACIER_IR',
    'GLACIER_IR',
    'DEEP_ARCHIVE',
    'DEEP_ARCHIVE',
  ])
})

test('a duration is a number and a unit', () => {
  expect(['0d', '90d', '12h', '1y', '2w', '30s', '5m'].map(parseDuration)).toEqual([
    0,
    90 * DAY,
    12 * HOUR,
    365 * DAY,
    14 * DAY,
    30_000,
    300_000,
  ])
  for (const text of ['', 'd', '1', '1.5d', '-1d', '1D', '1 d', '1dd', '9999999d', '1toString'])
    expect(parseDuration(text)).toBeUndefined()
})

test('a record is the same when id, time, body and header are; when it arrived does not matter', () => {
  const record = aRecord()
  expect(sameRecord(record, aRecord({ arrived: 1, version: '2', promoted: [1] }))).toBe(true)
  for (const other of [{ id: 'x' }, { time: 1 }, { body: '{}' }, { header: 'id' }])
    expect(sameRecord(record, aRecord(other))).toBe(false)
})

test('records are in the order of id, time, body and header, the same ones by arrival', () => {
  const ordered = [
    aRecord({ id: 'a', time: NOON + 9 }),
    aRecord({ id: 'b', time: NOON - 1, body: 'z' }),
    aRecord({ id: 'b', body: 'a' }),
    aRecord({ id: 'b', body: 'b', arrived: 1 }),
    aRecord({ id: 'b', body: 'b', arrived: 2 }),
    aRecord({ id: 'b', body: 'b', header: 'h', arrived: 0 }),
  ]
  expect(ordered.toReversed().toSorted(compareRecords)).toEqual(ordered)
})
