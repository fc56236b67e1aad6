import type { ByteSource } from '../codec/byte-source.ts'
import { type OpenSegment, openSegment } from '../codec/open-segment.ts'
import { SegmentCorrupt, UnknownSegmentFormat } from '../codec/segment-format.ts'
import { decodeIndex, locate, type SegmentIndex } from '../codec/segment-index.ts'
import { liveSegments } from '../domain/commit.ts'
import { mayBeInSegment, selectorsWithin } from '../domain/plan-selection.ts'
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

const INDEXES_AT_ONCE = 16

/** A segment that may hold selected records. The index is there when it was read and is sound. */
export type FoundSegment = { readonly segment: Segment; readonly index: SegmentIndex | undefined }

/**
 * The index object of a segment; undefined where it is missing or broken, which only makes a search wider. It lies in
 * STANDARD, so it is never cold.
 */
export const readIndex = async (
  reader: SegmentReader,
  { id, indexKey, indexBytes }: Pick<Segment, 'id' | 'indexKey' | 'indexBytes'>,
): Promise<SegmentIndex | undefined> => {
  try {
    const index = decodeIndex(await reader.read(indexKey, 0, indexBytes))
    return index.footer.segment.id === id ? index : undefined
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

/**
 * The live segments of a partition that may hold records of a selection: by their ranges, and for ids also by their index
 * objects, so that nothing is thawed to find out that an id is not in it (storage rule 12).
 */
export const searchSegments =
  (reader: SegmentReader) =>
  async ({ commits }: PartitionState, selection: Selection): Promise<readonly FoundSegment[]> => {
    const within = liveSegments(commits).filter((segment) => mayBeInSegment(selection, segment))
    if (selection.kind === 'range') return within.map((segment) => ({ segment, index: undefined }))
    const found = await mapBounded(within, INDEXES_AT_ONCE, async (segment) => {
      const index = await readIndex(reader, segment)
      const possible =
        index === undefined ||
        selectorsWithin(selection.ids, segment).some(
          ({ id, time }) => locate(index, time === null ? { id } : { id, time }).length > 0,
        )
      return possible ? { segment, index } : undefined
    })
    return found.filter((one) => one !== undefined)
  }

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
  { segment, index }: FoundSegment,
  options: Omit<NonNullable<Parameters<typeof openSegment>[1]>, 'footer'> = {},
): Promise<OpenSegment> => {
  const footer = index && { footer: index.footer }
  const open = await openSegment(remoteSource(reader, segment), { ...options, ...footer })
  if (open.metadata.id !== segment.id)
    throw new SegmentCorrupt(`${segment.key}: expected segment ${segment.id}, got ${open.metadata.id}`)
  return open
}
