import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import * as z from 'zod'
import { memorySource } from '../../shared/codec/byte-source.ts'
import { openSegment } from '../../shared/codec/open-segment.ts'
import {
  packQuarantine,
  readQuarantineHeader,
  readQuarantineItems,
} from '../../shared/codec/quarantine-object.ts'
import { decodeIndex, locate } from '../../shared/codec/segment-index.ts'
import { packSnapshot, readSnapshot, SnapshotDamaged } from '../../shared/codec/snapshot-object.ts'
import { verifySegment } from '../../shared/codec/verify-segment.ts'
import { parseDigest } from '../../shared/domain/digest.ts'
import { collect } from './packing.ts'

const golden = (name: string) => readFile(join(import.meta.dirname, 'golden', name))

// Written once, by the first release of format 1 (test/codec/golden/README.md). They never change: a reader that fails on
// them has lost the archive.
describe('[F19] the golden segment of format 1', () => {
  const DIGEST = parseDigest('35:12727351c992731c88:11aa99fe5b56a3c3a3')

  it('is read and verified', async () => {
    const source = memorySource(await golden('format-1.parquet'))
    const expected: unknown = JSON.parse(
      await readFile(join(import.meta.dirname, 'golden', 'format-1.json'), 'utf8'),
    )
    const metadata = await verifySegment(source, DIGEST)
    expect(metadata).toMatchObject({
      dataset: 'orders',
      partition: '2024-03-10',
      kind: 'sealed',
      id: '01HRKZ0000000000000000ABCD',
      inputs: { commits: ['c-1', 'c-2'] },
    })
    expect(metadata.books.duplicates).toEqual({ count: 0, upper: 0n, lower: 0n })
    const segment = await openSegment(source)
    expect(await collect(segment.rows())).toEqual(expected)
  })

  it('is found through its index object', async () => {
    const index = decodeIndex(await golden('format-1.index'))
    const source = memorySource(await golden('format-1.parquet'))
    const segment = await openSegment(source, { footer: index.footer })
    expect(segment.metadata.records).toEqual(DIGEST)
    expect(locate(index, { id: '😀' }).length).toBe(1)
    expect(locate(index, { id: 'absent' })).toEqual([])
    expect((await segment.find('😀')).map(({ version }) => version)).toEqual(['2'])
  })
})

describe('[F19] the golden segment of format 2', () => {
  const DIGEST = '95:2fd10735120c8ca732:2e778aa834a6672ccd'

  it('has columns of several pages, and is read, verified and found through its index object', async () => {
    const source = memorySource(await golden('format-2.parquet'))
    const before = z.array(z.looseObject({})).parse(JSON.parse(String(await golden('format-1.json'))))
    const long = Array.from({ length: 60 }, (_, at) => ({
      ...before[0],
      id: `page-${100 + at}`,
      body: JSON.stringify({ at, text: 'x'.repeat(10_000) }),
    }))
    await verifySegment(source, parseDigest(DIGEST))
    const { footer } = decodeIndex(await golden('format-2.index'))
    const segment = await openSegment(source, { footer })
    const records = await collect(segment.rows())
    expect(records.filter(({ id }) => !id.startsWith('page-'))).toEqual(before)
    expect(records.filter(({ id }) => id.startsWith('page-'))).toEqual(long)
    expect(segment.rowGroups.length).toBe(2)
    const pages = footer.parquet.rowGroup(0)?.columns[2]?.meta_data?.total_uncompressed_size
    expect(Number(pages)).toBeGreaterThan(2 * 240_000)
    for (const at of [0, 30, 59]) expect(await segment.find(`page-${100 + at}`)).toEqual([long[at]])
  })
})

describe('[F19] the golden unit of quarantine of format 1', () => {
  const NAME = 'd3502b29cbb2f9d6c32cf91f287f818d73bd3475226b0ac27e3efd28db54b943'

  it('is read whole, and written the same to this day', async () => {
    const data = await golden('quarantine-1.ndjson')
    const about = readQuarantineHeader(data)
    expect(about).toMatchObject({ dataset: 'orders', unit: 'message m-1', items: 4 })
    const items = readQuarantineItems(data, NAME)
    expect(items.map(({ text }) => text)).toEqual(['{"a":\n😀\ud800', '/w==', 'a,b', '{}'])
    expect(items[2]).toMatchObject({ header: 'id,"at"', cut: true })
    expect(items[3]).toMatchObject({ dataset: '_unknown', named: '__proto__' })
    const packed = packQuarantine({ ...about, items, at: 0 })
    expect(packed.facts.name).toBe(NAME)
    expect(data.equals(packed.data)).toBe(true)
  })
})

describe('[F19] the golden snapshot of format 1', () => {
  it('is read whole, and written the same to this day', async () => {
    const data = await golden('snapshot-1.ndjson')
    const snapshot = readSnapshot(data)
    expect(snapshot).toMatchObject({ dataset: 'orders', partition: '2024-03-10' })
    expect(
      snapshot.commits.map(({ id, replaces, segments }) => ({ id, replaces, segments: segments.length })),
    ).toEqual([
      { id: 'L#01HRKZ0000000000000000ABCD', replaces: [], segments: 1 },
      { id: 'G#000001', replaces: ['L#01HRKZ0000000000000000ABCD'], segments: 1 },
      { id: 'G#000002', replaces: ['G#000001'], segments: 0 },
    ])
    expect(snapshot.commits[1]?.segments[0]).toMatchObject({
      kind: 'sealed',
      storageClass: 'GLACIER_IR',
      records: { count: 1, upper: 2n ** 70n + 1n, lower: 1n },
      minId: '😀',
      maxId: 'o-"1"',
    })
    expect(data.equals(packSnapshot(snapshot))).toBe(true)
  })

  it('of another format is refused, and so is a damaged one', async () => {
    const data = await golden('snapshot-1.ndjson')
    const newer = Buffer.from(data.toString().replace('"format":1', '"format":2'))
    expect(() => readSnapshot(newer)).toThrow(SnapshotDamaged)
    for (let at = 0; at < data.length; at += 1) {
      const damaged = Buffer.from(data)
      damaged[at] = 255 ^ (damaged[at] ?? 0)
      expect(() => readSnapshot(damaged)).toThrow(SnapshotDamaged)
    }
  })
})
