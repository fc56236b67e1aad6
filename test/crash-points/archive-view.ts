import { hash } from 'node:crypto'
import { makeDeadLetterObjects } from '../../shared/adapters/dead-letter-store.ts'
import { makeQuarantineObjects } from '../../shared/adapters/quarantine-store.ts'
import { memorySource } from '../../shared/codec/byte-source.ts'
import { digestRecords } from '../../shared/codec/digest.ts'
import { mergeRecords } from '../../shared/codec/merge-records.ts'
import { openSegment } from '../../shared/codec/open-segment.ts'
import { liveSegments } from '../../shared/domain/commit.ts'
import { sameDigest } from '../../shared/domain/digest.ts'
import type { ArchiveRecord } from '../../shared/domain/record.ts'
import type { PartitionRef, Segment } from '../../shared/domain/segment.ts'
import type { PartitionState } from '../../shared/ports/catalog.ts'
import type { QuarantinedItem } from '../../shared/ports/quarantine.ts'
import { collect } from '../support/archive-facts.ts'
import type { Cloud } from './cloud.ts'
import { CONFIG } from './settings.ts'

/** Something that must always hold and does not. */
export class Broken extends Error {
  override readonly name = 'Broken'
}

export type PartitionView = PartitionState & {
  readonly ref: PartitionRef
  /** What a full read through the catalog gives, in order. */
  readonly records: readonly ArchiveRecord[]
}

/** No scenario quarantines more messages and chunks. */
const MOST_UNITS = 1000

async function* inOne<Item>(item: Item) {
  yield item
}

/** By SHA-256, for all worlds: the same bytes decode to the same records. */
const decoded = new Map<string, readonly ArchiveRecord[]>()

const decode = async ({ contentOf }: Cloud, { key, sha256 }: Segment) => {
  const known = decoded.get(sha256)
  if (known !== undefined) return known
  const content = contentOf(sha256)
  if (content === undefined || hash('sha256', content, 'base64') !== sha256)
    throw new Broken(`catalog truth: ${key} was never stored with the SHA-256 of its commit`)
  const rows = (await openSegment(memorySource(content))).rows()
  const records = (await collect(rows)).flat()
  decoded.set(sha256, records)
  return records
}

const checkSegment = async ({ ports }: Cloud, { key, indexKey, bytes, sha256 }: Segment) => {
  const facts = await ports.reader.head(key)
  if (facts === undefined) throw new Broken(`catalog truth: ${key} is committed and is not there`)
  if (facts.bytes !== bytes || facts.sha256 !== sha256)
    throw new Broken(`catalog truth: ${key} is not what was committed`)
  if ((await ports.reader.head(indexKey)) === undefined)
    throw new Broken(`catalog truth: ${indexKey} is not there`)
}

const read = async (cloud: Cloud, segments: readonly Segment[]): Promise<readonly ArchiveRecord[]> => {
  const inputs: AsyncIterable<ArchiveRecord[]>[] = []
  for (const segment of segments) {
    await checkSegment(cloud, segment)
    const records = await decode(cloud, segment)
    if (!sameDigest(digestRecords(records), segment.records))
      throw new Broken(`catalog truth: ${segment.key} does not hold the records of its commit`)
    inputs.push(inOne([...records]))
  }
  return (await collect(mergeRecords(inputs))).flat()
}

/** Reads the whole archive as a reader would, through the catalog, and checks on the way that the catalog tells the truth. */
export const viewArchive = async (cloud: Cloud): Promise<readonly PartitionView[]> => {
  const views: PartitionView[] = []
  for (const dataset of CONFIG.datasets.keys())
    for await (const { partition } of cloud.ports.registry.list(dataset)) {
      const ref = { dataset, partition }
      const state = await cloud.ports.log.read(ref)
      views.push({ ...state, ref, records: await read(cloud, liveSegments(state.commits)) })
    }
  return views
}

/** What was in the messages that a queue gave up on: those that wait to be kept, and those that were. */
export const viewDeadLetters = async ({ queues, ports }: Cloud): Promise<readonly string[]> => {
  const letters = makeDeadLetterObjects(ports)
  const kept = await Promise.all((await collect(letters.list())).map((object) => letters.read(object)))
  return [...queues.dead.all().map(({ body }) => body), ...kept].flatMap(({ body }) => body.split('\n'))
}

/** Items in quarantine, by the name of their unit's object, for all worlds: the name is a hash of the content. */
const unpacked = new Map<string, readonly QuarantinedItem[]>()

/** Every item that waits in quarantine: those that the catalog knows of, as the bucket holds them. */
export const viewQuarantine = async ({ ports }: Cloud): Promise<readonly QuarantinedItem[]> => {
  const { quarantineIndex } = ports
  const objects = makeQuarantineObjects(ports)
  const items: QuarantinedItem[] = []
  for (const dataset of await quarantineIndex.datasets())
    for (const unit of await quarantineIndex.newest(dataset, 'waiting', MOST_UNITS)) {
      const found = unpacked.get(unit.name) ?? (await objects.items(unit))
      unpacked.set(unit.name, found)
      items.push(...found)
    }
  return items
}
