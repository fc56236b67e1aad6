import { expect, test } from 'vitest'
import type { ArchiveRecord } from '../../shared/domain/record.ts'
import type { Segment } from '../../shared/domain/segment.ts'
import { readSelection } from '../../shared/use-cases/read-selection.ts'
import { collect } from '../support/archive-facts.ts'
import { aRecord, NOON } from '../support/builders.ts'
import { aWorld } from '../support/rehydration-world.ts'
import { aRange } from '../support/selections.ts'

const all = aRange(NOON, NOON + 1)

/** Segments that the catalog says to hold a large row group each. */
const largeSegments = async (contents: readonly (readonly ArchiveRecord[])[]) => {
  const world = aWorld()
  const found: { segment: Segment; index: undefined }[] = []
  for (const records of contents) {
    const { segment } = await world.land(records)
    found.push({ segment: { ...segment, bodyBytes: 128_000_000 }, index: undefined })
  }
  const read = async () => await collect(readSelection(world.ports.reader, found, all, []))
  return async () => (await read()).flatMap(({ records }) => records.map(({ id }) => id))
}

const idAt = (at: number) => `o-${String(at).padStart(4, '0')}`
const pairAt = (at: number) => [aRecord({ id: idAt(2 * at) }), aRecord({ id: idAt(2 * at + 1) })]

test('a partition of many sealed segments is read, one segment behind the other', async () => {
  const contents = Array.from({ length: 100 }, (_, at) => pairAt((at * 37) % 100))
  const read = await largeSegments(contents)
  expect(await read()).toEqual(Array.from({ length: 200 }, (_, at) => idAt(at)))
})

test('segments that share an id are merged, and each record is read once', async () => {
  const read = await largeSegments([pairAt(0), pairAt(1), [...pairAt(0).slice(1), ...pairAt(1)]])
  expect(await read()).toEqual([0, 1, 2, 3].map(idAt))
})

test('more overlapping segments than memory takes are not read at once', async () => {
  const read = await largeSegments(Array.from({ length: 65 }, () => [aRecord()]))
  await expect(read()).rejects.toThrow('65 segments of one partition are too many to merge at once')
})
