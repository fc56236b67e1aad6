import type { Completeness, Unread } from '../domain/completeness.ts'
import { earliestLapse } from '../domain/keep-copies.ts'
import { coldest, storedClass } from '../domain/plan-thaw.ts'
import type { Selection } from '../domain/rehydration.ts'
import type { TaskResult } from '../domain/rehydration-task.ts'
import type { PartitionRef } from '../domain/segment.ts'
import type { CommitLog } from '../ports/catalog.ts'
import type { SegmentReader } from '../ports/segment-store.ts'
import { SegmentUnread } from './read-selection.ts'
import { type FoundSegment, searchSegments } from './search-segments.ts'

export type ReadPartitionDeps = { readonly log: CommitLog; readonly reader: SegmentReader }

/** What was made of a partition's segments, and what of them it was made of. */
export type PartitionRead<Made> = Pick<
  TaskResult,
  'completeness' | 'coldest' | 'keptUntil' | 'segmentBytes'
> & {
  readonly made: Made
}

/** All that may hold what is selected, those of them that are to be read, and why the others are not. */
export type PartitionSegments = {
  readonly found: readonly FoundSegment[]
  readonly readable: readonly FoundSegment[]
  readonly left: ReadonlyMap<string, Unread>
}

const REPLANS = 8

const completenessOf = (found: readonly FoundSegment[], left: ReadonlyMap<string, Unread>): Completeness => {
  const reasons = found.map(({ segment }) => left.get(segment.id))
  const count = (wanted: Unread | undefined) => reasons.filter((reason) => reason === wanted).length
  return {
    segments: found.length,
    read: count(undefined),
    cold: 0,
    unreadable: count('unreadable'),
    missing: count('missing'),
  }
}

/**
 * Has the live segments of a partition read that may hold what is selected, from the start whenever one turns out not to be
 * readable. `cold`: one of them must be thawed first. A segment that is lost or broken is left out, and the result says so.
 */
export const readPartition = ({ log, reader }: ReadPartitionDeps) => {
  const search = searchSegments(reader)
  return async <Made>(
    ref: PartitionRef,
    selection: Selection,
    make: (segments: PartitionSegments) => Promise<Made>,
    leftBefore: Iterable<readonly [string, Unread]> = [],
  ): Promise<PartitionRead<Made> | 'cold'> => {
    const left = new Map(leftBefore)
    const doubted = new Set<string>()
    for (let replans = 0; replans < REPLANS + left.size + doubted.size; replans += 1) {
      // read anew each time: a seal may have put another segment in the place of one that is gone
      const state = await log.read(ref)
      const found = await search(state, selection)
      const readable = found.filter(({ segment }) => !left.has(segment.id))
      const keptUntil = earliestLapse(
        readable.map(({ segment }) => segment),
        state.holdings,
      )
      try {
        return {
          made: await make({ found, readable, left }),
          completeness: completenessOf(found, left),
          coldest: coldest(readable.map(({ segment }) => storedClass(segment, state.holdings))),
          ...(keptUntil !== null && { keptUntil }),
          segmentBytes: readable.reduce((sum, { segment }) => sum + segment.bytes, 0),
        }
      } catch (error) {
        if (!(error instanceof SegmentUnread)) throw error
        if (error.reason === 'cold') return 'cold'
        // what is damaged may be so on its way only: it is read once more
        if (error.reason === 'unreadable' && !doubted.has(error.segmentId)) doubted.add(error.segmentId)
        else left.set(error.segmentId, error.reason)
      }
    }
    throw new Error(
      `${ref.dataset} ${ref.partition}: its segments changed ${REPLANS} times while they were read`,
    )
  }
}
