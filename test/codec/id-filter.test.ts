import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { buildIdFilter, mayContainId } from '../../shared/codec/id-filter.ts'
import { anyText } from './packing.ts'

const shapes: [string, (at: number) => string][] = [
  ['numbers', (at) => String(at)],
  ['padded numbers', (at) => `order-${String(at).padStart(12, '0')}`],
  ['random-looking hex', (at) => Math.imul(at, 2654435761).toString(16).padStart(32, 'a')],
  ['long ids that end alike', (at) => `${at}${'-x'.repeat(200)}`],
  ['other scripts', (at) => `注文-${at}-😀`],
]

describe('the id filter', () => {
  it('never denies an id that it was built from', async () => {
    await fc.assert(
      fc.property(fc.array(anyText({ minLength: 1 }), { minLength: 1, maxLength: 100 }), (ids) => {
        const filter = buildIdFilter(ids)
        expect(ids.every((id) => mayContainId(filter, id))).toBe(true)
      }),
    )
  })

  it.each(shapes)('says yes to at most 1 % of other ids: %s', (_, id) => {
    const filter = buildIdFilter(Array.from({ length: 20_000 }, (_unused, at) => id(at)))
    let yes = 0
    for (let at = 20_000; at < 60_000; at += 1) if (mayContainId(filter, id(at))) yes += 1
    expect(yes / 40_000).toBeLessThan(0.01)
  })

  it('takes about 12 bits an id, however often an id comes', () => {
    const ids = Array.from({ length: 10_000 }, (_, at) => `o-${at}`)
    expect(buildIdFilter(ids).length).toBe(15_008)
    expect(buildIdFilter(ids.flatMap((id) => [id, id, id]))).toEqual(buildIdFilter(ids))
  })

  it('of format 1 has these bits for ever', () => {
    expect(Buffer.from(buildIdFilter(['a', 'o-1', '😀'])).toString('hex')).toMatchInlineSnapshot(
      `"10100002a1000000030010000800001202020004100400000400101082000080"`,
    )
  })

  it('refuses bytes that are no filter', () => {
    expect(() => mayContainId(new Uint8Array(31), 'a')).toThrow('31')
    expect(() => mayContainId(new Uint8Array(0), 'a')).toThrow('0')
  })
})
