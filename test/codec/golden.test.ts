import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { memorySource } from '../../shared/codec/byte-source.ts'
import { openSegment } from '../../shared/codec/open-segment.ts'
import { decodeIndex, locate } from '../../shared/codec/segment-index.ts'
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
