import type { DeadLetterObject, DeadLetterObjects } from '../ports/dead-letters.ts'
import type { QuarantinedUnit, QuarantineUnits } from '../ports/quarantine.ts'

export type FindQuarantinedDeps = { readonly index: QuarantineUnits; readonly letters: DeadLetterObjects }

export type Quarantined =
  | { readonly kind: 'unit'; readonly unit: QuarantinedUnit }
  | { readonly kind: 'dead-letter'; readonly object: DeadLetterObject }

/** How much of a unit's name is told as its id: two of the same beginning are not to be expected. */
export const UNIT_ID_LENGTH = 16

/** A unit by the beginning of its name, a dead letter by its message's id. More than one: the id is too short. */
export const findQuarantined =
  ({ index, letters }: FindQuarantinedDeps) =>
  async (id: string): Promise<readonly Quarantined[]> => {
    if (/^[0-9a-f]{8,64}$/.test(id)) {
      const found: Quarantined[] = []
      for (const dataset of await index.datasets())
        for (const unit of await index.named(dataset, id)) found.push({ kind: 'unit', unit })
      return found
    }
    const found: Quarantined[] = []
    for await (const object of letters.list())
      if (object.messageId === id) found.push({ kind: 'dead-letter', object })
    return found
  }
