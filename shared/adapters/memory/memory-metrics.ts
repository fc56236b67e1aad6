import type { AgeMetrics, SealMetrics, SweepMetrics } from '../../ports/archive-metrics.ts'

export type MemoryMetrics = AgeMetrics &
  SealMetrics &
  SweepMetrics & {
    /** What was added up under each name so far. */
    readonly totals: ReadonlyMap<string, number>
  }

/** Sums of what the archive side tells about itself. */
export const makeMemoryMetrics = (): MemoryMetrics => {
  const totals = new Map<string, number>()
  const add = (name: string, value: number) => totals.set(name, (totals.get(name) ?? 0) + value)
  return {
    totals,
    aged: ({ records, bytes }) => {
      add('recordsArchived', records)
      add('bytesArchived', bytes)
    },
    duplicatesDropped: (count) => {
      add('duplicatesDropped', count)
    },
    quarantined: (count) => {
      add('recordsQuarantined', count)
    },
    sealed: ({ records }) => {
      add('segmentsSealed', 1)
      add('recordsSealed', records)
    },
    swept: (facts) => {
      for (const [name, value] of Object.entries(facts)) add(name, value)
    },
  }
}
