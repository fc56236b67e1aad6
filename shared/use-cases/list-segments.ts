import { liveSegments } from '../domain/commit.ts'
import type { Holding } from '../domain/holding.ts'
import { makePartitionCheck, makeSegmentCheck, spanOfRange } from '../domain/plan-selection.ts'
import { isReadable, storedClass } from '../domain/plan-thaw.ts'
import type { TimeRange } from '../domain/rehydration.ts'
import type { Segment } from '../domain/segment.ts'
import type { StorageClass } from '../domain/storage-class.ts'
import type { CommitLog, PartitionRegistry } from '../ports/catalog.ts'
import type { Clock } from '../ports/clock.ts'

export type ListSegmentsDeps = {
  readonly registry: PartitionRegistry
  readonly log: CommitLog
  readonly now: Clock
}

/** A segment and where the catalog says that it is. */
export type ListedSegment = {
  readonly segment: Segment
  readonly storageClass: StorageClass
  readonly target: StorageClass | null
  readonly readable: boolean
  readonly readableUntil: number | null
}

/** The segment after which the next page begins. */
export type SegmentPosition = { readonly partition: string; readonly segmentId: string }

/** A page also ends after this many partitions, so that a sparse range takes several quick pages. */
const PARTITIONS_A_PAGE = 200

const listed = (segment: Segment, holdings: ReadonlyMap<string, Holding>, now: number): ListedSegment => {
  const holding = holdings.get(segment.id)
  const storageClass = storedClass(segment, holdings)
  const readableUntil = holding?.thaw?.readableUntil ?? null
  const restore = readableUntil === null ? null : { ongoing: false, readableUntil }
  return {
    segment,
    storageClass,
    target: holding?.target ?? null,
    readable: isReadable({ storageClass, restore }, now),
    readableUntil,
  }
}

/** The live segments of a time range, by partition and id, a page at a time. By the catalog, which may lag behind S3. */
export const listSegments =
  ({ registry, log, now }: ListSegmentsDeps) =>
  async (
    dataset: string,
    times: TimeRange,
    limit: number,
    after?: SegmentPosition,
  ): Promise<{ segments: readonly ListedSegment[]; next: SegmentPosition | null }> => {
    const range = { kind: 'range', ...times, where: null, limit: null } as const
    const mayBeInPartition = makePartitionCheck(range)
    const mayBeInSegment = makeSegmentCheck(range)
    const span = spanOfRange(range)
    const from = after !== undefined && after.partition > span.from ? after.partition : span.from
    const segments: ListedSegment[] = []
    let visited = 0
    for await (const { partition } of registry.list(dataset, { from, to: span.to })) {
      if (!mayBeInPartition(partition)) continue
      const { commits, holdings } = await log.read({ dataset, partition })
      const within = liveSegments(commits)
        .filter(mayBeInSegment)
        .filter(({ id }) => partition !== after?.partition || id > after.segmentId)
        .toSorted((a, b) => (a.id < b.id ? -1 : 1))
      for (const segment of within) {
        segments.push(listed(segment, holdings, now()))
        if (segments.length === limit) return { segments, next: { partition, segmentId: segment.id } }
      }
      visited += 1
      // after every id: `~` comes behind all of a ULID's characters
      if (visited === PARTITIONS_A_PAGE) return { segments, next: { partition, segmentId: '~' } }
    }
    return { segments, next: null }
  }
