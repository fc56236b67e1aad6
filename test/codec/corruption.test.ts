import { describe, expect, it } from 'vitest'
import { memorySource } from '../../shared/codec/byte-source.ts'
import { digestRecords } from '../../shared/codec/digest.ts'
import { openSegment } from '../../shared/codec/open-segment.ts'
import { decodeFooter, stampFooter } from '../../shared/codec/segment-footer.ts'
import { METADATA_KEYS, SegmentCorrupt, UnknownSegmentFormat } from '../../shared/codec/segment-format.ts'
import { decodeIndex } from '../../shared/codec/segment-index.ts'
import { verifySegment } from '../../shared/codec/verify-segment.ts'
import { aRecord, NOON } from '../support/builders.ts'
import { collect, pack, readAll } from './packing.ts'

const someRecords = (text: string) =>
  Array.from({ length: 9 }, (_, at) =>
    aRecord({
      id: `o-${at}`,
      time: NOON + at,
      body: JSON.stringify({ at, text }),
      header: at % 2 === 0 ? null : 'a,b',
      promoted: [at % 3 === 0 ? null : at],
    }),
  )
const promoted = [{ name: 'at', path: ['at'], type: 'integer' } as const]

const MASKS = [0xff, 0x01, 0x80] as const

describe.each([
  ['so short that its columns are stored as they are', someRecords('hello world')],
  ['whose columns are compressed', someRecords('hello world'.repeat(50))],
])('a damaged segment %s', (_, records) => {
  it('[F7] is found whichever byte is changed, and never serves wrong records', async () => {
    const { content, records: digest, sorted } = await pack(records, { promoted })
    let found = 0
    for (let at = 0; at < content.length; at += 1)
      for (const mask of MASKS) {
        const damaged = Buffer.from(content)
        damaged[at] = (damaged[at] ?? 0) ^ mask
        const source = memorySource(damaged)
        const outcome = await readAll(source).catch((error: unknown) => error)
        if (Array.isArray(outcome)) expect(outcome).toEqual(sorted)
        else {
          found += 1
          expect(outcome).toBeInstanceOf(SegmentCorrupt)
        }
        const verified = await verifySegment(source, digest).catch((error: unknown) => error)
        expect(verified instanceof SegmentCorrupt).toBe(!Array.isArray(outcome))
      }
    // all but the four bytes of the magic number at the beginning, which hold no records and are never read
    expect(found).toBe((content.length - 4) * MASKS.length)
  })

  it('[F7] is found wherever it is cut off', async () => {
    const { content, records: digest } = await pack(records, { promoted })
    for (let length = 0; length < content.length; length += 1)
      await expect(verifySegment(memorySource(content.subarray(0, length)), digest)).rejects.toBeInstanceOf(
        SegmentCorrupt,
      )
  })

  it('[F7] is found through a footer that came from its index object', async () => {
    const { content, index, sorted } = await pack(records, { promoted })
    const { footer } = decodeIndex(index)
    const [rowGroup] = footer.rowGroups
    for (let at = rowGroup?.offset ?? 0; at < content.length - footer.bytes.length; at += 1) {
      const damaged = Buffer.from(content)
      damaged[at] = (damaged[at] ?? 0) ^ 0x10
      const segment = await openSegment(memorySource(damaged), { footer })
      await expect(collect(segment.rows())).rejects.toBeInstanceOf(SegmentCorrupt)
    }
    const longer = await openSegment(memorySource(content), { footer })
    expect(await collect(longer.rows())).toEqual(sorted)
    await expect(openSegment(memorySource(content.subarray(1)), { footer })).rejects.toBeInstanceOf(
      SegmentCorrupt,
    )
  })

  it('[F7] is found when it is another, sound segment than expected', async () => {
    const other = await pack([...records.slice(1), aRecord({ id: 'o-0', body: '{}' })])
    await expect(verifySegment(other.source, digestRecords(records))).rejects.toThrow('expected records 9:')
  })

  it('[F19] is told from one of a newer format', async () => {
    const { content, index } = await pack(records)
    const { footer } = decodeIndex(index)
    const newer = Buffer.from(footer.bytes)
    // the value of the format stands behind its key, a field header and its length
    const at = newer.indexOf(METADATA_KEYS.format) + METADATA_KEYS.format.length + 2
    expect(newer.toString('latin1', at, at + 1)).toBe('2')
    newer.write('3', at, 'latin1')
    expect(() => decodeFooter(newer)).toThrow(SegmentCorrupt)
    newer.write('00000000', newer.lastIndexOf(METADATA_KEYS.crc) + METADATA_KEYS.crc.length + 2, 'latin1')
    stampFooter(newer)
    const whole = Buffer.concat([content.subarray(0, content.length - newer.length), newer])
    const error = await openSegment(memorySource(whole)).catch((reason: unknown) => reason)
    expect(error).toBeInstanceOf(UnknownSegmentFormat)
    expect(String(error)).toContain('expected 2, got 3')
  })

  it('does not hide the errors of its source', async () => {
    const { source, content } = await pack(records)
    const { footer } = decodeIndex((await pack(records)).index)
    const broken = { bytes: content.length, read: () => Promise.reject(new Error('connection reset')) }
    await expect(openSegment(broken)).rejects.toThrow('connection reset')
    const segment = await openSegment(broken, { footer })
    await expect(collect(segment.rows())).rejects.toThrow('connection reset')
    expect(source.bytes).toBe(content.length)
  })

  it('[F7] is found at every byte of an index object, and wherever that is cut off', async () => {
    const { index } = await pack(records)
    for (let at = 0; at < index.length; at += 1) {
      const damaged = Uint8Array.from(index)
      damaged[at] = (damaged[at] ?? 0) ^ 0x04
      expect(() => decodeIndex(damaged)).toThrow(SegmentCorrupt)
      expect(() => decodeIndex(index.subarray(0, at))).toThrow(SegmentCorrupt)
    }
  })
})
