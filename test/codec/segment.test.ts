import { createHash } from 'node:crypto'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { openFileSource } from '../../shared/codec/byte-source.ts'
import { chooseByBodies } from '../../shared/codec/choose-rows.ts'
import { digestRecords } from '../../shared/codec/digest.ts'
import { openSegment } from '../../shared/codec/open-segment.ts'
import { makeRecordFilter } from '../../shared/codec/record-filter.ts'
import { decodeIndex } from '../../shared/codec/segment-index.ts'
import { makeMemorySink, openFileSink } from '../../shared/codec/segment-sink.ts'
import { makeSegmentWriter } from '../../shared/codec/segment-writer.ts'
import { verifySegment } from '../../shared/codec/verify-segment.ts'
import type { PromotedColumn } from '../../shared/domain/dataset.ts'
import { emptyDigest } from '../../shared/domain/digest.ts'
import type { ArchiveRecord, PromotedValue } from '../../shared/domain/record.ts'
import { aRecord, NOON } from '../support/builders.ts'
import { anyRecord, collect, counting, identity, noise, pack, readAll, someRecords } from './packing.ts'

const books = { received: emptyDigest, duplicates: emptyDigest }

describe('a segment', () => {
  it('gives back every record to the byte, in order', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(anyRecord(), { minLength: 1, maxLength: 40 }), async (records) => {
        const { source, sorted, records: digest } = await pack(records)
        expect(await readAll(source)).toEqual(sorted)
        expect(digest).toEqual(digestRecords(records))
        await verifySegment(source, digest)
      }),
      { numRuns: 150 },
    )
  })

  it.each([
    ['integers above 2^53', '{"n":12345678901234567890123}'],
    ['repeated keys', '{"a":1,"a":2}'],
    ['__proto__ as a key', '{"__proto__":{"constructor":1}}'],
    ['escapes', '{"a":"\\u00e9\\n\\/\\ud83d\\ude00"}'],
    ['escaped lone surrogates', '{"a":"\\ud800"}'],
    ['a byte order mark', '\ufeff{"a":1}'],
    ['spaces', ' {\t"a" :\r\n1.0 } '],
    ['nothing', ''],
    ['a megabyte that does not compress', noise(2 ** 20)],
  ])('keeps a body with %s', async (_, body) => {
    const { source } = await pack([aRecord({ body }), aRecord({ id: 'z' })])
    expect((await readAll(source)).map((record) => record.body)).toEqual([body, aRecord().body])
  })

  it('keeps promoted values of every type, and null where they are of another', async () => {
    const promoted: PromotedColumn[] = (['string', 'integer', 'number', 'boolean', 'timestamp'] as const).map(
      (type) => ({ name: `p_${type}`, path: [type], type }),
    )
    const rows: PromotedValue[][] = [
      ['', 0, -0, false, 0],
      ['é😀', 2 ** 53 - 1, 1.5e300, true, NOON],
      ['x', 9_223_372_036_854_775_807n, 5e-324, true, -1],
      ['y', -9_223_372_036_854_775_808n, -1, false, 1],
      [null, null, null, null, null],
    ]
    const wrong: PromotedValue[] = [1, 9_223_372_036_854_775_808n, 'x', 'true', 'soon']
    const records = [...rows, wrong].map((values, at) => aRecord({ id: `o-${at}`, promoted: values }))
    const { source } = await pack(records, { promoted })
    const found = (await readAll(source)).map((record) => record.promoted)
    expect(found).toEqual([...rows, [null, null, null, null, null]])
    expect(Object.is(found[0]?.[2], -0)).toBe(true)
  })

  it('fills the promoted columns that are asked for, by name and type', async () => {
    const promoted: PromotedColumn[] = [
      { name: 'a', path: ['a'], type: 'integer' },
      { name: 'b', path: ['b'], type: 'string' },
    ]
    const { source } = await pack([aRecord({ promoted: [7, 'seven'] })], { promoted })
    const segment = await openSegment(source, {
      promoted: [
        { name: 'b', type: 'string' },
        { name: 'new', type: 'string' },
        { name: 'a', type: 'number' },
        { name: 'a', type: 'integer' },
      ],
    })
    expect((await collect(segment.rows()))[0]?.promoted).toEqual(['seven', null, null, 7])
  })

  it('says what it is', async () => {
    const records = [aRecord({ id: 'b', time: NOON + 5, body: 'é' }), aRecord({ id: 'a', time: NOON + 9 })]
    const packed = await pack(records, { inputs: { commits: ['c-1'], '': [null, 1.5] } })
    const { metadata } = await openSegment(packed.source)
    expect(metadata).toEqual({
      ...identity,
      records: digestRecords(records),
      bodyBytes: 14,
      minTime: NOON + 5,
      maxTime: NOON + 9,
      minId: 'a',
      maxId: 'b',
      books: { received: digestRecords(records), duplicates: emptyDigest },
      promoted: [],
      inputs: { commits: ['c-1'], '': [null, 1.5] },
    })
    const { bytes, sha256, bodyBytes, minTime, maxTime, minId, maxId } = packed
    expect({ bodyBytes, minTime, maxTime, minId, maxId }).toEqual({
      bodyBytes: 14,
      minTime: NOON + 5,
      maxTime: NOON + 9,
      minId: 'a',
      maxId: 'b',
    })
    expect(bytes).toBe(packed.content.length)
    expect(sha256).toBe(createHash('sha256').update(packed.content).digest('base64'))
  })

  const codecsOf = (index: Uint8Array) =>
    new Map(
      decodeIndex(index)
        .footer.parquet.rowGroup(0)
        ?.columns.map(({ meta_data: meta }) => [meta?.path_in_schema[0], meta?.codec]),
    )

  it.each([
    [40, 'UNCOMPRESSED'],
    [4096, 'ZSTD'],
  ])(
    'with a body of %i bytes stores bodies %s, and what is one value in every row as it is',
    async (length, codec) => {
      const body = 'x'.repeat(length)
      const { source, index } = await pack([aRecord({ body })])
      const { body: ofBody, ...others } = Object.fromEntries(codecsOf(index))
      expect(ofBody).toBe(codec)
      expect(new Set(Object.values(others))).toEqual(new Set(['UNCOMPRESSED']))
      expect((await readAll(source)).map((record) => record.body)).toEqual([body])
    },
  )

  it('compresses columns of several values', async () => {
    const { source, index } = await pack([
      aRecord({ id: 'a', body: 'x'.repeat(4096) }),
      aRecord({ id: 'b', body: 'x'.repeat(4096) }),
    ])
    const codecs = codecsOf(index)
    expect([codecs.get('id'), codecs.get('body'), codecs.get('arrived')]).toEqual([
      'ZSTD',
      'ZSTD',
      'UNCOMPRESSED',
    ])
    expect((await readAll(source)).map(({ id }) => id)).toEqual(['a', 'b'])
  })

  it('is the same file whatever the calls it was written by, in memory and on disk', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'icecore-codec-'))
    try {
      const { sorted, content, sha256 } = await pack(someRecords(3000))
      const path = join(folder, 'segment.parquet')
      const writer = makeSegmentWriter({ segment: identity, promoted: [], sink: await openFileSink(path) })
      for (let at = 0; at < sorted.length; at += 7) await writer.write(sorted.slice(at, at + 7))
      const own = { received: digestRecords(sorted), duplicates: emptyDigest }
      const packed = await writer.finish({ inputs: { messages: 1 }, books: own })
      expect(packed.sha256).toBe(sha256)
      expect((await readFile(path)).equals(content)).toBe(true)
      const source = await openFileSource(path)
      await verifySegment(source, packed.records)
      await source.close()
      await expect(openFileSink(path)).rejects.toThrow('EEXIST')
    } finally {
      await rm(folder, { recursive: true })
    }
  })

  it('cuts row groups so that one record costs a read of at most 1 MB', async () => {
    // compresses well, then not at all: the size is not known before
    const records = [
      ...someRecords(40_000),
      ...Array.from({ length: 60 }, (_, at) =>
        aRecord({ id: `z-${100 + at}`, body: noise(100_000, at + 1) }),
      ),
      aRecord({ id: 'z-300', body: noise(1_500_000) }),
      aRecord({ id: 'z-301' }),
    ]
    const { source, records: digest } = await pack(records)
    const { rowGroups } = await openSegment(source)
    expect(rowGroups.length).toBeGreaterThan(8)
    for (const { bytes, rows } of rowGroups) expect(bytes <= 1_000_000 || rows === 1).toBe(true)
    expect(rowGroups.reduce((sum, { rows }) => sum + rows, 0)).toBe(records.length)
    await verifySegment(source, digest)
  })

  it('reads only the row groups that can hold what is asked for', async () => {
    const records = Array.from({ length: 40 }, (_, at) =>
      aRecord({ id: `o-${10 + at}`, time: NOON + at, body: noise(100_000, at + 1) }),
    )
    const { source: whole, sorted } = await pack(records)
    const { source, reads } = counting(whole)
    const segment = await openSegment(source)
    reads.length = 0
    expect(await segment.find('o-25')).toEqual([sorted[15]])
    expect(reads.length).toBe(1)
    expect(await segment.find('o-25', NOON)).toEqual([])
    expect(await segment.find('o-251')).toEqual([])
    reads.length = 0
    expect(await segment.find('a')).toEqual([])
    expect(await collect(segment.rows({ minTime: NOON + 100 }))).toEqual([])
    expect(reads.length).toBe(0)
    const some = { minTime: NOON + 3, maxTime: NOON + 4 }
    expect(await collect(segment.rows(some))).toEqual(sorted.slice(3, 5))
    const ids = new Set(['o-49', 'x', 'o-10'])
    expect(await collect(segment.rows({ ids }))).toEqual([sorted[0], sorted[39]])
  })

  it.each([16, 17, 30])('finds %i ids of every other record, and no other', async (count) => {
    const records = Array.from({ length: 90 }, (_, at) => aRecord({ id: `o-${100 + at}`, time: NOON + at }))
    const { source, sorted } = await pack(records)
    const segment = await openSegment(source)
    const wanted = Array.from({ length: count }, (_, at) => sorted[2 * at] ?? expect.fail())
    const ids = new Set(wanted.map(({ id }) => id))
    expect(await collect(segment.rows({ ids }))).toEqual(wanted)
    expect(await collect(segment.rows({ ids, minTime: NOON + 5, maxTime: NOON + 9 }))).toEqual(
      [6, 8].map((at) => sorted[at]),
    )
  })

  it('reads row groups that stand side by side at once, when it may', async () => {
    const { source: whole, sorted } = await pack(
      Array.from({ length: 40 }, (_, at) => aRecord({ id: `o-${10 + at}`, body: noise(100_000, at + 1) })),
    )
    const { source, reads } = counting(whole)
    const segment = await openSegment(source, { readBytes: 10_000_000 })
    reads.length = 0
    expect(await collect(segment.rows())).toEqual(sorted)
    expect(reads.length).toBe(1)
  })

  it('finds every version of an id, across row groups', async () => {
    const records = Array.from({ length: 30 }, (_, at) =>
      aRecord({ id: 'same', time: NOON + (at % 2), body: noise(100_000, at + 1) }),
    )
    const { source } = await pack(records)
    const segment = await openSegment(source)
    expect(segment.rowGroups.length).toBeGreaterThan(1)
    expect((await segment.find('same')).length).toBe(30)
    expect((await segment.find('same', NOON)).length).toBe(15)
  })

  it('is the same where it is read ahead, with bodies left as bytes', async () => {
    const bodyOf = (at: number) => JSON.stringify({ at, text: noise(400, at + 1) })
    const records = [...someRecords(6000, bodyOf), aRecord({ id: 'z', body: noise(300_000) })]
    const { source, sorted } = await pack(records)
    const segment = await openSegment(source, { readAhead: true, lazyBodies: true, readBytes: 8 * 2 ** 20 })
    expect(segment.rowGroups.length).toBeGreaterThan(3)
    const plain = (read: ArchiveRecord[]) =>
      read.map(({ id, time, body, header, arrived, version, promoted }) => ({
        ...{ id, time, body, header, arrived, version, promoted },
      }))
    const all = await collect(segment.rows())
    expect(plain(all)).toEqual(sorted)
    expect(all.every(({ bodyPlace }) => bodyPlace !== undefined)).toBe(true)
    const ids = new Set(sorted.filter((_, at) => at % 600 === 7).map(({ id }) => id))
    const few = await collect(segment.rows({ ids }))
    expect(plain(few)).toEqual(sorted.filter(({ id }) => ids.has(id)))
    // each would hold on to a page of its own
    expect(few.every(({ bodyPlace }) => bodyPlace === undefined)).toBe(true)
  })

  it('leaves out rows whose bodies rule them out, but none of CSV', async () => {
    const records = Array.from({ length: 400 }, (_, at) =>
      at % 4 === 3
        ? aRecord({ id: `r${String(at).padStart(3, '0')}`, header: 'n', body: String(at % 10) })
        : aRecord({ id: `r${String(at).padStart(3, '0')}`, body: JSON.stringify({ n: at % 10, at }) }),
    )
    const { source } = await pack(records)
    const where = makeRecordFilter({ field: '/n', lt: 1 }, [])
    for (const lazyBodies of [false, true]) {
      const segment = await openSegment(source, { lazyBodies, readAhead: lazyBodies })
      const found = await collect(segment.rows({ where }))
      expect(found.map(({ id, body }) => [id, body])).toEqual(
        records
          .filter(({ header, body }) => header !== null || body.startsWith('{"n":0,'))
          .map(({ id, body }) => [id, body]),
      )
      const none = makeRecordFilter({ field: '/none', exists: true }, [])
      const ids = new Set(['r000', 'r001'])
      expect(await collect(segment.rows({ where: none, ids }))).toEqual([])
    }
  })

  it('leaves a body that a dictionary tells to the reader', () => {
    const body = { at: () => '{"n":1}', textAt: () => undefined, prepare: async () => undefined }
    const rowGroup = { offset: 0, bytes: 1, rows: 2, crc: 0, minId: 'a', maxId: 'b', minTime: 0, maxTime: 0 }
    const wanted = { columns: new Map([['body', body]]) }
    expect(chooseByBodies({ at: 0, rowGroup }, wanted, () => false).rows).toEqual([0, 1])
  })

  it('answers filters as a scan would', async () => {
    const { source, sorted } = await pack(someRecords(2000))
    const segment = await openSegment(source)
    const bound = fc.option(fc.integer({ min: NOON - 10, max: NOON + 1010 }), { nil: undefined })
    const anId = fc.constantFrom(...sorted.map(({ id }) => id), 'none')
    // few are looked up one by one, and of many each row is asked whether it is one
    const ids = fc.oneof(
      fc.constant(undefined),
      fc.uniqueArray(anId),
      fc.uniqueArray(anId, { minLength: 20, maxLength: 300, size: 'max' }),
    )
    await fc.assert(
      fc.asyncProperty(bound, bound, ids, async (minTime, maxTime, wanted) => {
        const set = wanted && new Set(wanted)
        const filter = {
          ...(minTime === undefined ? {} : { minTime }),
          ...(maxTime === undefined ? {} : { maxTime }),
          ...(set === undefined ? {} : { ids: set }),
        }
        const naive = sorted.filter(
          ({ id, time }) =>
            time >= (minTime ?? -Infinity) && time <= (maxTime ?? Infinity) && (set?.has(id) ?? true),
        )
        expect(await collect(segment.rows(filter))).toEqual(naive)
      }),
      { numRuns: 40 },
    )
  })

  it('refuses records out of order, lone surrogates, clashing columns, and to be empty', async () => {
    const open = (promoted: PromotedColumn[] = []) =>
      makeSegmentWriter({ segment: identity, promoted, sink: makeMemorySink() })
    await expect(open().write([aRecord({ id: 'b' }), aRecord({ id: 'a' })])).rejects.toThrow('out of order')
    const twice = open()
    await twice.write([aRecord({ id: 'b' })])
    await expect(twice.write([aRecord({ id: 'a' })])).rejects.toThrow('out of order')
    await expect(open().write([aRecord({ body: '\ud800' })])).rejects.toThrow('lone surrogate')
    expect(() => open([{ name: 'body', path: ['body'], type: 'string' }])).toThrow('"body"')
    await expect(open().finish({ inputs: null, books })).rejects.toThrow('no records')
  })
})
