import type { IcecoreConfig } from '../domain/config.ts'
import { type Caps, hasCaps, NO_CAPS, type OverCap } from '../domain/guards.ts'
import { partitionOf } from '../domain/partition.ts'
import type { Rehydration } from '../domain/rehydration.ts'
import { isOver } from '../domain/rehydration-states.ts'
import { NOTHING } from '../domain/reservations.ts'
import type { ThawQueue } from '../ports/queues.ts'
import type { Rehydrations } from '../ports/rehydrations.ts'
import { advanceStored } from './advance-rehydration.ts'
import { type ReserveDeps, reserveBudget, settleBudget } from './spend-budget.ts'

export type ApproveDeps = ReserveDeps & {
  readonly config: IcecoreConfig
  readonly rehydrations: Rehydrations
  readonly thawQueue: ThawQueue
}

export type Approved =
  | { readonly kind: 'approved' | 'not-awaiting' | 'over'; readonly rehydration: Rehydration }
  | { readonly kind: 'own-request' }
  | { readonly kind: 'over-cap'; readonly over: OverCap }

/**
 * Lets a rehydration go on that waits for somebody else than its asker to agree. Its price counts in the budget of the day of
 * the approval: that is when it begins to cost. Approved twice is approved once, by the first. Undefined: there is none of that id.
 */
export const approveRehydration = (deps: ApproveDeps) => {
  const { config, rehydrations, thawQueue, budgets, now } = deps

  /** The caps of the day for a rehydration that is to be reserved; null where there are none. */
  const capsOf = ({ request }: Rehydration): Caps | null => {
    const caps = config.datasets.get(request.dataset)?.guards.perDay ?? NO_CAPS
    return hasCaps(caps) ? caps : null
  }

  const stateOf = async (rehydration: Rehydration): Promise<Approved> => {
    const { id, state, terms } = rehydration
    if (isOver(state)) return { kind: 'over', rehydration }
    if (terms.approval === null) return { kind: 'not-awaiting', rehydration }
    // also when it was approved before: the message of the first time may not have been sent
    if (state.name === 'accepted') await thawQueue.send([{ rehydrationId: id, partition: null }])
    return { kind: 'approved', rehydration }
  }

  return async (id: string, by: string): Promise<Approved | undefined> => {
    const found = await rehydrations.find(id)
    if (found === undefined) return undefined
    if (found.caller === by) return { kind: 'own-request' }
    if (found.state.name !== 'awaiting-approval') return stateOf(found)
    const at = now()
    const day = partitionOf(at, 'day')
    const of = { dataset: found.request.dataset, day }
    const caps = capsOf(found)
    const reserved = caps && (await reserveBudget(deps)(of, id, found.terms.price ?? NOTHING, caps))
    if (reserved?.kind === 'over-cap') return reserved
    const approved = await advanceStored(
      rehydrations,
      id,
      { name: 'approved', at },
      { approval: { by, at }, reservedOn: reserved && day },
    )
    if (approved === undefined) return undefined
    const { rehydration } = approved
    // somebody else was faster, on another day perhaps, or ended it
    if (reserved && rehydration.terms.reservedOn !== day)
      await settleBudget(budgets)(of, { name: id, attempt: reserved.attempt, spent: NOTHING })
    return stateOf(rehydration)
  }
}
