import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { makeBodyScan } from '../../shared/codec/body-scan.ts'
import { makeRecordFilter } from '../../shared/codec/record-filter.ts'
import { testOf } from '../../shared/domain/compare-value.ts'
import type { Comparison, Filter } from '../../shared/domain/filter.ts'
import type { TextPlace } from '../../shared/domain/record.ts'
import { wants } from '../support/brute-force-filter.ts'
import { aFilter, COLUMNS, someRecords } from '../support/filtered-records.ts'

/** Texts as a page of a column holds them, each behind its length, and where they lie. */
const pageOf = (bodies: readonly string[]): readonly TextPlace[] => {
  const parts = bodies.map((body) => {
    const text = Buffer.from(body, 'utf8')
    const length = Buffer.alloc(4)
    length.writeUInt32LE(text.length)
    return Buffer.concat([length, text])
  })
  const page = Buffer.concat(parts)
  let end = 0
  return parts.map(({ length }) => {
    const start = end + 4
    end += length
    return { page, start, end }
  })
}

const scanOf = (comparison: Comparison) => makeBodyScan(comparison.field, testOf(comparison))

/** What a scan says of a body between two others that have what it looks for. */
const verdict = (comparison: Comparison, body: string, other: string): boolean | undefined => {
  const scan = scanOf(comparison)
  const places = pageOf([other, body, other])
  return scan && places.map((place) => scan(place))[1]
}

describe('a scan of bodies as bytes', () => {
  test('rules out no record that is wanted, in whatever order bodies come', async () => {
    let ruledOut = 0
    await fc.assert(
      fc.property(aFilter, someRecords, fc.array(fc.nat()), (filter, records, jumps) => {
        const { scanBody } = makeRecordFilter(filter, COLUMNS)
        if (scanBody === undefined) return
        const places = pageOf(records.map(({ body }) => body))
        const order = [...records.keys(), ...jumps.map((jump) => jump % records.length)]
        for (const at of order) {
          const [record, place] = [records[at], places[at]]
          // a row of CSV is not asked
          if (record === undefined || place === undefined || record.header !== null) continue
          if (scanBody(place)) continue
          ruledOut += 1
          expect(wants(filter, record, COLUMNS)).toBe(false)
        }
      }),
      { numRuns: 3000 },
    )
    expect(ruledOut).toBeGreaterThan(1000)
  })

  const other = '{"n":1,"s":"x","a":{"n":1}}'

  test.each<[Comparison, string]>([
    [{ field: '/n', eq: 1 }, '{"m":1}'],
    [{ field: '/n', eq: 1 }, '{"n":2}'],
    [{ field: '/n', eq: 1 }, '{"s":"n"}'],
    [{ field: '/n', eq: 1 }, '{"s":["n",1]}'],
    [{ field: '/n', eq: 1 }, '{"an":1}'],
    [{ field: '/n', lt: 1 }, '{"n" :\t7 }'],
    [{ field: '/n', lt: 1 }, '{"n":1.5}'],
    [{ field: '/n', gt: 0 }, '{"n":-12345678901234567890}'],
    [{ field: '/n', gt: 0 }, '{"n":"text"}'],
    [{ field: '/n', gt: 0 }, '{"n":[1]}'],
    [{ field: '/n', gt: 0 }, '{"n":{"m":1}}'],
    [{ field: '/n', exists: true }, '{"n":null}'],
    [{ field: '/a/n', eq: 1 }, '{"a":{"n":3},"n":4}'],
    [{ field: '/s', eq: 'x' }, '{"s":"y"}'],
    [{ field: '/s', prefix: 'x' }, '{"s":true}'],
    [{ field: '/s', eq: true }, '{"s":false}'],
    [{ field: '/ключ', eq: 1 }, '{"ключ":2}'],
    // no JSON, and so without members
    [{ field: '/n', gt: 0 }, '"n"'],
    [{ field: '/n', gt: 0 }, '{"n":'],
    [{ field: '/n', gt: 0 }, '{"n":?}'],
    [{ field: '/s', eq: 'y' }, '{"s":"x'],
    [{ field: '/n', gt: 0 }, 'n"'],
    [{ field: '/n', gt: 1 }, '{"n":1'],
    [{ field: '/n', gt: 1 }, '{"n":01}'],
  ])('%j is surely not of %s', (comparison, body) => {
    expect(verdict(comparison, body, other)).toBe(false)
  })

  test.each<[Comparison, string]>([
    [{ field: '/n', eq: 1 }, '{"n":1}'],
    [{ field: '/n', eq: 1 }, '{"n":1.0}'],
    [{ field: '/n', eq: 0 }, '{"n":0}'],
    [{ field: '/n', eq: 1 }, '{"n":2,"m":{"n":1}}'],
    [{ field: '/n', eq: 1 }, '{ "n" : 1 , "s":"n" }'],
    [{ field: '/n', eq: '12345678901234567' }, '{"n":12345678901234567}'],
    [{ field: '/n', lt: 0 }, '{"n":-1}'],
    [{ field: '/n', gte: 1e3 }, '{"n":1e3}'],
    [{ field: '/n', exists: true }, '{"n":[]}'],
    [{ field: '/n', exists: true }, '{"n":{}}'],
    [{ field: '/s', in: ['x', 'é水'] }, '{"s":"é水"}'],
    [{ field: '/s', eq: true }, '{"s":true}'],
    [{ field: '/ключ', eq: 2 }, '{"ключ":2}'],
    // how names and texts are written is not looked into
    [{ field: '/n', eq: 1 }, '{"m":"\\n"}'],
  ])('%j may be of %s', (comparison, body) => {
    expect(verdict(comparison, body, '{"m":0}')).toBe(true)
  })

  test('ends with the page', () => {
    const [body] = pageOf(['{"s":"x'])
    const scan = scanOf({ field: '/s', prefix: 'y' })
    expect(body && scan?.(body)).toBe(false)
  })

  test.each<Comparison>([
    { field: '/n', exists: false },
    { field: '/a/0', eq: 1 },
    { field: '/a"b', eq: 1 },
    { field: '/a\nb', eq: 1 },
    { field: '/~', eq: 1 },
  ])('%j tells nothing', (comparison) => {
    expect(scanOf(comparison)).toBeUndefined()
  })

  const [ofOne] = pageOf(['{"n":1}'])
  const scanned = (filter: Filter) => {
    const { scanBody } = makeRecordFilter(filter, ['column'])
    return ofOne && scanBody?.(ofOne)
  }

  test('is asked for as far as the whole filter depends on it', () => {
    const [no, unknown] = [
      { field: '/n', eq: 2 },
      { field: 'column', eq: 'x' },
    ] as const
    expect(scanned(no)).toBe(false)
    expect(scanned({ and: [unknown, no] })).toBe(false)
    expect(scanned({ or: [unknown, no] })).toBe(true)
    expect(scanned({ or: [no, { field: '/m', eq: 1 }] })).toBe(false)
    expect(scanned({ not: no })).toBe(true)
    expect(scanned({ not: { or: [unknown, no] } })).toBe(true)
    expect(scanned(unknown)).toBeUndefined()
    expect(scanned({ not: { field: '/n', exists: false } })).toBeUndefined()
  })
})
