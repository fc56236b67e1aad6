import type { ByteSource } from '../codec/byte-source.ts'
import { makePruner, type RowFilter } from '../codec/choose-rows.ts'
import { type OpenSegment, openSegment } from '../codec/open-segment.ts'
import { SegmentCorrupt, UnknownSegmentFormat } from '../codec/segment-format.ts'
import { decodeIndex, decodeIndexFront, locate, type SegmentIndex } from '../codec/segment-index.ts'
import { liveSegments } from '../domain/commit.ts'
import { makeSegmentCheck, namedIds, selectorsWithin } from '../domain/plan-selection.ts'
import type { Selection } from '../domain/rehydration.ts'
import type { Segment } from '../domain/segment.ts'
import type { PartitionState } from '../ports/catalog.ts'
import {
  SegmentIsCold,
  SegmentIsMissing,
  SegmentIsShort,
  type SegmentReader,
} from '../ports/segment-store.ts'
import { mapBounded } from './bounded.ts'
import { recordFilterOf, rowFilterOf } from './row-filter.ts'

const INDEXES_AT_ONCE = 16

/** How much of a segment may be wanted; of ids one record each is counted. */
export type Share = { readonly rowGroups: number; readonly records: number; readonly bytes: number }

/**
 * A segment that may hold selected records. The index is there when it was read and is sound; then `wanted` leaves out the row
 * groups that it rules out.
 */
export type FoundSegment = {
  readonly segment: Segment
  readonly index: SegmentIndex | undefined
  readonly wanted: Share
}

/** What need not be looked at: segments by their ranges or their index objects, row groups of the others by the latter. */
export type Pruned = { readonly segments: number; readonly rowGroups: number }

export type Search = {
  readonly found: readonly FoundSegment[]
  readonly pruned: Pruned
  /** Index objects that were read for it. */
  readonly indexReads: number
}

type Indexed = Pick<Segment, 'id' | 'indexKey' | 'indexBytes'>

/** Undefined where the index object is missing or broken, which only makes a search wider. It lies in STANDARD, so it is never cold. */
const unlessUseless = async (
  { id }: Indexed,
  read: () => Promise<SegmentIndex | undefined>,
): Promise<SegmentIndex | undefined> => {
  try {
    const index = await read()
    return index?.footer.segment.id === id ? index : undefined
  } catch (error) {
    const useless =
      error instanceof SegmentCorrupt ||
      error instanceof UnknownSegmentFormat ||
      error instanceof SegmentIsMissing ||
      error instanceof SegmentIsShort ||
      error instanceof SegmentIsCold
    if (useless) return undefined
    throw error
  }
}

/** The index object of a segment; undefined where there is none of use. */
export const readIndex = (reader: SegmentReader, segment: Indexed): Promise<SegmentIndex | undefined> =>
  unlessUseless(segment, async () => decodeIndex(await reader.read(segment.indexKey, 0, segment.indexBytes)))

/** Of larger index objects the filter of ids is most: 12 bits for each of a million. */
const LARGE_INDEX = 128 * 1024
/** Footers of some two hundred row groups end within this. */
const FRONT = 64 * 1024

/** The index of a segment without the filter of ids, where that is large; what is not there or broken is read whole. */
export const readIndexFront = async (
  reader: SegmentReader,
  segment: Indexed,
): Promise<SegmentIndex | undefined> => {
  const front =
    segment.indexBytes > LARGE_INDEX
      ? await unlessUseless(segment, async () =>
          decodeIndexFront(await reader.read(segment.indexKey, 0, FRONT)),
        )
      : undefined
  return front ?? readIndex(reader, segment)
}

const wholeOf = ({ records, bytes }: Segment): Share => ({ rowGroups: 0, records: records.count, bytes })

const sum = (amounts: readonly number[]): number => amounts.reduce((all, amount) => all + amount, 0)

/** Looks into the index object of a segment; undefined when nothing selected is in it. */
const lookInto = async (
  reader: SegmentReader,
  segment: Segment,
  selection: Selection,
  filter: RowFilter,
  read: typeof readIndex,
): Promise<{ one: FoundSegment; rowGroups: number } | undefined> => {
  const index = await read(reader, segment)
  if (index === undefined) return { one: { segment, index, wanted: wholeOf(segment) }, rowGroups: 0 }
  const named = namedIds(selection)
  const here =
    named &&
    selectorsWithin(named, segment).filter(
      ({ id, time }) => locate(index, time === null ? { id } : { id, time }).length > 0,
    )
  const ids = here && { ids: new Set(here.map(({ id }) => id)) }
  const { rowGroups } = index.footer
  const wanted = rowGroups.filter(makePruner({ ...filter, ...ids }, index.footer))
  if (wanted.length === 0) return undefined
  const rows = sum(wanted.map((rowGroup) => rowGroup.rows))
  const share = {
    rowGroups: wanted.length,
    records: here === undefined ? rows : Math.min(here.length, rows),
    bytes: sum(wanted.map(({ bytes }) => bytes)),
  }
  return { one: { segment, index, wanted: share }, rowGroups: rowGroups.length - wanted.length }
}

/** Columns that the catalog's ranges say as much of as an index object does. */
const IN_CATALOG = ['id', 'time']

/**
 * The live segments of a partition that may hold records of a selection: by their ranges, and for ids and columns also by their
 * index objects, so that nothing is thawed to find out that it holds none (storage rule 12).
 * `read` says how these are read: `readIndexFront` for who looks into what is readable anyway.
 */
export const surveySegments =
  (reader: SegmentReader) =>
  async ({ commits }: PartitionState, selection: Selection, read = readIndex): Promise<Search> => {
    const live = liveSegments(commits)
    const within = live.filter(makeSegmentCheck(selection))
    const where = recordFilterOf(selection)
    const isTold =
      namedIds(selection) === undefined && (where?.columns ?? []).every((name) => IN_CATALOG.includes(name))
    if (isTold) {
      const found = within.map((segment) => ({ segment, index: undefined, wanted: wholeOf(segment) }))
      return { found, pruned: { segments: live.length - found.length, rowGroups: 0 }, indexReads: 0 }
    }
    const filter = rowFilterOf(selection, where)
    const looks = await mapBounded(within, INDEXES_AT_ONCE, (segment) =>
      lookInto(reader, segment, selection, filter, read),
    )
    const found = looks.filter((look) => look !== undefined)
    return {
      found: found.map(({ one }) => one),
      pruned: {
        segments: live.length - found.length,
        rowGroups: sum(found.map(({ rowGroups }) => rowGroups)),
      },
      indexReads: within.length,
    }
  }

/** What `surveySegments` finds, without what it rules out. */
export const searchSegments =
  (reader: SegmentReader) =>
  async (state: PartitionState, selection: Selection, read = readIndex): Promise<readonly FoundSegment[]> =>
    (await surveySegments(reader)(state, selection, read)).found

/** A segment's object as something to read ranges of. Of another size than the catalog says, it is corrupt. */
export const remoteSource = (
  reader: SegmentReader,
  { key, bytes }: Pick<Segment, 'key' | 'bytes'>,
): ByteSource => ({
  bytes,
  read: async (start, end) => {
    try {
      return await reader.read(key, start, end)
    } catch (error) {
      if (error instanceof SegmentIsShort) throw new SegmentCorrupt(error.message, { cause: error })
      throw error
    }
  },
})

/**
 * Opens a found segment in place; with its index nothing is read yet. Throws as SegmentReader does, and SegmentCorrupt when
 * the object is not this segment.
 */
export const openFound = async (
  reader: SegmentReader,
  { segment, index }: Pick<FoundSegment, 'segment' | 'index'>,
  options: Omit<NonNullable<Parameters<typeof openSegment>[1]>, 'footer'> = {},
): Promise<OpenSegment> => {
  const footer = index && { footer: index.footer }
  const open = await openSegment(remoteSource(reader, segment), { ...options, ...footer })
  if (open.metadata.id !== segment.id)
    throw new SegmentCorrupt(`${segment.key}: expected segment ${segment.id}, got ${open.metadata.id}`)
  return open
}
