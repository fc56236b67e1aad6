import type { Completeness } from '../domain/completeness.ts'
import type { Dataset } from '../domain/dataset.ts'
import { emptyDigest } from '../domain/digest.ts'
import { contentTypeOf } from '../domain/part-file.ts'
import { coldest, storedClass } from '../domain/plan-thaw.ts'
import type { Rehydration } from '../domain/rehydration.ts'
import type { TaskResult } from '../domain/rehydration-task.ts'
import type { CommitLog } from '../ports/catalog.ts'
import type { Delivery, PartDraft } from '../ports/delivery.ts'
import type { SegmentReader } from '../ports/segment-store.ts'
import { readSelection, SegmentUnread, type Unread } from './read-selection.ts'
import { type FoundSegment, searchSegments } from './search-segments.ts'
import { makePartWriter } from './write-part.ts'

export type HydratePartitionDeps = {
  readonly log: CommitLog
  readonly reader: SegmentReader
  readonly delivery: Delivery
}

export type PartitionWork = {
  readonly rehydration: Rehydration
  readonly partition: string
  /** Undefined when the dataset has left the configuration since. */
  readonly dataset: Dataset | undefined
  readonly key: string
  /** At most so many records, the first in order. */
  readonly limit: number
}

/** What was written, not yet put: the caller has to put or discard the draft. Null: there was nothing to write. */
export type Hydrated = { readonly draft: PartDraft | null; readonly result: Omit<TaskResult, 'file'> }

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
 * Takes the selected records of one partition out of its live segments, into a draft. `cold`: one of them must be thawed
 * first. A segment that is lost or broken is left out, and the result says so.
 */
export const hydratePartition = ({ log, reader, delivery }: HydratePartitionDeps) => {
  const write = async (work: PartitionWork, found: readonly FoundSegment[]) => {
    const { rehydration, partition, dataset, key, limit } = work
    const { request, id: rehydrationId, acceptedAt } = rehydration
    const promoted = dataset?.promoted ?? []
    const draft = await delivery.begin(key, contentTypeOf(request))
    const positions = new Set<number>()
    try {
      const writer = makePartWriter(draft, request, {
        ref: { dataset: request.dataset, partition },
        rehydrationId,
        createdAt: acceptedAt,
        promoted,
      })
      for await (const batch of readSelection(reader, found, request.selection, promoted, limit)) {
        await writer.write(batch.records)
        for (const position of batch.positions) positions.add(position)
      }
      const records = await writer.finish()
      if (records.count > 0) return { draft, records, found: [...positions].sort((a, b) => a - b) }
      await draft.discard()
      return { draft: null, records, found: [] }
    } catch (error) {
      await draft.discard()
      throw error
    }
  }

  return async (work: PartitionWork): Promise<Hydrated | 'cold'> => {
    const { dataset, selection } = work.rehydration.request
    const ref = { dataset, partition: work.partition }
    const left = new Map<string, Unread>()
    const doubted = new Set<string>()
    for (let replans = 0; replans < REPLANS + left.size + doubted.size; replans += 1) {
      // read anew each time: a seal may have put another segment in the place of one that is gone
      const state = await log.read(ref)
      const found = await searchSegments(reader)(state, selection)
      const readable = found.filter(({ segment }) => !left.has(segment.id))
      try {
        const written =
          readable.length === 0
            ? { draft: null, records: emptyDigest, found: [] }
            : await write(work, readable)
        return {
          draft: written.draft,
          result: {
            records: written.records,
            found: written.found,
            completeness: completenessOf(found, left),
            coldest: coldest(readable.map(({ segment }) => storedClass(segment, state.holdings))),
          },
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
      `${dataset} ${work.partition}: its segments changed ${REPLANS} times while they were read`,
    )
  }
}
