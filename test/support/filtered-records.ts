import * as fc from 'fast-check'
import { parseCsvRecord } from '../../shared/codec/parse-csv-record.ts'
import { parseJsonRecord } from '../../shared/codec/parse-record.ts'
import type { PromotedColumn } from '../../shared/domain/dataset.ts'
import type { Comparison, Filter, FilterValue } from '../../shared/domain/filter.ts'
import type { ArchiveRecord } from '../../shared/domain/record.ts'
import { aDataset, NOON } from './builders.ts'

/** Names that an object has without having them, and such as a pointer must escape. */
const KEYS = ['a', '__proto__', 'constructor', 'x/y', '~', '', '0'] as const

const promoted: readonly PromotedColumn[] = [
  { name: 'word', path: ['a'], type: 'string' },
  { name: 'count', path: ['__proto__'], type: 'integer' },
  { name: 'size', path: ['x/y'], type: 'number' },
  { name: 'flag', path: ['constructor'], type: 'boolean' },
  { name: 'when', path: ['0'], type: 'timestamp' },
]
export const FILTERED = aDataset({ promoted, version: ['v'], id: ['id'], time: { path: ['t'], unit: 'ms' } })
export const COLUMNS = promoted.map(({ name }) => name)

const WORDS = [
  '',
  'a',
  'ab',
  'b',
  '\u{1f600}',
  '\uffee',
  'true',
  '5',
  '9007199254740993',
  'longer than statistics keep',
] as const
const NUMBERS = [
  '0',
  '-0',
  '5',
  '5.0',
  '5.5',
  '0.1',
  '0.10000000000000001',
  '9007199254740992',
  '9007199254740993',
  '-9007199254740993',
  '1e3',
  '1000',
  '123456789012345680000',
  '1e400',
  '-5e-3',
] as const
const TIMES = [NOON, NOON + 1, NOON + 1000, NOON + 86_400_000, NOON - 86_400_000] as const

const anyJson = fc.oneof(
  fc.constantFrom(...WORDS).map((word) => JSON.stringify(word)),
  fc.constantFrom(...NUMBERS),
  fc.constantFrom('null', 'true', 'false', '[]', '{}', '"\\u0061"', `"2024-03-10T12:00:00Z"`, String(NOON)),
  fc.constantFrom('[1,[2,"a"]]', '{"a":{"__proto__":7}}', '{"a":1,"a":2}', '[{"a":"ab"}]'),
)

const ids = fc.constantFrom('r1', 'r2', 'r3', 'r4', '\u{1f600}', '\uffee', '__proto__')

/** JSON records whose bodies have hostile names, repeated keys, and numbers that no JavaScript number is. */
const aJsonText = fc
  .tuple(
    ids,
    fc.constantFrom(...TIMES),
    fc.array(fc.tuple(fc.constantFrom(...KEYS), anyJson), { maxLength: 6 }),
    fc.constantFrom('', ',"v":"1"', ',"v":"2"'),
  )
  .map(([id, time, members, version]) => {
    const others = members.map(([key, value]) => `,${JSON.stringify(key)}: ${value}`).join('')
    return ` {"id":${JSON.stringify(id)},"t":${time}${version}${others}}`
  })

const HEADERS = ['id,t,a,__proto__,x/y', 'id,t,0,constructor,a,a'] as const
const aField = fc.oneof(
  fc.constantFrom(...WORDS),
  fc.constantFrom(...NUMBERS),
  fc.constantFrom('false', String(NOON)),
)

const aCsvRow = fc
  .tuple(
    fc.constantFrom(...HEADERS),
    ids,
    fc.constantFrom(...TIMES),
    fc.array(aField, { minLength: 4, maxLength: 4 }),
  )
  .map(([header, id, time, fields]) => {
    const row = [id, String(time), ...fields.slice(0, header.split(',').length - 2)]
    return { header, row: row.join(',') }
  })

const parsed = (record: ArchiveRecord | { reason: string }): ArchiveRecord => {
  if ('reason' in record) throw new Error(`not a record: ${record.reason}`)
  return record
}

const arrivals = fc.integer({ min: NOON, max: NOON + 3 })

export const someRecords = fc.oneof(
  fc.array(
    fc.tuple(aJsonText, arrivals).map(([text, arrived]) => parsed(parseJsonRecord(FILTERED, text, arrived))),
    { minLength: 1, maxLength: 30 },
  ),
  fc.array(
    fc
      .tuple(aCsvRow, arrivals)
      .map(([{ header, row }, arrived]) => parsed(parseCsvRecord(FILTERED, header, row, arrived))),
    { minLength: 1, maxLength: 30 },
  ),
)

const pointers = [
  '/a',
  '/__proto__',
  '/constructor',
  '/x~1y',
  '/~0',
  '/',
  '/0',
  '/a/1',
  '/a/0/a',
  '/a/a/__proto__',
  '/0/-',
  '/toString',
  '/a/length',
  '/a/01',
  '/id',
] as const
const texts = fc.constantFrom<FilterValue>(...WORDS)
const numbers = fc.constantFrom<FilterValue>(
  0,
  5,
  5.5,
  0.1,
  -5e-3,
  1000,
  '9007199254740993',
  '-9007199254740993',
  '123456789012345680000',
)
const integers = fc.constantFrom<FilterValue>(0, 5, -1, 1000, '9007199254740993', '-9007199254740993')
const doubles = fc.constantFrom<FilterValue>(0, 5, 5.5, 0.1, 1e3, 9007199254740992, -5e-3)
const flags = fc.boolean().map((flag): FilterValue => flag)
const times = fc.constantFrom<FilterValue>(...TIMES)

const compare = (field: fc.Arbitrary<string>, value: fc.Arbitrary<FilterValue>): fc.Arbitrary<Comparison> =>
  fc.oneof(
    fc.record({ field, eq: value }),
    fc.record({ field, in: fc.array(value, { minLength: 1, maxLength: 3 }) }),
    fc.record({ field, lt: value }),
    fc.record({ field, lte: value }),
    fc.record({ field, gt: value }),
    fc.record({ field, gte: value }),
    fc.record({ field, exists: fc.boolean() }),
  )
const ORDERED = ['lt', 'lte', 'gt', 'gte']

const prefixed = (field: fc.Arbitrary<string>) =>
  fc.record({ field, prefix: fc.constantFrom('', 'a', 'r', '\u{1f600}', 'longer than statistics k') })

/** True and false have no order. */
const isOrderly = (comparison: Comparison): boolean =>
  !ORDERED.some((operator) => typeof Reflect.get(comparison, operator) === 'boolean')

const aComparison: fc.Arbitrary<Comparison> = fc.oneof(
  compare(fc.constantFrom(...pointers), fc.oneof(texts, numbers, flags)).filter(isOrderly),
  prefixed(fc.constantFrom(...pointers, 'id', 'version', 'word')),
  compare(
    fc.constantFrom('id', 'version'),
    fc.oneof(
      ids.map((id): FilterValue => id),
      fc.constantFrom<FilterValue>('1', '2'),
    ),
  ),
  compare(fc.constant('word'), texts),
  compare(fc.constant('count'), integers),
  compare(fc.constant('size'), doubles),
  compare(fc.constant('flag'), flags).filter(isOrderly),
  compare(fc.constantFrom('time', 'when'), times),
  compare(
    fc.constant('arrived'),
    arrivals.map((time): FilterValue => time),
  ),
)

/** Filters such as the API lets through for these records. */
export const aFilter: fc.Arbitrary<Filter> = fc.letrec<{ filter: Filter }>((tie) => ({
  filter: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    aComparison,
    fc.record({ and: fc.array(tie('filter'), { minLength: 1, maxLength: 3 }) }),
    fc.record({ or: fc.array(tie('filter'), { minLength: 1, maxLength: 3 }) }),
    fc.record({ not: tie('filter') }),
  ),
})).filter
