import { MAX_PARTITIONS, type Rehydration } from '../domain/rehydration.ts'
import type { Waiters } from '../ports/catalog.ts'
import { mapBounded } from './bounded.ts'
import { type SettleDeps, settleReservations } from './settle-reservations.ts'

export type TidyDeps = SettleDeps & { readonly waiters: Waiters }

const PARTITIONS_AT_ONCE = 16

/**
 * Takes away what a rehydration that is over left behind: what it has reserved and not spent, what waits for it in a partition,
 * and its open tasks. Thaws that S3
 * has begun go on, for whoever needs them. A worker that was under way may leave a waiter after this: whoever wakes that one
 * finds the rehydration over, and removes it.
 */
export const tidyRehydration =
  (deps: TidyDeps) =>
  async (rehydration: Rehydration): Promise<void> => {
    const { taskList, waiters } = deps
    const { id, request } = rehydration
    await settleReservations(deps)(rehydration)
    const open = await taskList.open(id, MAX_PARTITIONS)
    await mapBounded(open, PARTITIONS_AT_ONCE, async (partition) => {
      await waiters.remove({ dataset: request.dataset, partition }, id)
      // last: a task that is open is what brings the next attempt here
      await taskList.close(id, partition)
    })
  }
