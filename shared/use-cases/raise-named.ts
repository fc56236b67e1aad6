import type { RehydrationTask } from '../domain/rehydration-task.ts'
import type { Segment } from '../domain/segment.ts'
import type { PartitionState } from '../ports/catalog.ts'
import { mapBounded } from './bounded.ts'
import { raiseSegment } from './raise-segment.ts'
import type { ThawSegmentDeps } from './thaw-segment.ts'

const SEGMENTS_AT_ONCE = 16

/** Asks S3 to do those thaws faster that a task names. Answers how many it does so from now on. */
export const raiseNamed = (deps: ThawSegmentDeps) => {
  const raise = raiseSegment(deps)
  return async (
    rehydrationId: string,
    { raises = [] }: RehydrationTask,
    needed: readonly Segment[],
    { holdings }: PartitionState,
  ): Promise<number> => {
    const named = raises.flatMap(({ segmentId, to }) =>
      needed.filter(({ id }) => id === segmentId).map((segment) => ({ segment, to })),
    )
    const outcomes = await mapBounded(named, SEGMENTS_AT_ONCE, ({ segment, to }) =>
      raise(segment, holdings.get(segment.id), { to, by: rehydrationId }),
    )
    return outcomes.filter((outcome) => outcome === 'raised').length
  }
}
