import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { makeCsvRecordParser, parseCsvRecord } from '../../shared/codec/parse-csv-record.ts'
import { parseJsonRecord } from '../../shared/codec/parse-record.ts'
import { isRejection } from '../../shared/codec/rejection.ts'
import type { Dataset, PromotedColumn } from '../../shared/domain/dataset.ts'
import { DAY } from '../../shared/domain/duration.ts'
import { aDataset, NOON } from '../support/builders.ts'
import { anyText } from './packing.ts'

const AT = '"at":"2024-03-10T12:00:00Z"'

const parse = (text: string, dataset: Partial<Dataset> = {}) => {
  const result = parseJsonRecord(aDataset(dataset), text, NOON)
  if (isRejection(result)) throw new Error(`${result.reason}: ${result.detail}`)
  return result
}
const reject = (text: string, dataset: Partial<Dataset> = {}) => {
  const result = parseJsonRecord(aDataset(dataset), text, NOON)
  if (!isRejection(result)) throw new Error(`expected a rejection, got the record ${result.id}`)
  return result
}

const columns = (...types: PromotedColumn['type'][]): PromotedColumn[] =>
  types.map((type) => ({ name: type, path: ['v'], type }))

describe('a long JSON record', () => {
  const dataset = {
    id: ['key', 'id'],
    version: ['v'],
    promoted: (['string', 'integer', 'number', 'boolean', 'timestamp'] as const).map((type) => ({
      name: type,
      path: type === 'string' ? ['constructor'] : ['n', type],
      type,
    })),
  }
  const aValue = fc.oneof(
    fc.json(),
    fc.constantFrom(
      '9007199254740993',
      '-0',
      '1e400',
      '"\\ud800"',
      '"2024-03-10T12:00:00Z"',
      '{"id":"x"}',
      '{"id":7}',
      '{"at":1}',
    ),
  )
  const aKey = fc.constantFrom('key', 'at', 'v', 'n', 'constructor', '__proto__', 'k\\u0065y', 'other')
  const aDocument = fc
    .array(fc.tuple(aKey, aValue), { maxLength: 8 })
    .map((members) => `{${members.map(([key, value]) => `"${key}":${value}`).join()}}`)
  const known = `"key":{"id":9007199254740993},"at":"2024-03-10T12:00:00Z","v":12345678901234567890`

  /** Which is read in the other way, for its length, and means the same. */
  const longer = (text: string) => `${' '.repeat(2 ** 20)}${text}\n`

  it('is read as a short one of the same content', () =>
    fc.assert(
      fc.property(
        fc.oneof(
          aDocument,
          aDocument.map((text) => `{${known}${text === '{}' ? '' : ','}${text.slice(1)}`),
          aValue,
        ),
        (text) => {
          const [short, long] = [text, longer(text)].map((each) =>
            parseJsonRecord(aDataset(dataset), each, NOON),
          )
          if (short === undefined || long === undefined) throw new Error('both were read')
          if (isRejection(short)) expect(long).toEqual(short)
          else expect(long).toEqual({ ...short, body: longer(text) })
        },
      ),
      { numRuns: 50 },
    ))

  it('is found to be none where it stops to be JSON', () => {
    const text = longer('{"id":"a"')
    expect(reject(text)).toEqual({
      reason: 'malformed-json',
      detail: `body: expected a JSON document: unexpected end at position ${text.length}`,
    })
    expect(reject(longer('{"id":"a";')).detail).toContain(`unexpected character at position ${2 ** 20 + 9}`)
  })
})

describe('a JSON record', () => {
  it('keeps its text and has its id and time', () => {
    const text = ` {"id":"o-1",${AT},"n":1.0 } `
    expect(parse(text)).toEqual({
      id: 'o-1',
      time: NOON,
      body: text,
      header: null,
      arrived: NOON,
      version: null,
      promoted: [],
    })
  })

  it('keeps any text to the byte and any id to the character', async () => {
    await fc.assert(
      fc.property(anyText({ minLength: 1, maxLength: 100 }), fc.json(), (id, extra) => {
        fc.pre(Buffer.byteLength(id) <= 1024)
        const text = `{"id":${JSON.stringify(id)},${AT},"extra":${extra}}`
        expect(parse(text)).toMatchObject({ id, body: text })
      }),
    )
  })

  it.each([
    ['5', '5'],
    ['-7', '-7'],
    ['9007199254740993', '9007199254740993'],
    ['12345678901234567890123', '12345678901234567890123'],
    ['"007"', '007'],
    ['"\\u00e9\\ud83d\\ude00"', 'é😀'],
  ])('takes the id %s by its digits or characters', (source, id) => {
    expect(parse(`{"id":${source},${AT}}`).id).toBe(id)
  })

  it.each(['1.5', '1e300', 'true', '[]', '{}', '""', `"${'é'.repeat(513)}"`, '"\\ud800"'])(
    'refuses the id %s',
    (source) => {
      expect(reject(`{"id":${source},${AT}}`).reason).toBe('bad-id')
    },
  )

  it('takes an id of 1,024 bytes', () => {
    expect(parse(`{"id":"${'é'.repeat(512)}",${AT}}`).id.length).toBe(512)
  })

  it('counts the last of repeated keys, as JSON.parse does', () => {
    expect(parse(`{"id":1,"id":90071992547409931,${AT}}`).id).toBe('90071992547409931')
    expect(parse(`{"id":90071992547409931,"id":"x",${AT}}`).id).toBe('x')
  })

  it('reads nested fields, and only own ones', () => {
    const nested = { id: ['a', 'b'], time: { path: ['a', '__proto__', 't'], unit: 'ms' } } as const
    expect(parse('{"a":{"b":1,"__proto__":{"t":5}}}', nested)).toMatchObject({ id: '1', time: 5 })
    expect(reject(`{${AT}}`, { id: ['constructor', 'name'] }).reason).toBe('missing-id')
    expect(reject(`{${AT},"a":["x"]}`, { id: ['a', '0'] }).reason).toBe('missing-id')
    expect(reject(`{${AT},"a":"x"}`, { id: ['a', 'length'] }).reason).toBe('missing-id')
    expect(reject(`{${AT}}`, { id: ['__proto__'] }).reason).toBe('missing-id')
    expect(parse(`{${AT},"__proto__":"p"}`, { id: ['__proto__'] }).id).toBe('p')
  })

  it.each([
    ['{"id":', 'malformed-json'],
    ['', 'malformed-json'],
    ['{"id":1}{"id":2}', 'malformed-json'],
    ['[]', 'not-an-object'],
    ['null', 'not-an-object'],
    ['7', 'not-an-object'],
    [`{${AT}}`, 'missing-id'],
    [`{"id":null,${AT}}`, 'missing-id'],
    ['{"id":"a"}', 'missing-time'],
    ['{"id":"a","at":null}', 'missing-time'],
    ['{"id":"a","at":"yesterday"}', 'bad-time'],
    ['{"id":"a","at":1700000000}', 'bad-time'],
    ['{"id":"a","at":"0000-01-01T00:00:00+01:00"}', 'time-out-of-range'],
    ['{"id":"a","at":"9999-12-31T23:59:59-01:00"}', 'time-out-of-range'],
    ['{"id":"a","at":"2024-03-11T12:00:00.001Z"}', 'time-in-future'],
    [`{"id":"a",${AT},"x":"\ud800"}`, 'invalid-utf8'],
  ])('%s is rejected: %s', (text, reason) => {
    expect(reject(text).reason).toBe(reason)
  })

  it('shows a clock in the wrong unit', () => {
    const seconds = { time: { path: ['at'], unit: 's' } } as const
    expect(reject(`{"id":1,"at":${NOON}}`, seconds).reason).toBe('time-out-of-range')
    expect(reject(`{"id":1,"at":${NOON / 100}}`, seconds).reason).toBe('time-in-future')
    expect(reject('{"id":1,"at":1e300}', seconds).reason).toBe('time-out-of-range')
  })

  it('takes a time up to the furthest future that the dataset allows', () => {
    expect(parse('{"id":"a","at":"2024-03-11T12:00:00.000Z"}').time).toBe(NOON + DAY)
  })

  it('is bounded by bytes, not by characters', () => {
    const text = `{"id":"${'é'.repeat(20)}",${AT}}`
    const bytes = Buffer.byteLength(text)
    const limit = (maxBodyBytes: number) => ({ limits: { maxBodyBytes, maxFuture: DAY } })
    expect(parse(text, limit(bytes)).body).toBe(text)
    expect(reject(text, limit(bytes - 1))).toEqual({
      reason: 'body-too-long',
      detail: `body: expected at most ${bytes - 1} bytes, got ${bytes}`,
    })
  })

  it('never shows a whole body in a rejection', () => {
    const long = 'secret '.repeat(1000)
    for (const text of [
      `{"id":"a","at":"${long}"}`,
      `{"id":["${long}"],${AT}}`,
      `"${long}"`,
      `{"id":"${long}`,
    ])
      expect(reject(text).detail.length).toBeLessThan(300)
  })

  it('survives 100,000 fields, and nesting as deep as the text is long', () => {
    const fields = Array.from({ length: 100_000 }, (_, at) => `"f${at}":${at}`).join(',')
    expect(parse(`{${fields},"id":99999999999999999999,${AT}}`).id).toBe('99999999999999999999')
    const deep = `{"a":${'['.repeat(200_000)}${']'.repeat(200_000)},"id":99999999999999999999,${AT}}`
    expect(parse(deep).id).toBe('99999999999999999999')
  })

  it.each([
    ['"v":"x"', ['x', null, null, null, null]],
    ['"v":7', [null, 7, 7, null, 7]],
    ['"v":-0', [null, 0, -0, null, 0]],
    ['"v":1.5', [null, null, 1.5, null, null]],
    ['"v":9223372036854775807', [null, 9223372036854775807n, 2 ** 63, null, null]],
    ['"v":9223372036854775808', [null, null, 2 ** 63, null, null]],
    ['"v":1e999', [null, null, null, null, null]],
    ['"v":true', [null, null, null, true, null]],
    ['"v":"2024-03-10T12:00:00Z"', ['2024-03-10T12:00:00Z', null, null, null, NOON]],
    ['"v":"\\ud800"', [null, null, null, null, null]],
    ['"v":null', [null, null, null, null, null]],
    ['"v":[1]', [null, null, null, null, null]],
    ['"w":1', [null, null, null, null, null]],
  ])('with %s has promoted values by type, else null', (member, expected) => {
    const promoted = columns('string', 'integer', 'number', 'boolean', 'timestamp')
    expect(parse(`{"id":"a",${AT},${member}}`, { promoted }).promoted).toEqual(expected)
  })

  it.each([
    ['"v":"b"', 'b'],
    ['"v":3', '3'],
    ['"v":123456789012345678901', '123456789012345678901'],
    ['"v":1.50', '1.50'],
    ['"v":true', null],
    ['"w":1', null],
  ])('with %s has the version %s', (member, version) => {
    expect(parse(`{"id":"a",${AT},${member}}`, { version: ['v'] }).version).toBe(version)
  })
})

describe('a CSV record', () => {
  const header = 'id,at,"the, value",note'
  const dataset = aDataset({
    promoted: [{ name: 'value', path: ['the, value'], type: 'integer' }],
    version: ['note'],
  })
  const row = (text: string) => parseCsvRecord(dataset, header, text, NOON)

  it('keeps its row and its header, and reads fields by column', () => {
    const text = '"a ""1""",2024-03-10T12:00:00Z,12345678901234567,"two\r\nlines"'
    expect(row(text)).toEqual({
      id: 'a "1"',
      time: NOON,
      body: text,
      header,
      arrived: NOON,
      version: 'two\r\nlines',
      promoted: [12345678901234567n],
    })
  })

  it.each([
    ['a,2024-03-10,1', 'malformed-csv'],
    ['a,2024-03-10,1,2,3', 'malformed-csv'],
    ['"a,2024-03-10,1,2', 'malformed-csv'],
    ['"a"b,2024-03-10,1,2', 'malformed-csv'],
    [',2024-03-10,1,2', 'missing-id'],
    ['a,,1,2', 'missing-time'],
    ['a,then,1,2', 'bad-time'],
    ['a,2025-03-10,1,2', 'time-in-future'],
    [`${'x'.repeat(1025)},2024-03-10,1,2`, 'bad-id'],
  ])('%s is rejected: %s', (text, reason) => {
    const result = row(text)
    expect(isRejection(result) && result.reason).toBe(reason)
  })

  it('takes times as numbers in text', () => {
    const parser = makeCsvRecordParser(aDataset({ time: { path: ['at'], unit: 's' } }), 'at,id')
    expect(parser('1700000000.5,x', NOON)).toMatchObject({ id: 'x', time: 1_700_000_000_500 })
  })

  it('has no nested columns', () => {
    const parser = makeCsvRecordParser(aDataset({ id: ['id', 'x'] }), 'id,at')
    const result = parser('a,2024-03-10', NOON)
    expect(isRejection(result) && result.reason).toBe('missing-id')
  })
})
