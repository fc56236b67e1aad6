import { liveSegments } from '../domain/commit.ts'
import type { Holding } from '../domain/holding.ts'
import { makeSegmentCheck } from '../domain/plan-selection.ts'
import { type Quote, quoteSegments } from '../domain/quote.ts'
import { MAX_SEARCHED_PARTITIONS, type RehydrationRequest } from '../domain/rehydration.ts'
import type { CommitLog, PartitionRegistry } from '../ports/catalog.ts'
import type { Clock } from '../ports/clock.ts'
import { mapBounded } from './bounded.ts'
import { findPartitions, type TooBroad } from './find-partitions.ts'

export type QuoteDeps = {
  readonly registry: PartitionRegistry
  readonly log: CommitLog
  readonly now: Clock
}

const PARTITIONS_AT_ONCE = 16

/**
 * What a selection would cost and when it would be there. For ids every segment whose id range may hold one is counted,
 * without a look into its index, so the quote is an upper bound.
 */
export const quote =
  ({ registry, log, now }: QuoteDeps) =>
  async ({
    dataset,
    selection,
    keepDays,
  }: Pick<RehydrationRequest, 'dataset' | 'selection' | 'keepDays'>): Promise<
    { kind: 'quoted'; quote: Quote } | TooBroad
  > => {
    const within = await findPartitions(registry)(dataset, selection, MAX_SEARCHED_PARTITIONS)
    if (within.kind === 'too-broad') return within
    const states = await mapBounded(within.partitions, PARTITIONS_AT_ONCE, (partition) =>
      log.read({ dataset, partition }),
    )
    const segments = states
      .flatMap(({ commits }) => liveSegments(commits))
      .filter(makeSegmentCheck(selection))
    const holdings = new Map<string, Holding>(states.flatMap((state) => [...state.holdings]))
    return { kind: 'quoted', quote: quoteSegments({ segments, holdings, keepDays, now: now() }) }
  }
