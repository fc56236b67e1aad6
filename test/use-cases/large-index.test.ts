import { describe, expect, test } from 'vitest'
import { decodeIndex, encodeIndex } from '../../shared/codec/segment-index.ts'
import type { PartitionRef, Segment } from '../../shared/domain/segment.ts'
import { findRecord } from '../../shared/use-cases/find-record.ts'
import { aRecord } from '../support/builders.ts'
import { coldWorld } from '../support/cold-world.ts'
import { aWorld } from '../support/rehydration-world.ts'

const RECORD = aRecord()
const WITH_TIME = { id: RECORD.id, time: RECORD.time }
const FRONT = 64 * 1024

/** As many bits as half a million ids take: all of them set, or none. */
const EVERY_ID = new Uint8Array(768 * 1024).fill(0xff)
const NO_ID = new Uint8Array(768 * 1024)

/** The ports of a world in which the index object of this segment is as large as that of very many records. */
const withLargeIndex = async (
  { ports }: Awaited<ReturnType<typeof coldWorld>>['world'],
  { key, indexKey, indexBytes }: Segment,
  filter: Uint8Array,
) => {
  const { footer } = decodeIndex(await ports.reader.read(indexKey, 0, indexBytes))
  const large = encodeIndex(footer.bytes, filter)
  const reads: (readonly [what: 'index' | 'segment', start: number, end: number])[] = []
  const read = async (wanted: string, start: number, end: number) => {
    reads.push([wanted === key ? 'segment' : 'index', start, end])
    return wanted === indexKey ? large.subarray(start, end) : ports.reader.read(wanted, start, end)
  }
  const log = {
    ...ports.log,
    read: async (ref: PartitionRef) => {
      const state = await ports.log.read(ref)
      const enlarge = (segment: Segment) => ({ ...segment, indexBytes: large.length })
      const commits = state.commits.map((commit) => ({ ...commit, segments: commit.segments.map(enlarge) }))
      return { ...state, commits }
    },
  }
  return { ports: { ...ports, log, reader: { ...ports.reader, read } }, reads, large, footer }
}

describe('a record of a segment with a large index object', () => {
  test('is found by the beginning of it and one row group, where its time is known', async () => {
    const world = aWorld()
    const { segment } = await world.land([RECORD])
    const { ports, reads, footer } = await withLargeIndex(world, segment, EVERY_ID)
    expect(await findRecord(ports)('orders', WITH_TIME)).toMatchObject({ records: [{ id: RECORD.id }] })
    const [group] = footer.rowGroups
    const end = (group?.offset ?? 0) + (group?.bytes ?? 0)
    expect(reads).toEqual([
      ['index', 0, FRONT],
      ['segment', group?.offset, end],
    ])
  })

  test('is found by all of it where its time is not known: the filter saves looks into other segments', async () => {
    const world = aWorld()
    const { segment } = await world.land([RECORD])
    const { ports, reads, large } = await withLargeIndex(world, segment, EVERY_ID)
    await findRecord(ports)('orders', { id: RECORD.id, time: null })
    expect(reads[0]).toEqual(['index', 0, large.length])
  })

  test('is found by all of it where its beginning is broken', async () => {
    const world = aWorld()
    const { segment } = await world.land([RECORD])
    const { ports, reads, large } = await withLargeIndex(world, segment, EVERY_ID)
    const { read } = ports.reader
    const broken: typeof read = async (key, start, end) =>
      end === FRONT
        ? read(key, start, end).then((bytes) => Buffer.from(bytes).fill(0, 40))
        : read(key, start, end)
    const reader = { ...ports.reader, read: broken }
    expect(await findRecord({ ...ports, reader })('orders', WITH_TIME)).toMatchObject({
      records: [{ id: RECORD.id }],
    })
    expect(reads.slice(0, 2)).toEqual([
      ['index', 0, FRONT],
      ['index', 0, large.length],
    ])
  })

  test('is said to be cold only once the filter has not ruled it out', async () => {
    const { world, segment } = await coldWorld()
    const maybe = await withLargeIndex(world, segment, EVERY_ID)
    expect(await findRecord(maybe.ports)('orders', WITH_TIME)).toMatchObject({
      completeness: { segments: 1, cold: 1 },
    })
    const never = await withLargeIndex(world, segment, NO_ID)
    expect(await findRecord(never.ports)('orders', WITH_TIME)).toMatchObject({
      completeness: { segments: 0, cold: 0 },
    })
  })
})
