import { describe, expect, test } from 'vitest'
import { readRanges } from '../../shared/codec/read-ahead.ts'

const RANGES = [
  { start: 0, end: 2 },
  { start: 2, end: 5 },
  { start: 7, end: 9 },
]

/** Content of ten bytes, and what of it was asked for and has come. */
const aSource = (options: { readonly brokenAt?: number } = {}) => {
  const begun: number[] = []
  const ended: number[] = []
  const read = async (start: number, end: number) => {
    begun.push(start)
    await new Promise((resolve) => setTimeout(resolve, 5))
    ended.push(start)
    if (start === options.brokenAt) throw new Error(`nothing at ${start}`)
    return Uint8Array.from({ length: end - start }, (_, index) => start + index)
  }
  return { source: { bytes: 10, read }, begun, ended }
}

describe.each([{ ahead: 3 }, { ahead: 0 }])(
  'ranges of a source, up to $ahead bytes read ahead',
  ({ ahead }) => {
    test('come in order, whole', async () => {
      const { source, begun } = aSource()
      const got: unknown[] = []
      for await (const { range, bytes } of readRanges(source, RANGES, ahead)) got.push([range, [...bytes]])
      expect(got).toEqual([
        [RANGES[0], [0, 1]],
        [RANGES[1], [2, 3, 4]],
        [RANGES[2], [7, 8]],
      ])
      expect(begun).toEqual([0, 2, 7])
    })

    test('are none where none are asked for', async () => {
      const { source, begun } = aSource()
      expect((await readRanges(source, [], ahead).next()).done).toBe(true)
      expect(begun).toEqual([])
    })

    test('fail in their turn, and then no more is read', async () => {
      const { source, begun } = aSource({ brokenAt: 2 })
      const got: number[] = []
      const reading = async () => {
        for await (const { range } of readRanges(source, RANGES, ahead)) got.push(range.start)
      }
      await expect(reading()).rejects.toThrow('nothing at 2')
      expect(got).toEqual([0])
      expect(begun).toEqual([0, 2])
    })

    test('leave nothing under way behind one who stops early', async () => {
      const { source, begun, ended } = aSource({ brokenAt: 2 })
      for await (const { range } of readRanges(source, RANGES, ahead)) {
        expect(range).toBe(RANGES[0])
        break
      }
      expect(ended).toEqual(begun)
      expect(begun).toEqual(ahead > 0 ? [0, 2] : [0])
    })
  },
)

test('what is read ahead has been asked for before what came first is worked on', async () => {
  const { source, begun } = aSource()
  const reading = readRanges(source, RANGES, 3)
  await reading.next()
  expect(begun).toEqual([0, 2])
  await reading.next()
  expect(begun).toEqual([0, 2, 7])
})

test('a range that is too large to be in memory with another is read when it is its turn', async () => {
  const { source, begun } = aSource()
  const reading = readRanges(source, RANGES, 2)
  await reading.next()
  expect(begun).toEqual([0])
  await reading.next()
  expect(begun).toEqual([0, 2, 7])
})
