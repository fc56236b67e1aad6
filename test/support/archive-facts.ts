import { expect } from 'vitest'
import { memorySource } from '../../shared/codec/byte-source.ts'
import { makeDigester } from '../../shared/codec/digest.ts'
import { mergeRecords } from '../../shared/codec/merge-records.ts'
import { openSegment } from '../../shared/codec/open-segment.ts'
import { liveSegments } from '../../shared/domain/commit.ts'
import { type Digest, formatDigest } from '../../shared/domain/digest.ts'
import type { ArchiveRecord } from '../../shared/domain/record.ts'
import type { PartitionRef, Segment } from '../../shared/domain/segment.ts'
import type { CommitLog, PartitionRegistry } from '../../shared/ports/catalog.ts'
import type { SegmentReader } from '../../shared/ports/segment-store.ts'

/** What is needed to read an archive as a reader does. */
export type ReadableArchive = {
  readonly catalog: { readonly log: CommitLog; readonly registry: PartitionRegistry }
  readonly archive: { readonly reader: SegmentReader }
}

export const collect = async <Item>(items: AsyncIterable<Item>): Promise<Item[]> => {
  const all: Item[] = []
  for await (const item of items) all.push(item)
  return all
}

export const partitionsOf = ({ catalog }: ReadableArchive, dataset = 'orders') =>
  collect(catalog.registry.list(dataset))

/** The live segments of a dataset, by the catalog. */
export const segmentsOf = async (world: ReadableArchive, dataset = 'orders'): Promise<Segment[]> => {
  const partitions = await partitionsOf(world, dataset)
  const states = await Promise.all(partitions.map((entry) => world.catalog.log.read(entry)))
  return states.flatMap(({ commits }) => liveSegments(commits))
}

const openStored = async ({ archive }: ReadableArchive, { key, bytes }: Segment) =>
  openSegment(memorySource(await archive.reader.read(key, 0, bytes)))

export const readSegment = async (world: ReadableArchive, segment: Segment): Promise<ArchiveRecord[]> =>
  (await collect((await openStored(world, segment)).rows())).flat()

/** A partition's records as a reader gets them: its live segments merged. */
const readPartition = async (world: ReadableArchive, ref: PartitionRef) => {
  const segments = liveSegments((await world.catalog.log.read(ref)).commits)
  const open = await Promise.all(segments.map((segment) => openStored(world, segment)))
  return (await collect(mergeRecords(open.map((segment) => segment.rows())))).flat()
}

/** A full read of a dataset through the catalog. */
export const readAll = async (world: ReadableArchive, dataset = 'orders'): Promise<ArchiveRecord[]> => {
  const partitions = await partitionsOf(world, dataset)
  return (await Promise.all(partitions.map((ref) => readPartition(world, ref)))).flat()
}

export const bodiesOf = (records: readonly ArchiveRecord[]): string[] =>
  records.map(({ body }) => body).sort()

/** I3: each committed segment is there, with its size, its SHA-256 and its rows. */
export const expectCatalogTrue = async (world: ReadableArchive, dataset = 'orders') => {
  for (const segment of await segmentsOf(world, dataset)) {
    const facts = await world.archive.reader.head(segment.key)
    expect(facts).toMatchObject({ bytes: segment.bytes, sha256: segment.sha256 })
    expect(formatDigest(digestOf(await readSegment(world, segment)))).toBe(formatDigest(segment.records))
  }
}

export const digestOf = (records: Iterable<ArchiveRecord>): Digest => {
  const digester = makeDigester()
  for (const record of records) digester.add(record)
  return digester.value()
}
