import { makePruner, type RowFilter } from '../codec/choose-rows.ts'
import { planReads } from '../codec/open-segment.ts'
import { FIRST_READ } from '../codec/segment-footer.ts'
import type { PromotedColumn } from '../domain/dataset.ts'
import type { Selection } from '../domain/rehydration.ts'
import { type StandingOptions, standingOf, timeShare } from '../domain/segment-work.ts'
import { catalogUnitsOf, type PartitionWork, type SegmentWork } from '../domain/work-plan.ts'
import type { PartitionState } from '../ports/catalog.ts'
import { chainsOf, readingOf } from './read-selection.ts'
import type { FoundSegment, Search } from './search-segments.ts'

export type SurveyWish = StandingOptions & {
  readonly selection: Selection
  readonly filter: RowFilter
  readonly promoted: readonly PromotedColumn[]
}

/** Row groups aim at half of this, and one is read whole: so much may be missing from a full read. */
const LARGEST_ROW_GROUP = 1024 * 1024

/** What is read of a segment, as `openSegment` does it; without its index, its footer and at most so many ranges. */
const readsOf = (
  { segment, index, wanted }: FoundSegment,
  readBytes: number,
  { filter, promoted }: SurveyWish,
): SegmentWork['reads'] => {
  if (index !== undefined) {
    const { rowGroups } = index.footer
    const reads = planReads(rowGroups, makePruner(filter, index.footer, promoted), readBytes)
    return { gets: reads.length, bytes: reads.reduce((sum, { start, end }) => sum + end - start, 0) }
  }
  const least = Math.max(readBytes - LARGEST_ROW_GROUP, readBytes / 2)
  return {
    gets: 1 + Math.ceil(wanted.bytes / (wanted.bytes <= readBytes ? readBytes : least)),
    bytes: Math.min(FIRST_READ, segment.bytes) + wanted.bytes,
  }
}

/**
 * Records of a partition that are delivered for sure, before anything of it is read: of whole segments without a filter, and of those
 * whose ids overlap, which may hold the same records, no more than one behind the other.
 */
export const sureRecords = ({ found }: Search, selection: Selection): number => {
  if (selection.kind === 'ids' || selection.where !== null) return 0
  const inChains = chainsOf(found).map(({ segments }) =>
    segments.reduce(
      (sum, { segment }) => sum + (timeShare(selection, segment) === 1 ? segment.records.count : 0),
      0,
    ),
  )
  return Math.max(0, ...inChains)
}

/** What a rehydration does with one partition, by what was found in it. */
export const surveyPartition = (
  { commits, holdings }: PartitionState,
  { found, indexReads }: Search,
  wish: SurveyWish,
): PartitionWork => {
  const { selection } = wish
  const { readBytes, overlaps } = readingOf(found, selection.limit)
  const segments = found.map((one): SegmentWork => {
    const { records, bodyBytes } = one.segment
    const selected = Math.round(one.wanted.records * timeShare(selection, one.segment))
    return {
      ...standingOf(one.segment, holdings.get(one.segment.id), wish),
      reads: readsOf(one, readBytes, wish),
      wanted: {
        bytes: one.wanted.bytes,
        records: selected,
        text: Math.round((bodyBytes * selected) / records.count),
      },
    }
  })
  const isWhole = found.every(({ segment }) => timeShare(selection, segment) === 1)
  const cold = segments.filter(({ readable }) => readable === 'cold').length
  return {
    segments,
    indexReads,
    catalogUnits: catalogUnitsOf({ commits, holdings: holdings.size + cold }),
    ids: selection.kind === 'ids' ? segments.reduce((sum, { wanted }) => sum + wanted.records, 0) : 0,
    isExact: selection.kind === 'range' && selection.where === null && isWhole && !overlaps,
  }
}
