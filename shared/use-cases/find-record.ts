import { locate } from '../codec/segment-index.ts'
import { addCompleteness, type Completeness, nothingToRead, type Unread } from '../domain/completeness.ts'
import { compareCurrency } from '../domain/current-version.ts'
import { type ArchiveRecord, compareRecords, sameRecord } from '../domain/record.ts'
import type { RecordSelector, Selection } from '../domain/rehydration.ts'
import type { PartitionRef } from '../domain/segment.ts'
import type { CommitLog, PartitionRegistry } from '../ports/catalog.ts'
import type { SegmentReader } from '../ports/segment-store.ts'
import { mapBounded } from './bounded.ts'
import { findPartitions, type TooBroad } from './find-partitions.ts'
import { unreadReason } from './read-selection.ts'
import { type FoundSegment, openFound, readIndex, readIndexFront, searchSegments } from './search-segments.ts'

export type FindDeps = {
  readonly registry: PartitionRegistry
  readonly log: CommitLog
  readonly reader: SegmentReader
}

export type FoundRecords = {
  readonly kind: 'searched'
  /** Each once, the current one last; without promoted values, which nobody asks one record for. */
  readonly records: readonly ArchiveRecord[]
  readonly completeness: Completeness
}

type Look = { readonly records: readonly ArchiveRecord[]; readonly left: Unread | undefined }

const PARTITIONS_AT_ONCE = 16
const SEGMENTS_AT_ONCE = 8
const TRIES = 4

const count = (looks: readonly Look[]): Completeness => {
  const reasons = looks.map(({ left }) => left)
  const of = (wanted: Unread | undefined) => reasons.filter((reason) => reason === wanted).length
  return {
    segments: looks.length,
    read: of(undefined),
    cold: of('cold'),
    unreadable: of('unreadable'),
    missing: of('missing'),
  }
}

/** Finds a record, at once, in whatever is readable now. Nothing is thawed. */
export const findRecord = ({ registry, log, reader }: FindDeps) => {
  /** Asks the filter of ids, where that was left out, before anyone is told of a segment that would have to be thawed. */
  const isRuledOut = async ({ segment, index }: FoundSegment, id: string): Promise<boolean> => {
    if (index === undefined || index.filter !== undefined) return false
    const whole = await readIndex(reader, segment)
    return whole !== undefined && locate(whole, { id }).length === 0
  }

  const lookInto =
    ({ id, time }: RecordSelector) =>
    async (found: FoundSegment): Promise<Look | undefined> => {
      try {
        const open = await openFound(reader, found, { promoted: [] })
        return { records: await open.find(id, time ?? undefined), left: undefined }
      } catch (error) {
        const left = unreadReason(error)
        if (left === undefined) throw error
        return (await isRuledOut(found, id)) ? undefined : { records: [], left }
      }
    }

  const lookIntoPartition = async (ref: PartitionRef, selector: RecordSelector, selection: Selection) => {
    // at a known time few segments can hold it: a look into one of them costs less than the filters of all
    const read = selector.time === null ? readIndex : readIndexFront
    const look = async () => {
      const found = await searchSegments(reader)(await log.read(ref), selection, read)
      const looks = await mapBounded(found, SEGMENTS_AT_ONCE, lookInto(selector))
      return looks.filter((each) => each !== undefined)
    }
    let looks = await look()
    // what is missing may only have been replaced since the catalog was read, what is damaged be so on its way only
    const again = (tries: number) =>
      looks.some(({ left }) => left === 'missing' || (left === 'unreadable' && tries === 1))
    for (let tries = 1; tries < TRIES && again(tries); tries += 1) looks = await look()
    return { records: looks.flatMap(({ records }) => records), completeness: count(looks) }
  }

  return async (dataset: string, selector: RecordSelector): Promise<FoundRecords | TooBroad> => {
    const selection: Selection = { kind: 'ids', ids: [selector], where: null, limit: null }
    const within = await findPartitions(registry)(dataset, selection)
    if (within.kind === 'too-broad') return within
    const looks = await mapBounded(within.partitions, PARTITIONS_AT_ONCE, (partition) =>
      lookIntoPartition({ dataset, partition }, selector, selection),
    )
    const records = looks
      .flatMap((look) => look.records)
      .toSorted(compareRecords)
      .filter((record, at, all) => {
        const before = all[at - 1]
        return before === undefined || !sameRecord(before, record)
      })
      .toSorted(compareCurrency)
    const completeness = addCompleteness(nothingToRead, ...looks.map((look) => look.completeness))
    return { kind: 'searched', records, completeness }
  }
}
