import { createHash } from 'node:crypto'
import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { digestRecord, digestRecords, digestText, makeDigester } from '../../shared/codec/digest.ts'
import { StoredRecord } from '../../shared/codec/stored-record.ts'
import { addDigests, emptyDigest, formatDigest, sameDigest } from '../../shared/domain/digest.ts'
import { bodySize } from '../../shared/domain/record.ts'
import { aRecord, NOON } from '../support/builders.ts'
import { anyRecord } from './packing.ts'

describe('the record digest', () => {
  it('is the two halves of the MD5 over lengths, time, id, header and body', () => {
    const md5 = createHash('md5').update(`4,-,${NOON}:å-1{"a":"é"}`).digest('hex')
    const digest = digestRecord(aRecord({ id: 'å-1', time: NOON, body: '{"a":"é"}' }))
    expect(formatDigest(digest)).toBe(
      `1:${BigInt(`0x${md5.slice(0, 16)}`).toString(16)}:${BigInt(`0x${md5.slice(16)}`).toString(16)}`,
    )
  })

  it.each([
    ['', null],
    ['é', null],
    ['{"a":"é"}', 'id,"at"'],
    ['x'.repeat(70_000), null],
    ['é'.repeat(70_000), 'x'.repeat(30_000)],
  ])('is the same of a body that is bytes: %#', (body, header) => {
    const record = aRecord({ id: 'å-1', body, header })
    const page = Buffer.from(`before${body}behind`)
    const place = { page, start: 6, end: 6 + Buffer.byteLength(body) }
    const stored = new StoredRecord(record, place)
    expect(stored.body).toBe(body)
    expect(digestRecord(stored)).toEqual(digestRecord(record))
    expect([bodySize(stored), bodySize(record)]).toEqual([Buffer.byteLength(body), body.length])
  })

  it('does not depend on order or on grouping', async () => {
    await fc.assert(
      fc.property(fc.array(anyRecord()), fc.nat(), (records, cut) => {
        const at = records.length === 0 ? 0 : cut % records.length
        const parts = addDigests(digestRecords(records.slice(at)), digestRecords(records.slice(0, at)))
        expect(sameDigest(digestRecords(records), parts)).toBe(true)
      }),
    )
  })

  it('differs as soon as id, time, body or header differ', async () => {
    await fc.assert(
      fc.property(anyRecord(), anyRecord(), (a, b) => {
        const same = a.id === b.id && a.time === b.time && a.body === b.body && a.header === b.header
        expect(sameDigest(digestRecord(a), digestRecord(b))).toBe(same)
      }),
    )
  })

  it('tells apart records whose texts run into each other', () => {
    const digests = [
      aRecord({ id: 'ab', body: 'c' }),
      aRecord({ id: 'a', body: 'bc' }),
      aRecord({ id: 'a', header: 'b', body: 'c' }),
      aRecord({ id: 'a', header: 'bc', body: '' }),
      aRecord({ id: 'a', header: '', body: 'bc' }),
      aRecord({ id: 'é', header: 'b', body: 'c' }),
    ].map((record) => formatDigest(digestRecord(record)))
    expect(new Set(digests).size).toBe(digests.length)
  })

  it('does not depend on arrival, version or promoted values', () => {
    const record = aRecord()
    const other = { ...record, arrived: 1, version: '2', promoted: [1] }
    expect(digestRecord(other)).toEqual(digestRecord(record))
  })

  it('sums exactly beyond what a number can hold', () => {
    const record = aRecord()
    const one = digestRecord(record)
    const digester = makeDigester()
    const times = 2 ** 20 + 3
    for (let at = 0; at < times; at += 1) digester.add(record)
    expect(digester.value()).toEqual({
      count: times,
      upper: one.upper * BigInt(times),
      lower: one.lower * BigInt(times),
    })
  })

  it('can be asked for its value between additions', () => {
    const digester = makeDigester()
    expect(digester.value()).toEqual(emptyDigest)
    digester.add(aRecord())
    digester.value()
    digester.add(aRecord({ id: 'b' }))
    expect(digester.value()).toEqual(digestRecords([aRecord(), aRecord({ id: 'b' })]))
  })

  it('of a text is that of a record without id at time 0', () => {
    expect(digestText('x')).toEqual(digestRecord(aRecord({ id: '', time: 0, body: 'x' })))
  })
})
