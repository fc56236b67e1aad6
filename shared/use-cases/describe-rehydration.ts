import { costSoFar } from '../domain/cost-so-far.ts'
import { expectedBy } from '../domain/expected-by.ts'
import { keptUntilOf } from '../domain/keep-copies.ts'
import type { Rehydration } from '../domain/rehydration.ts'
import type { RehydrationTask, TaskState } from '../domain/rehydration-task.ts'
import type { Rehydrations, TaskList } from '../ports/rehydrations.ts'

export type RehydrationProgress = {
  /** Partitions by how far their tasks have come. */
  readonly partitions: Readonly<Record<TaskState['name'], number>>
  /** When the last segment that is waited for must be readable by AWS's figures; null when none is waited for. */
  readonly readyBy: number | null
  /** When in 95 of 100 cases all is readable, by how long thaws took; null where nothing is waited for, or nobody knows yet. */
  readonly expectedBy: number | null
  /** US dollars. */
  readonly costSoFar: number
  readonly segmentsThawedAsStandard: number
  /** Segments whose thaw was made faster for it, or is about to be. */
  readonly segmentsRaised: number
  /** The earliest time at which S3 takes a restored copy away that was read; null where none is known. */
  readonly keptUntil: number | null
  /** Segments whose copy was gone when it was to be kept for longer. */
  readonly segmentsLapsed: number
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
    let segmentsLapsed = 0
    const tasks: RehydrationTask[] = []
    const delivered = { files: 0, records: 0, bytes: 0 }
    for await (const task of taskList.all(id)) {
      const { state, thawedAsStandard } = task
      tasks.push(task)
      partitions[state.name] += 1
      segmentsThawedAsStandard += thawedAsStandard.length
      if (state.name === 'done') {
        const { file, records } = state.result
        delivered.files += file === null ? 0 : 1
        delivered.records += records.count
        delivered.bytes += file?.bytes ?? 0
        segmentsLapsed += state.kept?.lapsed ?? 0
      }
      if (state.name === 'thawing') readyBy = Math.max(readyBy ?? 0, state.readyBy)
    }
    return {
      rehydration,
      progress: {
        partitions,
        readyBy,
        expectedBy: expectedBy(rehydration, tasks),
        costSoFar: costSoFar(rehydration, tasks),
        segmentsThawedAsStandard,
        segmentsRaised: tasks.reduce((sum, { raises = [] }) => sum + raises.length, 0),
        keptUntil: keptUntilOf(tasks),
        segmentsLapsed,
        ...delivered,
      },
    }
  }
