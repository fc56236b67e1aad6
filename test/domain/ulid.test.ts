import fc from 'fast-check'
import { expect, test } from 'vitest'
import { makeUlid, ULID_PATTERN, ulidTime } from '../../shared/domain/ulid.ts'

const time = fc.integer({ min: 0, max: 2 ** 48 - 1 })
const noise = fc.uint8Array({ minLength: 10, maxLength: 10 })

test('a ULID begins with its time and is told apart by its noise', () => {
  fc.assert(
    fc.property(time, noise, noise, (at, one, other) => {
      const ulid = makeUlid(at, () => one)
      expect(ulid).toMatch(ULID_PATTERN)
      expect(ulidTime(ulid)).toBe(at)
      expect(ulid === makeUlid(at, () => other)).toBe(Buffer.from(one).equals(other))
    }),
  )
})

test('ULIDs sort by their time', () => {
  fc.assert(
    fc.property(time, time, noise, noise, (a, b, one, other) => {
      if (a < b) expect(makeUlid(a, () => one) < makeUlid(b, () => other)).toBe(true)
    }),
  )
})

test('a ULID is the one of the specification', () => {
  expect(makeUlid(1469918176385, () => new Uint8Array(10)).slice(0, 10)).toBe('01ARYZ6S41')
  expect(makeUlid(0, () => new Uint8Array(10).fill(255))).toBe('0000000000ZZZZZZZZZZZZZZZZ')
})
