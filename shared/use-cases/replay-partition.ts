import type { ReplayTarget } from '../domain/config.ts'
import type { Dataset } from '../domain/dataset.ts'
import { emptyDigest } from '../domain/digest.ts'
import type { ArchiveRecord } from '../domain/record.ts'
import type { Rehydration } from '../domain/rehydration.ts'
import type { TaskResult } from '../domain/rehydration-task.ts'
import { dealtWith, type ReplayProgress } from '../domain/replay-progress.ts'
import type { Clock, Wait } from '../ports/clock.ts'
import { MAX_REPLAY_MESSAGES, type Replay } from '../ports/replay.ts'
import { type PartitionSegments, type ReadPartitionDeps, readPartition } from './read-partition.ts'
import { readSelection } from './read-selection.ts'
import { isDealtWith, messagesOf, progressAfter, replayBatches } from './replay-batches.ts'

export type ReplayPartitionDeps = ReadPartitionDeps & {
  readonly replay: Replay
  readonly wait: Wait
  readonly now: Clock
  /** True while there is time for another batch. */
  readonly hasTime: () => boolean
}

export type ReplayWork = {
  readonly rehydration: Rehydration
  readonly partition: string
  /** Undefined when the dataset has left the configuration since. */
  readonly dataset: Dataset | undefined
  readonly target: ReplayTarget
  readonly progress: ReplayProgress | undefined
  /** At most so many records, the first in order. */
  readonly limit: number
  /** Writes down how far it has come; false when it is another's to go on. */
  readonly note: (progress: ReplayProgress) => Promise<boolean>
}

export type Replayed = { readonly result: TaskResult } | 'cold' | 'paused' | 'superseded'

/**
 * Sends the selected records of one partition to a queue, from the place on that an earlier run has come to, no faster than
 * its rate. The place is noted after each batch, so that whoever goes on repeats one batch at most. After a batch it
 * waits for as long as its records are allowed to take: the next, whoever sends it, comes no sooner.
 */
export const replayPartition = (deps: ReplayPartitionDeps) => {
  const { replay, wait, now, hasTime } = deps
  const read = readPartition(deps)

  return async (work: ReplayWork): Promise<Replayed> => {
    const { rehydration, partition, target } = work
    const { dataset, selection } = rehydration.request
    const { perSecond, queue } = target
    const size = Math.min(MAX_REPLAY_MESSAGES, perSecond)
    let { progress } = work
    const leftBefore = progress?.left.map(({ segmentId, reason }) => [segmentId, reason] as const)

    const sendAll = async ({ found, readable, left }: PartitionSegments) => {
      const isThere = ({ segmentId }: { segmentId: string }) =>
        found.some(({ segment }) => segment.id === segmentId)
      // one that was left out has been sealed into another, which may be whole: what it holds lies behind the place
      if (progress?.left.every(isThere) === false) progress = undefined
      const leftOut = [...left].map(([segmentId, reason]) => ({ segmentId, reason }))
      const promoted = work.dataset?.promoted ?? []
      const positions = new Set<number>()
      const start = progress
      // what was dealt with counts already, and what has come in before the place since is not sent
      const limit = Math.max(0, work.limit - dealtWith(start))
      const isLimited = work.limit !== Number.POSITIVE_INFINITY
      const counts =
        start !== undefined && isLimited ? (record: ArchiveRecord) => !isDealtWith(record, start) : undefined
      async function* records(): AsyncGenerator<readonly ArchiveRecord[]> {
        for await (const batch of readSelection(deps.reader, readable, selection, promoted, limit, {
          counts,
        })) {
          for (const position of batch.positions) positions.add(position)
          yield batch.records
        }
      }
      const origin = { dataset, rehydrationId: rehydration.id }
      for await (const batch of replayBatches(records(), origin, { progress, size })) {
        if (!hasTime()) return 'paused'
        const begun = now()
        const messages = messagesOf(batch)
        const outcomes = messages.length === 0 ? [] : await replay.send(queue, messages)
        progress = progressAfter(progress, batch, outcomes, leftOut)
        if (!(await work.note(progress))) return 'superseded'
        const rest = (messages.length * 1000) / perSecond - (now() - begun)
        if (rest > 0) await wait(rest)
      }
      return [...positions].sort((a, b) => a - b)
    }

    const replayed = await read({ dataset, partition }, selection, sendAll, leftBefore)
    if (replayed === 'cold') return 'cold'
    const { made, ...about } = replayed
    if (typeof made === 'string') return made
    return { result: { file: null, records: progress?.sent ?? emptyDigest, found: made, ...about } }
  }
}
