import type { Holding } from '../domain/holding.ts'
import type { Rehydration } from '../domain/rehydration.ts'
import { isInForce } from '../domain/thaw-batch.ts'
import type { Clock } from '../ports/clock.ts'
import type { Rehydrations } from '../ports/rehydrations.ts'

/** Whether the job that a holding is claimed for may still ask for its thaw; false where no job claims it. */
export type IsClaimed = (holding: Holding) => Promise<boolean>

/**
 * Asks the rehydrations whose jobs they are, each once. What it tells may be old: a job that was open then may be over by now, never the
 * other way round.
 */
export const checkClaims = (
  { rehydrations, now }: { readonly rehydrations: Rehydrations; readonly now: Clock },
  own: Rehydration,
): IsClaimed => {
  const owners = new Map<string, Promise<Rehydration | undefined>>([[own.id, Promise.resolve(own)]])
  return async ({ asking }) => {
    if (asking?.job === undefined) return false
    const { rehydrationId } = asking.job
    const owner = owners.get(rehydrationId) ?? rehydrations.find(rehydrationId)
    owners.set(rehydrationId, owner)
    return isInForce(asking, await owner, now())
  }
}
