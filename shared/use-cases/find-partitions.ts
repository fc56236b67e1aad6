import { hasUntimedIds, makePartitionCheck, spansOf } from '../domain/plan-selection.ts'
import { MAX_PARTITIONS, MAX_SEARCHED_PARTITIONS, type Selection } from '../domain/rehydration.ts'
import type { PartitionRegistry } from '../ports/catalog.ts'

/** More partitions than may be looked at for one selection. */
export type TooBroad = { readonly kind: 'too-broad'; readonly limit: number; readonly hint: string }
export type Partitions = { readonly kind: 'found'; readonly partitions: readonly string[] } | TooBroad

const HINT = {
  range: 'ask for a shorter range',
  timed: 'ask for fewer ids at a time',
  untimed: 'give the time of each id: without it every partition has to be looked through',
} as const

/** The known partitions that records of a selection may be in, in order. */
export const findPartitions =
  (registry: PartitionRegistry) =>
  async (dataset: string, selection: Selection, most = MAX_PARTITIONS): Promise<Partitions> => {
    const spans = spansOf(selection)
    const isUntimed = hasUntimedIds(selection)
    const mayBeIn = makePartitionCheck(selection)
    const limit = Math.min(most, isUntimed ? MAX_SEARCHED_PARTITIONS : MAX_PARTITIONS)
    const hint = isUntimed ? HINT.untimed : selection.kind === 'range' ? HINT.range : HINT.timed
    const partitions: string[] = []
    for (const span of spans ?? [undefined])
      for await (const { partition } of registry.list(dataset, span)) {
        if (!mayBeIn(partition)) continue
        if (partitions.length === limit) return { kind: 'too-broad', limit, hint }
        partitions.push(partition)
      }
    return { kind: 'found', partitions }
  }
