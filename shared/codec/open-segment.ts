import type { ArchiveRecord } from '../domain/record.ts'
import type { ByteSource } from './byte-source.ts'
import { chooseByBodies, chooseRows, makePruner, type RowFilter } from './choose-rows.ts'
import { generateAhead } from './generate-ahead.ts'
import { readRanges } from './read-ahead.ts'
import type { GroupBytes, PromotedKind } from './row-group.ts'
import { checkRowGroup, decodeRecords, openRecords, unpackBodies } from './row-group.ts'
import type { SegmentFooter } from './segment-footer.ts'
import { readFooter } from './segment-footer.ts'
import type { RowGroup, SegmentMetadata } from './segment-format.ts'
import { SegmentCorrupt } from './segment-format.ts'

export type OpenSegment = {
  readonly metadata: SegmentMetadata
  readonly rowGroups: readonly RowGroup[]
  /**
   * The wanted records in segment order, a batch per row group that has any. Only row groups that can have some are read. A filter
   * is held against columns, and against the bytes of bodies where these rule it out: all else of bodies is for the reader.
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
 * @param options.readAhead to read so much more while what was read before is worked on, and to unpack the bodies of one row group more
 * by other threads, for those who will take all rows.
 * @param options.lazyBodies to leave bodies as bytes until they are asked for. For who passes records on at once: each holds on to
 * some quarter of a megabyte.
 */
export const openSegment = async (
  source: ByteSource,
  options: {
    footer?: SegmentFooter
    promoted?: readonly PromotedKind[]
    readBytes?: number
    readAhead?: boolean
    lazyBodies?: boolean
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
    const isAhead = options.readAhead === true
    const open = (group: GroupBytes) => {
      checkRowGroup(group.bytes, group.rowGroup, group.at)
      const chosen = chooseRows(footer, group, promoted, filter)
      if (chosen?.rows.length === 0) return undefined
      return { group, wanted: openRecords(footer, group, promoted, chosen) }
    }
    async function* openAll(groups: readonly GroupBytes[]) {
      for (const group of groups) {
        const one = open(group)
        if (one === undefined) continue
        if (isAhead) await unpackBodies(group, one.wanted)
        yield one
      }
    }
    for await (const { range, bytes } of readRanges(source, reads, isAhead ? readBytes : 0)) {
      const groups = range.groups.map(({ rowGroup, at }) => {
        const from = rowGroup.offset - range.start
        return { rowGroup, at, bytes: bytes.subarray(from, from + rowGroup.bytes) }
      })
      for await (const { group, wanted } of generateAhead(openAll(groups), () => isAhead)) {
        const chosen = chooseByBodies(group, wanted, filter.where?.scanBody)
        const records = decodeRecords(footer, group, promoted, chosen, options.lazyBodies)
        if (records.length > 0) yield records
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
