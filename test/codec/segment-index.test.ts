import { describe, expect, it } from 'vitest'
import { openSegment } from '../../shared/codec/open-segment.ts'
import { SegmentCorrupt, UnknownSegmentFormat } from '../../shared/codec/segment-format.ts'
import { decodeIndex, decodeIndexFront, encodeIndex, locate } from '../../shared/codec/segment-index.ts'
import { aRecord, NOON } from '../support/builders.ts'
import { counting, noise, pack, someRecords } from './packing.ts'

describe('the index object', () => {
  it('says where a record is, so that one range read of at most 1 MB finds it', async () => {
    const { source: whole, index, sorted } = await pack(someRecords(40_000, (at) => noise(80, at + 1)))
    const { source, reads } = counting(whole)
    const decoded = decodeIndex(index)
    const segment = await openSegment(source, { footer: decoded.footer })
    expect(reads).toEqual([])
    expect(decoded.footer.rowGroups.length).toBeGreaterThan(3)
    for (const record of [sorted[0], sorted[31_234], sorted.at(-1)]) {
      const [range, ...others] = locate(decoded, { id: record?.id ?? '', time: record?.time ?? 0 })
      expect(others).toEqual([])
      expect((range?.end ?? Infinity) - (range?.start ?? 0)).toBeLessThanOrEqual(1_000_000)
      reads.length = 0
      expect(await segment.find(record?.id ?? '')).toEqual([record])
      expect(reads).toEqual([{ start: range?.start, end: range?.end }])
    }
  })

  it('says of nearly every other id that it is not in the segment', async () => {
    const { index } = await pack(someRecords(5000))
    const decoded = decodeIndex(index)
    const found = Array.from({ length: 2000 }, (_, at) => locate(decoded, { id: `o-${at}x` })).flat()
    expect(found.length).toBeLessThan(30)
  })

  it('leaves out row groups of other times', async () => {
    const { index } = await pack([
      aRecord({ id: 'same', time: NOON, body: noise(600_000) }),
      aRecord({ id: 'same', time: NOON + 1, body: noise(600_000, 2) }),
    ])
    const decoded = decodeIndex(index)
    expect(locate(decoded, { id: 'same' }).length).toBe(2)
    expect(locate(decoded, { id: 'same', time: NOON + 1 }).map(({ rowGroup }) => rowGroup)).toEqual([1])
    expect(locate(decoded, { id: 'same', time: NOON + 2 })).toEqual([])
  })

  it('says where a record may be by its beginning alone, once the footer is in that', async () => {
    const { index, sorted } = await pack(someRecords(5000))
    const whole = decodeIndex(index)
    const front = index.length - whole.filter.length
    const footerOnly = decodeIndexFront(index.subarray(0, front))
    expect(footerOnly).toEqual({ footer: whole.footer, filter: undefined })
    const [record] = sorted
    const selector = { id: record?.id ?? '', time: record?.time ?? 0 }
    expect(locate(footerOnly ?? whole, selector)).toEqual(locate(whole, selector))
    // an id within the ranges that only the filter rules out
    const other = { id: `${record?.id}x` }
    expect([locate(whole, other), locate(footerOnly ?? whole, other).length]).toEqual([[], 1])
    expect(decodeIndexFront(index.subarray(0, front - 200))).toBeUndefined()
  })

  it('is refused by its beginning where that is broken, or of a format to come', async () => {
    const { index } = await pack(someRecords(10))
    const changed = (at: number, value: number) => {
      const copy = Buffer.from(index)
      copy.writeUInt32LE(value, at)
      return copy
    }
    expect(() => decodeIndexFront(changed(0, 0))).toThrow(SegmentCorrupt)
    expect(() => decodeIndexFront(changed(4, 2))).toThrow(UnknownSegmentFormat)
    expect(() => decodeIndexFront(changed(8, 2 ** 31))).toThrow(SegmentCorrupt)
    expect(() => decodeIndexFront(changed(24, 0xffff_ffff))).toThrow(SegmentCorrupt)
  })

  it('comes back as it was encoded', async () => {
    const { index } = await pack(someRecords(100))
    const { footer, filter } = decodeIndex(index)
    expect(Buffer.from(encodeIndex(footer.bytes, filter)).equals(index)).toBe(true)
  })
})
