import type { Rehydration } from '../domain/rehydration.ts'
import type { Clock } from '../ports/clock.ts'
import type { ThawQueue } from '../ports/queues.ts'
import type { Rehydrations } from '../ports/rehydrations.ts'
import { advanceStored } from './advance-rehydration.ts'

export type CancelDeps = {
  readonly rehydrations: Rehydrations
  readonly thawQueue: ThawQueue
  readonly now: Clock
}

export type Cancelled = { readonly kind: 'cancelled' | 'over'; readonly rehydration: Rehydration }

/**
 * Ends a rehydration before its time: no task of it begins any more. What S3 has begun to thaw is paid for and goes on, what
 * was delivered stays. `over`: it had come to its end before. Undefined: there is none of that id.
 */
export const cancelRehydration =
  ({ rehydrations, thawQueue, now }: CancelDeps) =>
  async (id: string): Promise<Cancelled | undefined> => {
    const ended = await advanceStored(rehydrations, id, { name: 'cancelled', at: now() })
    if (ended === undefined) return undefined
    const { rehydration } = ended
    if (rehydration.state.name !== 'cancelled') return { kind: 'over', rehydration }
    // also when it was cancelled before: the first time may have ended before this
    await thawQueue.send([{ rehydrationId: id, partition: null }])
    return { kind: 'cancelled', rehydration }
  }
