import * as fc from 'fast-check'
import { ByteWriter } from 'hyparquet-writer'
import { deltaBinaryPack } from 'hyparquet-writer/src/delta.js'
import { describe, expect, it } from 'vitest'
import { deltaNumbers } from '../../shared/codec/delta-numbers.ts'

const packed = (numbers: readonly (number | bigint)[]) => {
  const writer = new ByteWriter()
  deltaBinaryPack(writer, numbers.map(BigInt), 'INT64')
  return new Uint8Array(writer.getBytes())
}
const roundTrip = (numbers: readonly number[]) => {
  const read = deltaNumbers(packed(numbers), numbers.length)
  return read && [...read]
}

const DAY = 86_400_000

describe('delta numbers', () => {
  it('are those that were packed, whatever their widths', async () => {
    const width = fc.integer({ min: 0, max: 46 })
    const numbers = width.chain((bits) =>
      fc.array(fc.integer({ min: -(2 ** bits), max: 2 ** bits }), {
        minLength: 1,
        maxLength: 300,
        size: 'max',
      }),
    )
    await fc.assert(
      fc.property(numbers, (wanted) => {
        expect(roundTrip(wanted)).toEqual(wanted)
      }),
      { numRuns: 300 },
    )
  })

  it.each([
    ['one', [5]],
    ['none but the same', Array.from({ length: 200 }, () => -7)],
    ['a step each', Array.from({ length: 1000 }, (_, at) => 1.7e12 + at * 1000)],
    ['of some days', Array.from({ length: 1000 }, (_, at) => 1.7e12 + ((at * 7919) % 20) * DAY)],
    ['at the end of a block', Array.from({ length: 129 }, (_, at) => at * at)],
  ])('are read where they are %s', (_, numbers) => {
    expect(roundTrip(numbers)).toEqual(numbers)
  })

  it.each([
    ['a first number', [2n ** 60n, 2n ** 60n + 1n]],
    ['a sum', [2n ** 53n - 1n, 2n ** 53n]],
    ['deltas', [0n, 2n ** 52n, -(2n ** 52n), 2n ** 52n]],
    ['the least delta', [2n ** 53n - 1n, -(2n ** 53n) + 1n, 2n ** 53n - 1n]],
    ['the only number', [2n ** 62n]],
  ])('are left to others where %s would not be exact', (_, numbers) => {
    expect(deltaNumbers(packed(numbers), numbers.length)).toBeUndefined()
  })

  it('that end early are an error, wherever they are cut', () => {
    const numbers = Array.from({ length: 97 }, (_, at) => (at * 7919) % 1013)
    const bytes = packed(numbers)
    for (let end = 0; end < bytes.length; end += 1)
      expect(() => deltaNumbers(bytes.subarray(0, end), numbers.length)).toThrow(RangeError)
  })

  it.each([
    ['no parts', [128, 1, 0, 3, 0]],
    ['parts of nothing', [0, 4, 3, 0]],
    ['a number without end', [128, 1, 4, ...Array.from({ length: 11 }, () => 255)]],
  ])('of %s are an error', (_, bytes) => {
    expect(() => deltaNumbers(Uint8Array.from(bytes), 3)).toThrow(RangeError)
  })
})
