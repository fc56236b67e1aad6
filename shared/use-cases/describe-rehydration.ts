import type { Rehydration } from '../domain/rehydration.ts'
import type { TaskState } from '../domain/rehydration-task.ts'
import type { Rehydrations, TaskList } from '../ports/rehydrations.ts'

export type RehydrationProgress = {
  /** Partitions by how far their tasks have come. */
  readonly partitions: Readonly<Record<TaskState['name'], number>>
  /** When the last segment that is waited for must be readable by AWS's figures; null when none is waited for. */
  readonly readyBy: number | null
  readonly segmentsThawedAsStandard: number
  /** What is delivered so far. */
  readonly files: number
  readonly records: number
  readonly bytes: number
}

/** A rehydration and how far each of its partitions has come; undefined when there is none of that id. */
export const describeRehydration =
  ({ rehydrations, taskList }: { rehydrations: Rehydrations; taskList: TaskList }) =>
  async (id: string): Promise<{ rehydration: Rehydration; progress: RehydrationProgress } | undefined> => {
    const rehydration = await rehydrations.find(id)
    if (rehydration === undefined) return undefined
    const partitions = { planned: 0, thawing: 0, hydrating: 0, done: 0 }
    let readyBy: number | null = null
    let segmentsThawedAsStandard = 0
    const delivered = { files: 0, records: 0, bytes: 0 }
    for await (const { state, thawedAsStandard } of taskList.all(id)) {
      partitions[state.name] += 1
      segmentsThawedAsStandard += thawedAsStandard.length
      if (state.name === 'done') {
        const { file, records } = state.result
        delivered.files += file === null ? 0 : 1
        delivered.records += records.count
        delivered.bytes += file?.bytes ?? 0
      }
      if (state.name === 'thawing') readyBy = Math.max(readyBy ?? 0, state.readyBy)
    }
    return { rehydration, progress: { partitions, readyBy, segmentsThawedAsStandard, ...delivered } }
  }
