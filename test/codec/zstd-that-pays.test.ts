import { randomBytes } from 'node:crypto'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { decompressors, zstdAt } from '../../shared/codec/parquet-values.ts'
import { makeZstdThatPays } from '../../shared/codec/zstd-that-pays.ts'

const [fast, small] = [zstdAt(1), zstdAt(9)]

const LONG = 200_000
const noise = () => Buffer.from(randomBytes(LONG / 2).toString('hex'))

/** Texts of which a slow level makes clearly less. */
const words = (seed: number) => {
  const lines = Array.from(
    { length: LONG / 50 },
    (_, at) =>
      `{"carrier":"A${(at * seed) % 17}","delay":${(at * at * seed) % 501},"distance":${(at * 7919) % 3001}}`,
  )
  return Buffer.from(lines.join('\n'))
}

const unpack = (packed: Uint8Array, length: number) => Buffer.from(decompressors.ZSTD(packed, length))

test('where the slow level makes much less, every page is packed with it', () => {
  const compress = makeZstdThatPays()
  for (let seed = 1; seed <= 40; seed += 1) {
    const page = words(seed)
    expect(small(page).length).toBeLessThan(0.97 * fast(page).length)
    expect(Buffer.compare(compress(page), small(page))).toBe(0)
  }
})

test('where it hardly makes less, pages are packed with the fast one', () => {
  const compress = makeZstdThatPays()
  compress(noise())
  for (let times = 0; times < 127; times += 1) {
    const page = noise()
    expect(Buffer.compare(compress(page), fast(page))).toBe(0)
  }
})

test('it is asked again after 128 pages', () => {
  const compress = makeZstdThatPays()
  for (let times = 0; times < 128; times += 1) compress(noise())
  const page = words(3)
  // the one that is tried, and those behind it
  expect(Buffer.compare(compress(page), small(page))).toBe(0)
  expect(Buffer.compare(compress(page), small(page))).toBe(0)
})

test('shorter pages decide nothing, and the shortest are packed with a level between', () => {
  const compress = makeZstdThatPays()
  compress(noise())
  const shorter = words(5).subarray(0, 60_000)
  expect(Buffer.compare(compress(shorter), small(shorter))).toBe(0)
  const shortest = words(5).subarray(0, 10_000)
  expect(Buffer.compare(compress(shortest), zstdAt(6)(shortest))).toBe(0)
  const long = words(5)
  expect(Buffer.compare(compress(long), fast(long))).toBe(0)
})

test('whatever is packed comes back', () => {
  fc.assert(
    fc.property(fc.array(fc.uint8Array({ maxLength: 300_000 }), { maxLength: 4 }), (pages) => {
      const compress = makeZstdThatPays()
      for (const page of pages)
        expect(unpack(compress(page), page.length).equals(Buffer.from(page))).toBe(true)
    }),
    { numRuns: 30 },
  )
})
