import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { parseIsoTime, parseJsonTime, parseTextTime } from '../../shared/codec/parse-time.ts'

describe('a time', () => {
  it.each([
    ['2018-02-07', '2018-02-07T00:00:00.000Z'],
    ['2018-02-07T13:05', '2018-02-07T13:05:00.000Z'],
    ['2018-02-07T13:05:09', '2018-02-07T13:05:09.000Z'],
    ['2018-02-07 13:05:09Z', '2018-02-07T13:05:09.000Z'],
    ['2018-02-07T13:05:09.1', '2018-02-07T13:05:09.100Z'],
    ['2018-02-07T13:05:09.123999Z', '2018-02-07T13:05:09.123Z'],
    ['2018-02-07T13:05:09+05:30', '2018-02-07T07:35:09.000Z'],
    ['2018-02-07T13:05:09-0800', '2018-02-07T21:05:09.000Z'],
    ['2018-02-07T13:05:09+01', '2018-02-07T12:05:09.000Z'],
    ['2016-02-29T23:59:59z', '2016-02-29T23:59:59.000Z'],
    ['0000-01-01', '0000-01-01T00:00:00.000Z'],
    ['0099-12-31T00:00:00Z', '0099-12-31T00:00:00.000Z'],
    ['1969-12-31T23:59:59.9999Z', '1969-12-31T23:59:59.999Z'],
    ['9999-12-31T23:59:59.999Z', '9999-12-31T23:59:59.999Z'],
  ])('in ISO form is read: %s', (text, expected) => {
    expect(parseIsoTime(text)).toBe(Date.parse(expected))
  })

  it.each([
    '',
    'now',
    '2018-02-30',
    '2017-02-29',
    '1900-02-29',
    '2018-13-01',
    '2018-00-01',
    '2018-01-00',
    '2018-1-1',
    '2018-02-07T24:00:00',
    '2018-02-07T13:60:00',
    '2018-02-07T13:05:60Z',
    '2018-02-07T13',
    '2018-02-07T13:05:09.Z',
    '2018-02-07T13:05:09+25:00',
    '2018-02-07Z',
    '2018-02-07T13:05:09Z ',
    '+012018-02-07',
    '20180207',
    '2018-02-30T13:05:09.123Z',
    '2018-00-07T13:05:09.123Z',
    '2018-02-07T24:00:00.000Z',
    '2018-02-07T13:60:00.000Z',
    '2018-02-07T13:05:60.000Z',
    '201x-02-07T13:05:09.123Z',
    '2018-0/-07T13:05:09.123Z',
    '2018-02- 7T13:05:09.123Z',
    '2018-02-07T1a:05:09.123Z',
    '2018-02-07T13:-5:09.123Z',
    '2018-02-07T13:05:0:.123Z',
    '2018-02-07T13:05:09.12eZ',
  ])('in another form is refused: %s', (text) => {
    expect(parseIsoTime(text)).toBeUndefined()
  })

  it('is what JavaScript writes', async () => {
    await fc.assert(
      fc.property(
        fc.date({ min: new Date('0000-01-01'), max: new Date('9999-12-31'), noInvalidDate: true }),
        (date) => {
          expect(parseIsoTime(date.toISOString())).toBe(date.getTime())
        },
      ),
    )
  })

  it.each([
    [1_700_000_000, 's', 1_700_000_000_000],
    [1_700_000_000.123, 's', 1_700_000_000_123],
    [1_700_000_000.1239, 's', 1_700_000_000_123],
    [-0.5, 's', -500],
    [-0.0005, 's', -1],
    [1e-9, 's', 0],
    [-1e-9, 's', -1],
    [1e9, 's', 1e12],
    [1_700_000_000_123, 'ms', 1_700_000_000_123],
    [1.9, 'ms', 1],
    [-1.5, 'ms', -2],
    [-0, 'ms', 0],
    [0, 's', 0],
  ] as const)('as the number %s in %s is %s ms', (value, unit, expected) => {
    expect(parseJsonTime(value, unit)).toBe(expected)
    expect(Object.is(parseJsonTime(value, unit), -0)).toBe(false)
  })

  it('in text is the same as the number', async () => {
    await fc.assert(
      fc.property(
        fc.integer({ min: -1e12, max: 1e12 }),
        fc.integer({ min: 0, max: 999_999 }),
        (whole, micros) => {
          const text = `${whole}.${String(micros).padStart(6, '0')}`
          const sign = whole < 0 ? -1 : 1
          const exact = BigInt(whole) * 1_000_000n + BigInt(sign * micros)
          const floor = Number((exact - (((exact % 1000n) + 1000n) % 1000n)) / 1000n)
          expect(parseTextTime(text, 's')).toBe(floor)
        },
      ),
    )
  })

  it('is refused in the form of another unit', () => {
    expect(parseJsonTime('1700000000', 's')).toBeUndefined()
    expect(parseJsonTime(1_700_000_000, 'iso')).toBeUndefined()
    expect(parseJsonTime(Number.POSITIVE_INFINITY, 'ms')).toBeUndefined()
    expect(parseJsonTime(true, 'ms')).toBeUndefined()
    expect(parseTextTime('2018-02-07', 'ms')).toBeUndefined()
    expect(parseTextTime('0x10', 'ms')).toBeUndefined()
    expect(parseTextTime('', 's')).toBeUndefined()
  })
})
