import { digestRecords } from '../../shared/codec/digest.ts'
import { makeMemorySink } from '../../shared/codec/segment-sink.ts'
import { makeSegmentWriter } from '../../shared/codec/segment-writer.ts'
import { type Commit, landingCommitId, nextGenerationId } from '../../shared/domain/commit.ts'
import type { PromotedColumn } from '../../shared/domain/dataset.ts'
import { emptyDigest } from '../../shared/domain/digest.ts'
import { DAY } from '../../shared/domain/duration.ts'
import { partitionOf } from '../../shared/domain/partition.ts'
import { type ArchiveRecord, compareRecords } from '../../shared/domain/record.ts'
import type { Segment } from '../../shared/domain/segment.ts'
import { STORAGE_CLASSES, type StorageClass } from '../../shared/domain/storage-class.ts'
import { makeUlid } from '../../shared/domain/ulid.ts'
import { storeSegment } from '../../shared/use-cases/store-segment.ts'
import { aDataset, MIDNIGHT } from '../support/builders.ts'
import type { BilledWorld } from './billed-world.ts'

export const CUSTOMERS = ['c-a', 'c-b', 'c-c', 'c-d', 'c-e', 'c-f', 'c-g', 'c-h'] as const

const promoted: readonly PromotedColumn[] = [
  { name: 'customer', path: ['customer'], type: 'string' },
  { name: 'amount', path: ['amount'], type: 'integer' },
]
export const DATASET = aDataset({ promoted })
export const COLUMNS = promoted.map(({ name }) => name)

type Land = {
  readonly partition: string
  readonly kind: Segment['kind']
  readonly storageClass: StorageClass
}

/** Puts and commits segments of these records, as a seal or an arrival does. */
const land = async (
  { ports, writer, now }: BilledWorld,
  parts: readonly (readonly ArchiveRecord[])[],
  { partition, kind, storageClass }: Land,
) => {
  const ref = { dataset: DATASET.name, partition }
  const segments: Segment[] = []
  for (const records of parts) {
    const id = makeUlid(now(), ports.random)
    const sink = makeMemorySink()
    const segment = { ...ref, id, kind, createdAt: now() }
    const packing = makeSegmentWriter({ segment, promoted, sink })
    await packing.write(records.toSorted(compareRecords))
    const books = { received: digestRecords(records), duplicates: emptyDigest }
    const packed = await packing.finish({ inputs: null, books })
    const content = { kind: 'memory', data: sink.content() } as const
    const about = { ref, id, kind, packed, content, storageClass, createdAt: now() }
    segments.push(await storeSegment(writer, about))
  }
  const [first] = segments
  if (first === undefined) throw new Error('nothing to land')
  const { commits } = await ports.log.read(ref)
  const received = digestRecords(parts.flat())
  const commit: Commit = {
    id: kind === 'landing' ? landingCommitId(first.id) : nextGenerationId(commits),
    segments,
    replaces: [],
    books: { received, duplicates: emptyDigest, expired: emptyDigest },
    committedAt: now(),
  }
  await ports.log.append(ref, commit)
}

/** The classes of an archive by age, oldest last. */
const CLASSES: readonly StorageClass[] = [
  ...STORAGE_CLASSES.slice(0, 2),
  'ONEZONE_IA',
  'GLACIER_IR',
  'GLACIER',
  'GLACIER',
  'DEEP_ARCHIVE',
  'DEEP_ARCHIVE',
]

/**
 * An archive of `days` days in all classes: of each day a sealed segment or two, here and there landing segments that hold some
 * of the same records, and of the first days large ones of several row groups. Gives back all records.
 */
export const anArchive = async (world: BilledWorld, days: number): Promise<readonly ArchiveRecord[]> => {
  const { draw } = world
  const all: ArchiveRecord[] = []
  for (let day = 0; day < days; day += 1) {
    const start = MIDNIGHT - day * DAY
    const partition = partitionOf(start, 'day')
    const isLarge = day % 13 === 6
    const count = isLarge ? 700 : 20 + draw.below(120)
    const size = isLarge ? 4000 : 200 + draw.below(2000)
    const records = Array.from({ length: count }, (_, at): ArchiveRecord => {
      const customer = CUSTOMERS[(draw.below(4) + day) % CUSTOMERS.length] ?? 'c-a'
      const [id, amount] = [`o-${String(at * 7 + (day % 7)).padStart(5, '0')}`, draw.below(1000)]
      const time = start + draw.below(DAY)
      const noise = Buffer.from(world.ports.random(size)).toString('base64')
      const body = JSON.stringify({ id, at: new Date(time).toISOString(), customer, amount, noise })
      return { id, time, body, header: null, arrived: time, version: null, promoted: [customer, amount] }
    }).toSorted(compareRecords)
    const storageClass = CLASSES[Math.floor((day * CLASSES.length) / days)] ?? 'STANDARD'
    const cut = day % 3 === 0 ? Math.floor(count / 2) : count
    const parts = [records.slice(0, cut), records.slice(cut)].filter((part) => part.length > 0)
    await world.ports.registry.expect({ dataset: DATASET.name, partition }, world.now() + 400 * DAY)
    await land(world, parts, { partition, kind: 'sealed', storageClass })
    if (day % 5 === 1) {
      const some = records.filter((_, at) => at % 3 === 0)
      await land(world, [some], { partition, kind: 'landing', storageClass: 'STANDARD' })
    }
    all.push(...records)
  }
  return all
}
