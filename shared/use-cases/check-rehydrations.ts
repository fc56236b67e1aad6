import { DAY, HOUR } from '../domain/duration.ts'
import { isOver } from '../domain/rehydration-states.ts'
import type { Clock } from '../ports/clock.ts'
import type { ThawQueue } from '../ports/queues.ts'
import type { RehydrationCheck, RehydrationIndex, Rehydrations, TaskList } from '../ports/rehydrations.ts'
import { advanceStored } from './advance-rehydration.ts'
import { mapBounded } from './bounded.ts'

export type CheckDeps = {
  readonly rehydrations: Rehydrations
  readonly index: RehydrationIndex
  readonly taskList: TaskList
  readonly thawQueue: ThawQueue
  readonly now: Clock
}

const PAGE = 100
const AT_ONCE = 8
const CHECK_EVERY = 6 * HOUR

/** What has not come by then will not come by itself: the slowest thaw takes two days. */
export const LONGEST_REHYDRATION = 14 * DAY

/**
 * The safety net below every message of a rehydration: one that is not over is planned again, which sends all of its open
 * tasks again; one that is too old fails and says what is missing.
 */
export const checkRehydrations =
  ({ rehydrations, index, taskList, thawQueue, now }: CheckDeps) =>
  async (): Promise<{ sent: number; failed: number }> => {
    const check = async (due: RehydrationCheck): Promise<'sent' | 'failed' | 'over'> => {
      const { id } = due
      const rehydration = await rehydrations.find(id)
      if (rehydration === undefined || isOver(rehydration.state)) {
        await index.settle(due, null)
        return 'over'
      }
      if (rehydration.acceptedAt + LONGEST_REHYDRATION <= now()) {
        const open = await taskList.open(id, 10)
        const reason = `not finished within ${LONGEST_REHYDRATION / DAY} days; open partitions: ${open.join(', ') || 'not planned'}`
        await advanceStored(rehydrations, id, { name: 'failed', at: now(), reason })
        await index.settle(due, null)
        return 'failed'
      }
      await thawQueue.send([{ rehydrationId: id, partition: null }])
      await index.settle(due, now() + CHECK_EVERY)
      return 'sent'
    }
    const outcomes = await mapBounded(await index.due(now(), PAGE), AT_ONCE, check)
    const count = (wanted: string) => outcomes.filter((outcome) => outcome === wanted).length
    return { sent: count('sent'), failed: count('failed') }
  }
