import type { Dataset } from '../domain/dataset.ts'
import { emptyDigest } from '../domain/digest.ts'
import { contentTypeOf } from '../domain/part-file.ts'
import type { Rehydration } from '../domain/rehydration.ts'
import type { TaskResult } from '../domain/rehydration-task.ts'
import type { Delivery, PartDraft } from '../ports/delivery.ts'
import { promotedToRead } from './promoted-to-read.ts'
import { type ReadPartitionDeps, readPartition } from './read-partition.ts'
import { readSelection } from './read-selection.ts'
import type { FoundSegment } from './search-segments.ts'
import { makePartWriter } from './write-part.ts'

export type HydratePartitionDeps = ReadPartitionDeps & { readonly delivery: Delivery }

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

/**
 * Takes the selected records of one partition out of its live segments, into a draft. `cold`: one of them must be thawed
 * first. A segment that is lost or broken is left out, and the result says so.
 */
export const hydratePartition = (deps: HydratePartitionDeps) => {
  const read = readPartition(deps)

  const write = async (work: PartitionWork, found: readonly FoundSegment[]) => {
    const { rehydration, partition, dataset, key, limit } = work
    const { request, id: rehydrationId, acceptedAt } = rehydration
    const promoted = promotedToRead(request, dataset?.promoted ?? [])
    const draft = await deps.delivery.begin(key, contentTypeOf(request))
    const positions = new Set<number>()
    try {
      const writer = makePartWriter(draft, request, {
        ref: { dataset: request.dataset, partition },
        rehydrationId,
        createdAt: acceptedAt,
        promoted,
      })
      const { selection, format, columns } = request
      // lines as they were sent are copied from where they were read; other formats gather records first
      const lazyBodies = format === 'ndjson' && columns === null
      for await (const batch of readSelection(deps.reader, found, selection, promoted, limit, {
        lazyBodies,
      })) {
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
    const hydrated = await read({ dataset, partition: work.partition }, selection, async ({ readable }) =>
      readable.length === 0 ? { draft: null, records: emptyDigest, found: [] } : write(work, readable),
    )
    if (hydrated === 'cold') return 'cold'
    const { made, ...about } = hydrated
    return { draft: made.draft, result: { records: made.records, found: made.found, ...about } }
  }
}
