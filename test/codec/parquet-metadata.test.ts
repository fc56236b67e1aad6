import { parquetMetadata } from 'hyparquet'
import { describe, expect, it } from 'vitest'
import { ParquetFooter } from '../../shared/codec/parquet-metadata.ts'
import { readFooter } from '../../shared/codec/segment-footer.ts'
import { SegmentCorrupt } from '../../shared/codec/segment-format.ts'
import { makeThriftWriter, type ThriftWriter } from '../../shared/codec/thrift-writer.ts'
import { aRecord } from '../support/builders.ts'
import { noise, pack } from './packing.ts'

const footerOf = (write: (to: ThriftWriter) => void) => {
  const to = makeThriftWriter()
  to.i32(1, 2)
  to.structs(2, ['icecore'], (name) => to.binary(4, name))
  to.i64(3, 0n)
  write(to)
  const metadata = to.end()
  const trailer = Buffer.from('\0\0\0\0PAR1')
  trailer.writeUInt32LE(metadata.length)
  return new ParquetFooter(Buffer.concat([metadata, trailer]), {})
}

describe('a footer whose row groups are decoded one by one', () => {
  it.each([1, 14, 40])('is what it is as a whole, with %i of them', async (count) => {
    const records = Array.from({ length: count }, (_, at) =>
      aRecord({ id: `o-${100 + at}`, body: noise(1_100_000, at + 1) }),
    )
    const { bytes } = await readFooter((await pack(records)).source)
    const whole = parquetMetadata(bytes, { geoparquet: false })
    const footer = new ParquetFooter(bytes, {})
    expect(footer.rowGroupCount).toBe(count)
    expect(footer.schema).toEqual(whole.schema)
    expect(footer.keyValues).toEqual(whole.key_value_metadata)
    for (let at = count - 1; at >= 0; at -= 1) expect(footer.rowGroup(at)).toEqual(whole.row_groups[at])
    expect(footer.rowGroup(0)).toBe(footer.rowGroup(0))
    expect(footer.rowGroup(count)).toBe(undefined)
  })

  it('has none without a list of them, and no metadata of its own without', () => {
    expect(() => footerOf(() => undefined)).toThrow('no list as field 4')
    expect(() => footerOf((to) => to.i32(4, 1))).toThrow('no list as field 4')
    expect(footerOf((to) => to.structs(4, [], () => undefined))).toMatchObject({
      rowGroupCount: 0,
      keyValues: [],
    })
  })

  it('[F7] finds what is no row group when it is asked for it', () => {
    const footer = footerOf((to) => to.structs(4, [1], () => to.i64(2, 5n)))
    expect(() => footer.rowGroup(0)).toThrow(SegmentCorrupt)
  })
})
