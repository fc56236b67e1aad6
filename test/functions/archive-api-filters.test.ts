import { describe, expect, test } from 'vitest'
import { anApi, problem, REQUEST } from '../support/an-api.ts'
import { aDataset } from '../support/builders.ts'
import { aWorld } from '../support/rehydration-world.ts'

const dataset = aDataset({
  promoted: [
    { name: 'customer', path: ['customer'], type: 'string' },
    { name: 'count', path: ['count'], type: 'integer' },
    { name: 'price', path: ['price'], type: 'number' },
    { name: 'paid', path: ['paid'], type: 'boolean' },
    { name: 'placed', path: ['placed'], type: 'timestamp' },
  ],
})

const ask = async (narrowing: object, text?: string) => {
  const { json } = anApi(aWorld({ dataset }))
  const body = { ...REQUEST, select: { ...REQUEST.select, ...narrowing } }
  return json('POST /rehydrations', text === undefined ? { body } : { text })
}

const nested = (depth: number): object =>
  depth === 1 ? { field: 'id', eq: 'a' } : { not: nested(depth - 1) }
const flat = (nodes: number): object => ({ or: Array.from({ length: nodes - 1 }, () => nested(1)) })

describe('a filter', () => {
  test.each([
    [{ field: 'customer', eq: 'c-1' }],
    [{ field: 'customer', prefix: '' }],
    [{ field: 'id', in: ['a', 'b'] }],
    [{ and: [{ or: [{ field: 'price', lt: 1e300 }] }, { not: { field: 'paid', eq: true } }] }],
    [{ field: '/a~1b/~0/0', exists: false }],
    [{ field: '/__proto__/constructor', gte: 'x' }],
    [{ field: 'count', in: [1, '9007199254740993'] }],
    [nested(8)],
    [flat(100)],
    [{ field: 'id', in: Array.from({ length: 1000 }, (_, at) => `o-${at}`) }],
  ])('%j is taken, and shown in the status', async (where) => {
    expect(await ask({ where, limit: 5 })).toMatchObject({
      status: 202,
      body: { select: { where, limit: 5 } },
    })
  })

  test.each([
    [
      { field: 'time', gte: '2024-03-10' },
      { field: 'time', gte: Date.parse('2024-03-10') },
    ],
    [
      { field: 'placed', lt: '2024-03-10T12:00:00+01:00' },
      { field: 'placed', lt: Date.parse('2024-03-10T11:00:00Z') },
    ],
    [
      { field: 'arrived', in: ['5', 6] },
      { field: 'arrived', in: [5, 6] },
    ],
    [
      { field: 'count', lte: '0005' },
      { field: 'count', lte: 5 },
    ],
    [
      { field: 'count', gt: '-009007199254740993' },
      { field: 'count', gt: '-9007199254740993' },
    ],
  ])('%j has its values as the column holds them', async (where, held) => {
    expect(await ask({ where })).toMatchObject({ status: 202, body: { select: { where: held } } })
  })

  test('of null, and a limit of null, are none', async () => {
    const { body } = await ask({ where: null, limit: null })
    expect(Object.keys(body.select)).toEqual(['from', 'to'])
  })

  const columns = 'id, time, arrived, version, customer, count, price, paid, placed'
  test.each([
    ['text', 'where', 'a filter: ', '"text"'],
    [[], 'where', 'a filter: ', 'an array of 0'],
    [{}, 'where', 'a filter: ', 'an object'],
    [{ and: [] }, 'where.and', 'a list of at least one filter', 'an array of 0'],
    [{ or: 5 }, 'where.or', 'a list of at least one filter', '5'],
    [{ not: null }, 'where.not', 'a filter: ', 'null'],
    [{ and: [{ field: 'id', eq: 'a' }, { not: 7 }] }, 'where.and.1.not', 'a filter: ', '7'],
    [{ field: 'id' }, 'where', 'one comparison: eq, in', 'an object'],
    [{ field: 'id', eq: 'a', gt: 'b' }, 'where', 'one comparison: ', 'an object'],
    [{ eq: 'a' }, 'where.field', 'text', 'nothing'],
    [{ field: 7, eq: 'a' }, 'where.field', 'text', '7'],
    [{ field: '', eq: 'a' }, 'where.field', 'the name of a column', '""'],
    [{ field: '/a~2', eq: 'a' }, 'where.field', '~0 or ~1', '"/a~2"'],
    [{ field: '\ud800', eq: 'a' }, 'where.field', 'well-formed Unicode', '"\\ud800"'],
    [{ field: 'x'.repeat(1025), eq: 'a' }, 'where.field', 'at most 1024 characters', '(1027 characters)'],
    [{ field: 'id', like: 'a' }, 'where.like', 'no such field', '"a"'],
    [{ and: [], or: [] }, 'where.and', 'no such field', 'an array of 0'],
    [{ field: 'id', eq: null }, 'where.eq', 'text, a number, true or false', 'null'],
    [{ field: 'id', eq: { a: 1 } }, 'where.eq', 'text, a number, true or false', 'an object'],
    [{ field: 'id', in: 'a' }, 'where.in', 'a list of values', '"a"'],
    [{ field: 'id', in: [] }, 'where.in', 'at least one value', 'an array of 0'],
    [{ field: 'id', in: ['a', null] }, 'where.in.1', 'text, a number, true or false', 'null'],
    [{ field: 'id', in: Array(1001).fill('a') }, 'where.in', 'at most 1000 values', 'an array of 1001'],
    [{ field: 'id', lt: true }, 'where.lt', 'text or a number', 'true'],
    [{ field: 'id', lte: [] }, 'where.lte', 'text or a number', 'an array of 0'],
    [{ field: 'id', prefix: 5 }, 'where.prefix', 'text', '5'],
    [{ field: 'id', exists: 'yes' }, 'where.exists', 'true or false', '"yes"'],
    [nested(9), `where${'.not'.repeat(8)}`, 'filters at most 8 deep', 'an object'],
    [flat(101), 'where.or.99', 'at most 100 filters in all', 'an object'],
    [flat(300), 'where.or.99', 'at most 100 filters in all', 'an object'],
    [{ field: 'nope', eq: 'a' }, 'where.field', `one of ${columns}, or a JSON Pointer`, '"nope"'],
    [{ not: { field: 'body', eq: 'a' } }, 'where.not.field', `one of ${columns}`, '"body"'],
    [{ field: '__proto__', eq: 'a' }, 'where.field', `one of ${columns}`, '"__proto__"'],
    [{ field: 'id', eq: 5 }, 'where.eq', 'text', '5'],
    [{ field: 'customer', gt: 5 }, 'where.gt', 'text', '5'],
    [{ field: 'count', eq: 1.5 }, 'where.eq', 'a whole number', '1.5'],
    [{ field: 'count', eq: 'five' }, 'where.eq', 'a whole number', '"five"'],
    [{ field: 'count', eq: true }, 'where.eq', 'a whole number', 'true'],
    [{ field: 'count', eq: 2 ** 53 }, 'where.eq', 'beyond 2^53', '9007199254740992'],
    [{ field: 'price', in: [1, '2'] }, 'where.in.1', 'a number', '"2"'],
    [{ field: 'paid', eq: 'true' }, 'where.eq', 'true or false', '"true"'],
    [{ field: 'paid', gt: 5 }, 'where.gt', 'eq, in or exists', '5'],
    [{ field: 'placed', eq: 'noon' }, 'where.eq', 'an ISO 8601 time', '"noon"'],
    [{ or: [{ field: 'time', prefix: '2024' }] }, 'where.or.0.prefix', 'another comparison', '"2024"'],
    [{ field: '/n', eq: 2 ** 53 }, 'where.eq', 'beyond 2^53', '9007199254740992'],
    [{ field: 'id', in: Array(900).fill('x'.repeat(100)) }, 'where', '65536 bytes', 'an object'],
  ])('%j is refused, and the answer says where and why', async (where, field, expected, got) => {
    expect(await ask({ where })).toMatchObject(
      problem(400, 'invalid-request', {
        errors: [
          {
            field: `select.${field}`,
            expected: expect.stringContaining(expected),
            got: expect.stringContaining(got),
          },
        ],
      }),
    )
  })

  test('may not hold what JSON can and a filter cannot', async () => {
    const text = `{"dataset":"orders","destination":"analysts","select":{"from":1,"to":2,"where":{"__proto__":{"field":"id"},"eq":"a"}}}`
    expect(await ask({}, text)).toMatchObject({
      status: 400,
      body: { errors: [{ field: 'select.where.__proto__', expected: 'no such field' }] },
    })
  })

  test.each([0, -1, 1.5, '5', 2 ** 53])('has no limit of %j beside it', async (limit) => {
    expect(await ask({ limit })).toMatchObject({ status: 400, body: { errors: [{ field: 'select.limit' }] } })
  })
})
