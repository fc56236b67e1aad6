import type { Rehydration } from '../domain/rehydration.ts'
import { advanceRehydration, type RehydrationEvent } from '../domain/rehydration-states.ts'
import type { RehydrationTerms } from '../domain/rehydration-terms.ts'
import type { Rehydrations } from '../ports/rehydrations.ts'

const TRIES = 8

/**
 * Applies an event to the stored rehydration, however often others change it meanwhile. Gives back what is stored then, and
 * whether it was this call that changed it; undefined when there is no such rehydration. The terms change with the state or
 * not at all.
 */
export const advanceStored = async (
  rehydrations: Rehydrations,
  id: string,
  event: RehydrationEvent,
  terms: Partial<RehydrationTerms> = {},
): Promise<{ rehydration: Rehydration; changed: boolean } | undefined> => {
  for (let tries = 0; tries < TRIES; tries += 1) {
    const stored = await rehydrations.find(id)
    if (stored === undefined) return undefined
    const state = advanceRehydration(stored.state, event)
    if (state === undefined) return { rehydration: stored, changed: false }
    const rehydration = { ...stored, state, terms: { ...stored.terms, ...terms } }
    if ((await rehydrations.put(rehydration, stored)) === 'put') return { rehydration, changed: true }
  }
  throw new Error(`rehydration ${id}: changed by others ${TRIES} times in a row`)
}
