import { addDigests } from '../../domain/digest.ts'
import type { Quarantine, QuarantineBooks, QuarantineUnit } from '../../ports/quarantine.ts'

export type MemoryQuarantine = Quarantine & QuarantineBooks & { units(): readonly QuarantineUnit[] }

/** Quarantine and its books in memory. */
export const makeMemoryQuarantine = (): MemoryQuarantine => {
  const kept = new Map<string, QuarantineUnit>()
  return {
    keep: async (unit) => {
      const name = JSON.stringify([unit.dataset, unit.unit, unit.items])
      if (kept.has(name)) return 'already-kept'
      kept.set(name, unit)
      return 'kept'
    },
    total: async (dataset) =>
      addDigests(
        ...[...kept.values()].filter((unit) => unit.dataset === dataset).map(({ digest }) => digest),
      ),
    units: () => [...kept.values()],
  }
}
