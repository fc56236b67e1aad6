import type { RehydrationRequest } from '../domain/rehydration.ts'
import type { CommitLog } from '../ports/catalog.ts'
import type { SegmentReader } from '../ports/segment-store.ts'
import { mapBounded } from './bounded.ts'
import { coldSegments } from './claim-partition.ts'

const PARTITIONS_AT_ONCE = 16

/** How many segments of these partitions a job would have to thaw, by the catalog and by index objects. */
export const countCold =
  ({ log, reader }: { readonly log: CommitLog; readonly reader: SegmentReader }) =>
  async (
    { dataset, selection, tiers }: Pick<RehydrationRequest, 'dataset' | 'selection' | 'tiers'>,
    partitions: readonly string[],
  ): Promise<number> => {
    const cold = coldSegments(reader)
    const counts = await mapBounded(partitions, PARTITIONS_AT_ONCE, async (partition) => {
      const found = await cold(await log.read({ dataset, partition }), selection, tiers)
      return found.length
    })
    return counts.reduce((sum, count) => sum + count, 0)
  }
