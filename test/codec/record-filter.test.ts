import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { makeRecordFilter } from '../../shared/codec/record-filter.ts'
import type { Filter } from '../../shared/domain/filter.ts'
import { wants } from '../support/brute-force-filter.ts'
import { aRecord } from '../support/builders.ts'
import { aFilter, COLUMNS, someRecords } from '../support/filtered-records.ts'

describe('a filter', () => {
  test('wants of any records those that it wants when they are parsed whole', async () => {
    await fc.assert(
      fc.property(aFilter, someRecords, (filter, records) => {
        const { matches, judgeColumns } = makeRecordFilter(filter, COLUMNS)
        for (const record of records) {
          const isWanted = wants(filter, record, COLUMNS)
          expect(matches(record)).toBe(isWanted)
          const value = (name: string) => {
            if (name === 'id') return record.id
            if (name === 'time') return record.time
            return name === 'version' ? record.version : (record.promoted[COLUMNS.indexOf(name)] ?? null)
          }
          expect([isWanted, undefined]).toContain(judgeColumns({ value }))
        }
      }),
      { numRuns: 2000 },
    )
  })

  const bodied = (body: string, header: string | null = null) => aRecord({ body, header })
  const isWanted = (filter: Filter, body: string, header: string | null = null) =>
    makeRecordFilter(filter, []).matches(bodied(body, header))

  test.each([
    [{ field: '/n', eq: '9007199254740993' }, '{"n":9007199254740993}', true],
    [{ field: '/n', eq: '9007199254740993' }, '{"n":9007199254740992}', false],
    [{ field: '/n', eq: '9007199254740993' }, '{"n":9007199254740993.0}', true],
    [{ field: '/n', eq: '9007199254740993' }, '{"n":"9007199254740993"}', true],
    [{ field: '/n', gt: '9007199254740993' }, '{"n":1e17}', true],
    [{ field: '/n', eq: '5' }, '{"n":5}', false],
    [{ field: '/n', eq: 0.1 }, '{"n":0.1000}', true],
    [{ field: '/n', eq: 0.1 }, '{"n":0.10000000000000001}', false],
    [{ field: '/n', lt: 1 }, '{"n":1e-99999999999999999999}', true],
    [{ field: '/n', gt: 1 }, '{"n":1e99999999999999999999}', true],
    [{ field: '/n', eq: 0 }, '{"n":-0.0}', true],
    [{ field: '/a/1/b', eq: 'x' }, '{"a":[0,{"b":"x"}]}', true],
    [{ field: '/a/01/b', exists: true }, '{"a":[0,{"b":"x"}]}', false],
    [{ field: '/a/2', exists: true }, '{"a":[0,1]}', false],
    [{ field: '/a/b', exists: true }, '{"a":"text"}', false],
    [{ field: '/a', exists: true }, '{"a":{}}', true],
    [{ field: '/a', exists: true }, '{"a":null}', false],
    [{ field: '/a', eq: 'b' }, '{"a":"b","a":"c"}', false],
    [{ field: '/a', eq: 'é"' }, '{"a":"\\u00e9\\""}', true],
    [{ field: '/~', exists: false }, '{"~":1}', true],
    [{ not: { field: '/a', eq: 1 } }, '{}', true],
    [{ field: '/a', eq: 1 }, 'no JSON', false],
    [{ field: '/a', exists: true }, '{"a":?}', false],
    [{ field: '/a', exists: true }, '{"a"', false],
    [{ field: '/toString', exists: true }, '{}', false],
  ] as const)('%j of %s is %s', (filter, body, expected) => {
    expect(isWanted(filter, body)).toBe(expected)
  })

  test.each([
    [{ field: '/n', gt: 5 }, '1,10', true],
    [{ field: '/n', gt: '5' }, '1,10', false],
    [{ field: '/n', eq: 10 }, '1,10.0', true],
    [{ field: '/n', eq: true }, '1,true', true],
    [{ field: '/n', in: ['x', false] }, '1,false', true],
    [{ field: '/n', lt: '9007199254740993' }, '1,95', true],
    [{ field: '/n', lt: '9007199254740993' }, '1,abc', false],
    [{ field: '/n', in: ['95', '9007199254740993'] }, '1,95', true],
    [{ field: '/n', eq: '.' }, '1,.', true],
    [{ field: '/n', gte: 0 }, '1,.', false],
    [{ field: '/n', exists: true }, '1,', false],
    [{ field: '/n', exists: true }, '1', false],
    [{ field: '/n', exists: true }, '1,"open', false],
    [{ field: '/n', eq: 'a,b' }, '1,"a,b"', true],
    [{ field: '/none', exists: true }, '1,2', false],
    [{ field: '/n/0', exists: true }, '1,2', false],
  ] as const)('%j of the row id,n: %s is %s', (filter, row, expected) => {
    expect(isWanted(filter, row, 'id,n')).toBe(expected)
  })

  test('finds nothing in a row whose header is none', () => {
    expect(isWanted({ field: '/n', exists: true }, '1', '"open')).toBe(false)
  })
})
