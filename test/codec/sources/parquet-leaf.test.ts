import type { SchemaElement } from 'hyparquet'
import { describe, expect, it } from 'vitest'
import { leafText } from '../../../shared/codec/sources/parquet-leaf.ts'

const MILLIS = { type: 'TIMESTAMP', isAdjustedToUTC: true, unit: 'MILLIS' } as const
const micros = { type: 'TIME', isAdjustedToUTC: false, unit: 'MICROS' } as const

const text = (value: unknown, element: Partial<SchemaElement> = {}) =>
  leafText(value, { name: 'v', ...element }, () => undefined)

describe('a value of a Parquet column', () => {
  it.each<[string, unknown, Partial<SchemaElement>, string]>([
    [
      'a timestamp of the old kind',
      1_500n,
      { converted_type: 'TIMESTAMP_MILLIS' },
      '"1970-01-01T00:00:01.500Z"',
    ],
    [
      'the same in microseconds',
      1_500n,
      { converted_type: 'TIMESTAMP_MICROS' },
      '"1970-01-01T00:00:00.001500Z"',
    ],
    ['a time of the old kind', 1_500n, { converted_type: 'TIME_MILLIS' }, '"00:00:01.500"'],
    ['a timestamp beyond the calendar', 9n * 10n ** 15n, { logical_type: MILLIS }, '9000000000000000'],
    ['a time of day that is none', 86_400n * 1_000_000n, { logical_type: micros }, '86400000000'],
    ['a time of day before midnight', -1n, { logical_type: micros }, '-1'],
    ['a day beyond the calendar', 10n ** 9n, { logical_type: { type: 'DATE' } }, '1000000000'],
    ['a day', 17_569, { type: 'INT32', converted_type: 'DATE' }, '"2018-02-07"'],
    ['an old decimal without a scale', 15n, { converted_type: 'DECIMAL' }, '"15"'],
    ['an old decimal with a scale', 15n, { converted_type: 'DECIMAL', scale: 3 }, '"0.015"'],
    ['a decimal in no bytes', new Uint8Array(), { converted_type: 'DECIMAL' }, '"0"'],
    [
      'a decimal in bytes',
      Uint8Array.of(0xff, 0x85),
      { logical_type: { type: 'DECIMAL', precision: 4, scale: 2 } },
      '"-1.23"',
    ],
    [
      'an unsigned integer of the old kind',
      -1n,
      { type: 'INT64', converted_type: 'UINT_64' },
      '18446744073709551615',
    ],
    [
      'an unsigned one of 32 bits',
      -1,
      { type: 'INT32', logical_type: { type: 'INTEGER', bitWidth: 32, isSigned: false } },
      '4294967295',
    ],
    [
      'a signed one',
      -1,
      { type: 'INT32', logical_type: { type: 'INTEGER', bitWidth: 32, isSigned: true } },
      '-1',
    ],
    ['an INT96', 1n, { type: 'INT96' }, '"1970-01-01T00:00:00.000000001Z"'],
    ['a FLOAT16', Uint8Array.of(0, 0x3e), { logical_type: { type: 'FLOAT16' } }, '1.5'],
    ['JSON that is none', Buffer.from('{'), { converted_type: 'JSON' }, '"{"'],
    ['JSON', Buffer.from('[1,\r\n2]'), { logical_type: { type: 'JSON' } }, '[1,  2]'],
    ['a value of an enumeration', Buffer.from('red'), { converted_type: 'ENUM' }, '"red"'],
    ['the same of the new kind', Buffer.from('red'), { logical_type: { type: 'ENUM' } }, '"red"'],
    ['text of the new kind', Buffer.from('red'), { logical_type: { type: 'STRING' } }, '"red"'],
    ['bytes', Buffer.from('red'), {}, '"cmVk"'],
    ['nothing', undefined, {}, 'null'],
  ])('that is %s has one form', (_, value, element, expected) => {
    expect(text(value, element)).toBe(expected)
  })

  it('of an unknown kind is an error', () => {
    expect(() => text({})).toThrow('parquet column v: a value of type object')
  })
})
