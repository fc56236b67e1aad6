import type { Rehydration } from '../domain/rehydration.ts'
import { advanceRehydration, type RehydrationEvent } from '../domain/rehydration-states.ts'
import type { RehydrationTerms } from '../domain/rehydration-terms.ts'
import type { Rehydrations } from '../ports/rehydrations.ts'

const TRIES = 8

/** What is stored now, and whether it was this call that changed it. */
export type Changed = { readonly rehydration: Rehydration; readonly changed: boolean }

/** Changes the stored rehydration, however often others change it meanwhile. `change` gives undefined where nothing is to change. */
export const changeStored = async (
  rehydrations: Rehydrations,
  id: string,
  change: (stored: Rehydration) => Rehydration | undefined,
): Promise<Changed | undefined> => {
  for (let tries = 0; tries < TRIES; tries += 1) {
    const stored = await rehydrations.find(id)
    if (stored === undefined) return undefined
    const rehydration = change(stored)
    if (rehydration === undefined) return { rehydration: stored, changed: false }
    if ((await rehydrations.put(rehydration, stored)) === 'put') return { rehydration, changed: true }
  }
  throw new Error(`rehydration ${id}: changed by others ${TRIES} times in a row`)
}

/**
 * Applies an event to the stored rehydration, however often others change it meanwhile. Gives back what is stored then, and
 * whether it was this call that changed it; undefined when there is no such rehydration. The terms change with the state or
 * not at all.
 */
export const advanceStored = (
  rehydrations: Rehydrations,
  id: string,
  event: RehydrationEvent,
  terms: Partial<RehydrationTerms> = {},
): Promise<Changed | undefined> =>
  changeStored(rehydrations, id, (stored) => {
    const state = advanceRehydration(stored.state, event)
    return state && { ...stored, state, terms: { ...stored.terms, ...terms } }
  })
