import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { commitToItem } from '../../shared/adapters/aws/catalog-items.ts'
import { digestRecords } from '../../shared/codec/digest.ts'
import { makeMemorySink } from '../../shared/codec/segment-sink.ts'
import { makeSegmentWriter } from '../../shared/codec/segment-writer.ts'
import { type Commit, emptyBooks, landingCommitId } from '../../shared/domain/commit.ts'
import { emptyDigest } from '../../shared/domain/digest.ts'
import { DAY, HOUR } from '../../shared/domain/duration.ts'
import { indexKey, segmentKey } from '../../shared/domain/keys.ts'
import { partitionOf } from '../../shared/domain/partition.ts'
import type { ArchiveRecord } from '../../shared/domain/record.ts'
import type { PartitionRef, Segment } from '../../shared/domain/segment.ts'
import { makeUlid } from '../../shared/domain/ulid.ts'
import { storeSegment } from '../../shared/use-cases/store-segment.ts'
import { catalogTable } from './catalog-table.ts'
import { DATASET, makeFileWriter } from './landings.ts'
import { addItems, makeTable } from './load-items.ts'
import { makeRandom } from './orders.ts'

const START = Date.UTC(1990, 0, 1)
/** What a day of 10^9 records is when it is sealed, and something that came late. */
const GENERATIONS = 12
const SEGMENTS_OF_ONE = 8
const LATE = 4
export const SEGMENTS_A_DAY = GENERATIONS * SEGMENTS_OF_ONE + LATE

/** A record that is there, in a segment of its own. */
export type Wanted = { readonly id: string; readonly time: number }

const idOf = (day: number, segment: number, record: number): string =>
  `o-${String(segment).padStart(3, '0')}-${String(day).padStart(6, '0')}-${record}`

const refOf = (day: number): PartitionRef => ({
  dataset: DATASET,
  partition: partitionOf(START + day * DAY, 'day'),
})

/** Ids and checksums that no two segments share, and that do not pack to nothing on disk. */
const makeNoise = () => {
  const random = makeRandom(3)
  return (bytes: number) => Uint8Array.from({ length: bytes }, () => random() >>> 24)
}

type Noise = ReturnType<typeof makeNoise>

/** As the catalog knows one of 128 MB; there is no object behind it. */
const makeSegment = (day: number, at: number, kind: Segment['kind'], noise: Noise): Segment => {
  const ref = refOf(day)
  const start = START + day * DAY
  const id = makeUlid(start + DAY + at, noise)
  // what came late is of the last hour
  const minTime = kind === 'landing' ? start + DAY - HOUR : start
  return {
    ...ref,
    id,
    kind,
    key: segmentKey(kind, ref, id),
    indexKey: indexKey(ref, id),
    indexBytes: 812_345,
    bytes: 127_654_321,
    sha256: Buffer.from(noise(32)).toString('base64'),
    records: { count: 400_000, upper: BigInt(start) ** 2n, lower: BigInt(start + at) ** 2n },
    bodyBytes: 412_345_678,
    minTime,
    maxTime: start + DAY - 1,
    minId: idOf(day, at, 0),
    maxId: idOf(day, at, 9),
    createdAt: start + DAY,
    storageClass: kind === 'landing' ? 'STANDARD' : 'GLACIER_IR',
  }
}

/** A real one in its place: of ten records. */
const packSegment = async (folder: string, { id, kind, createdAt, ...about }: Segment): Promise<Segment> => {
  const { dataset, partition, minId, minTime, storageClass } = about
  const ref = { dataset, partition }
  const records = Array.from({ length: 10 }, (_, index): ArchiveRecord => {
    const recordId = minId.replace(/0$/, String(index))
    const body = JSON.stringify({ id: recordId, note: 'it was there' })
    const time = minTime + index
    return { id: recordId, time, body, header: null, arrived: time, version: null, promoted: [] }
  })
  const sink = makeMemorySink()
  const writer = makeSegmentWriter({ segment: { ...ref, id, kind, createdAt }, promoted: [], sink })
  await writer.write(records)
  const books = { received: digestRecords(records), duplicates: emptyDigest }
  const packed = await writer.finish({ inputs: {}, books })
  const content = { kind: 'memory', data: sink.content() } as const
  return storeSegment(makeFileWriter(folder), { ref, id, kind, packed, content, storageClass, createdAt })
}

const commitsOf = (segments: readonly Segment[]): readonly Commit[] => {
  const generations = Array.from({ length: GENERATIONS }, (_, index) => ({
    id: `G#${String(index + 1).padStart(6, '0')}`,
    segments: segments.slice(index * SEGMENTS_OF_ONE, (index + 1) * SEGMENTS_OF_ONE),
  }))
  const late = segments
    .slice(GENERATIONS * SEGMENTS_OF_ONE)
    .map((segment) => ({ id: landingCommitId(segment.id), segments: [segment] }))
  return [...generations, ...late].map((one) => ({
    ...one,
    replaces: [],
    books: emptyBooks,
    committedAt: one.segments[0]?.createdAt ?? START,
  }))
}

/**
 * Makes the catalog of an archive of so many segments, as the simulator will find it below `cloud`. Looked for are `lookups` records,
 * spread over all of it, whose segments are there, in `folder`.
 */
export const makeLargeCatalog = async (options: {
  readonly cloud: string
  readonly folder: string
  readonly segments: number
  readonly lookups: number
}): Promise<readonly Wanted[]> => {
  const { cloud, folder, segments: count, lookups } = options
  const days = Math.ceil(count / SEGMENTS_A_DAY)
  const noise = makeNoise()
  const wanted: Wanted[] = []
  await mkdir(folder, { recursive: true })
  await mkdir(cloud, { recursive: true })

  /** One segment of the day is real where a record of it will be looked for. */
  const segmentsOf = async (day: number): Promise<readonly Segment[]> => {
    const segments = Array.from({ length: SEGMENTS_A_DAY }, (_, at) =>
      makeSegment(day, at, at < SEGMENTS_A_DAY - LATE ? 'sealed' : 'landing', noise),
    )
    const at = (day * 7) % (SEGMENTS_A_DAY - LATE)
    const one = segments[at]
    if (one === undefined || day < Math.floor(((wanted.length + 0.5) * days) / lookups)) return segments
    wanted.push({ id: idOf(day, at, 5), time: one.minTime + 5 })
    return segments.with(at, await packSegment(folder, one))
  }

  function* entries() {
    const dueAt = START + (days + 7) * DAY
    for (let day = 0; day < days; day += 1)
      yield { pk: `P#${DATASET}`, sk: refOf(day).partition, duePool: `due#${DATASET}`, dueAt }
  }

  async function* commits() {
    for (let day = 0; day < days; day += 1) {
      const ref = refOf(day)
      yield commitsOf(await segmentsOf(day)).map((commit) => commitToItem(ref, commit))
    }
  }

  const path = join(cloud, 'dynamodb')
  const table = catalogTable()
  await makeTable(path, table, entries())
  await addItems(path, table, commits())
  return wanted
}
