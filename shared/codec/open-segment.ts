import type { ArchiveRecord } from '../domain/record.ts'
import type { ByteSource } from './byte-source.ts'
import { chooseRows, makePruner, type RowFilter } from './choose-rows.ts'
import { readRanges } from './read-ahead.ts'
import type { PromotedKind } from './row-group.ts'
import { checkRowGroup, decodeRecords } from './row-group.ts'
import type { SegmentFooter } from './segment-footer.ts'
import { readFooter } from './segment-footer.ts'
import type { RowGroup, SegmentMetadata } from './segment-format.ts'
import { SegmentCorrupt } from './segment-format.ts'

export type OpenSegment = {
  readonly metadata: SegmentMetadata
  readonly rowGroups: readonly RowGroup[]
  /**
   * The wanted records in segment order, a batch per row group that has any. Only row groups that can have some are read. Of a
   * filter only columns are looked at: bodies are for the reader.
   * Errors: `SegmentCorrupt`; those of the source as they are.
   */
  rows(filter?: RowFilter): AsyncGenerator<ArchiveRecord[]>
  /** Every record of this id, and of this time when one is given. */
  find(id: string, time?: number): Promise<ArchiveRecord[]>
}

/** What is read at once: bytes `start` (inclusive) to `end` (exclusive). */
export type PlannedRead = {
  start: number
  end: number
  readonly groups: { readonly rowGroup: RowGroup; readonly at: number }[]
}

/** Runs of wanted row groups that stand side by side, each within `limit` bytes unless it is a single row group. */
export const planReads = (
  rowGroups: readonly RowGroup[],
  wanted: (rowGroup: RowGroup, at: number) => boolean,
  limit: number,
): readonly PlannedRead[] => {
  const reads: PlannedRead[] = []
  rowGroups.forEach((rowGroup, at) => {
    if (!wanted(rowGroup, at)) return
    const end = rowGroup.offset + rowGroup.bytes
    const read = reads.at(-1)
    if (read !== undefined && read.end === rowGroup.offset && end - read.start <= limit) {
      read.end = end
      read.groups.push({ rowGroup, at })
    } else reads.push({ start: rowGroup.offset, end, groups: [{ rowGroup, at }] })
  })
  return reads
}

const ONE_READ = 1024 * 1024

/**
 * Opens a segment for reading.
 * @param options.footer from the index object: then nothing is read to open it.
 * @param options.promoted the promoted columns to fill, in this order; those that the segment has when left out.
 * @param options.readBytes how much to read at once where row groups stand side by side; 1 MiB unless given.
 * @param options.readAhead to read so much more while what was read before is worked on, for those who will take all rows.
 */
export const openSegment = async (
  source: ByteSource,
  options: {
    footer?: SegmentFooter
    promoted?: readonly PromotedKind[]
    readBytes?: number
    readAhead?: boolean
  } = {},
): Promise<OpenSegment> => {
  const footer = options.footer ?? (await readFooter(source))
  const { segment, rowGroups } = footer
  const promoted = options.promoted ?? segment.promoted
  const end = rowGroups.reduce((_, { offset, bytes }) => offset + bytes, 0) + footer.bytes.length
  if (end !== source.bytes)
    throw new SegmentCorrupt(`segment ${segment.id}: expected ${end} bytes, got ${source.bytes}`)

  async function* rows(filter: RowFilter = {}): AsyncGenerator<ArchiveRecord[]> {
    const mayHold = makePruner(filter, footer, promoted)
    const readBytes = options.readBytes ?? ONE_READ
    const reads = planReads(rowGroups, mayHold, readBytes)
    for await (const { range, bytes } of readRanges(
      source,
      reads,
      options.readAhead === true ? readBytes : 0,
    )) {
      for (const { rowGroup, at } of range.groups) {
        const from = rowGroup.offset - range.start
        const own = bytes.subarray(from, from + rowGroup.bytes)
        checkRowGroup(own, rowGroup, at)
        const group = { rowGroup, at, bytes: own }
        const chosen = chooseRows(footer, group, promoted, filter)
        if (chosen?.rows.length === 0) continue
        yield decodeRecords(footer, group, promoted, chosen)
      }
    }
  }

  return {
    metadata: segment,
    rowGroups,
    rows,
    find: async (id, time) => {
      const times = time === undefined ? {} : { minTime: time, maxTime: time }
      const found: ArchiveRecord[] = []
      for await (const batch of rows({ ids: new Set([id]), ...times })) found.push(...batch)
      return found
    },
  }
}
