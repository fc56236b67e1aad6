import fc from 'fast-check'
import { expect, test } from 'vitest'
import {
  addDigests,
  type Digest,
  emptyDigest,
  formatDigest,
  parseDigest,
  sameDigest,
  subtractDigests,
} from '../../shared/domain/digest.ts'

const digest = fc.record({
  count: fc.nat(1e12),
  upper: fc.bigInt(0n, 2n ** 100n),
  lower: fc.bigInt(0n, 2n ** 100n),
}) satisfies fc.Arbitrary<Digest>

test('digests add up in any order and grouping, and can be taken apart again', () => {
  fc.assert(
    fc.property(digest, digest, digest, (a, b, c) => {
      expect(addDigests(a, addDigests(b, c))).toEqual(addDigests(c, b, a))
      expect(subtractDigests(addDigests(a, b), b)).toEqual(a)
    }),
  )
  expect(addDigests()).toEqual(emptyDigest)
})

test('a digest that is written is read as it was', () => {
  fc.assert(
    fc.property(digest, (one) => {
      expect(parseDigest(formatDigest(one))).toEqual(one)
    }),
  )
})

test('digests differ by count, by upper and by lower sum', () => {
  const one = { count: 1, upper: 2n, lower: 3n }
  expect(sameDigest(one, { ...one })).toBe(true)
  for (const other of [{ count: 2 }, { upper: 0n }, { lower: 0n }])
    expect(sameDigest(one, { ...one, ...other })).toBe(false)
})

test.each(['', '1:2', '1:2:3:4', '-1:2:3', '1:G:3', '1:2:3 ', '1.5:2:3'])('%j is no digest', (text) => {
  expect(() => parseDigest(text)).toThrow('expected count:upper:lower')
})
