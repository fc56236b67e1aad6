import { isToKeep } from '../domain/keep-copies.ts'
import type { Rehydration } from '../domain/rehydration.ts'
import type { RehydrationTasks } from '../ports/rehydrations.ts'
import { advanceStoredTask } from './advance-task.ts'
import { mapBounded } from './bounded.ts'
import { keepSegment } from './keep-segment.ts'
import { searchSegments } from './search-segments.ts'
import type { ThawSegmentDeps } from './thaw-segment.ts'

export type KeepPartitionDeps = ThawSegmentDeps & { readonly tasks: RehydrationTasks }

const SEGMENTS_AT_ONCE = 16

/**
 * Keeps the restored copies of one partition that was delivered for as long as the rehydration was extended to, and writes down
 * until when S3 keeps them. `later`: somebody else asks S3 for one of them; the sweep's check sends it again. What is not
 * delivered yet is none of its business: its thaw asks for the longer time itself.
 */
export const keepPartition =
  (deps: KeepPartitionDeps) =>
  async (rehydration: Rehydration, partition: string): Promise<'kept' | 'later' | 'done'> => {
    const { tasks, log, reader } = deps
    const { id, request, terms } = rehydration
    const task = await tasks.find(id, partition)
    const { extension } = terms
    if (task === undefined || extension === null || !isToKeep(rehydration, task)) return 'done'
    const catalog = await log.read({ dataset: request.dataset, partition })
    const needed = await searchSegments(reader)(catalog, request.selection)
    const keep = keepSegment(deps)
    const outcomes = await mapBounded(needed, SEGMENTS_AT_ONCE, ({ segment }) =>
      keep(segment, catalog.holdings.get(segment.id), extension.until),
    )
    if (outcomes.some(({ kind }) => kind === 'later')) return 'later'
    const ends = outcomes.flatMap((outcome) => (outcome.kind === 'kept' ? [outcome.until] : []))
    const kept = {
      for: extension.until,
      until: ends.length === 0 ? null : Math.min(...ends),
      lapsed: outcomes.filter(({ kind }) => kind === 'lapsed').length,
    }
    await advanceStoredTask(tasks, id, partition, { name: 'kept', kept })
    return 'kept'
  }
