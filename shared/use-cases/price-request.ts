import { liveSegments } from '../domain/commit.ts'
import type { Holding } from '../domain/holding.ts'
import { makeSegmentCheck } from '../domain/plan-selection.ts'
import { storedClass } from '../domain/plan-thaw.ts'
import { quoteSegments } from '../domain/quote.ts'
import type { RehydrationRequest } from '../domain/rehydration.ts'
import type { Price } from '../domain/rehydration-terms.ts'
import type { Segment } from '../domain/segment.ts'
import type { RetrievalTier } from '../domain/storage-class.ts'
import { mapBounded } from './bounded.ts'
import { findPartitions, type TooBroad } from './find-partitions.ts'
import type { QuoteDeps } from './quote.ts'

const PARTITIONS_AT_ONCE = 16

export type SelectedSegments = {
  readonly segments: readonly Segment[]
  /** By segment id. */
  readonly holdings: ReadonlyMap<string, Holding>
}

/** The segments that may hold what is selected, by the catalog. */
export const selectSegments =
  ({ registry, log }: Pick<QuoteDeps, 'registry' | 'log'>) =>
  async ({
    dataset,
    selection,
  }: Pick<RehydrationRequest, 'dataset' | 'selection'>): Promise<SelectedSegments | TooBroad> => {
    const within = await findPartitions(registry)(dataset, selection)
    if (within.kind === 'too-broad') return within
    const states = await mapBounded(within.partitions, PARTITIONS_AT_ONCE, (partition) =>
      log.read({ dataset, partition }),
    )
    const segments = states
      .flatMap(({ commits }) => liveSegments(commits))
      .filter(makeSegmentCheck(selection))
    return { segments, holdings: new Map(states.flatMap((state) => [...state.holdings])) }
  }

/** What a rehydration costs at most, with the tiers that it is asked for with, and the bytes of what it reads. */
export const priceRequest =
  (deps: QuoteDeps) =>
  async (request: RehydrationRequest): Promise<{ kind: 'priced'; price: Price } | TooBroad> => {
    const selected = await selectSegments(deps)(request)
    if ('kind' in selected) return selected
    const { holdings } = selected
    const now = deps.now()
    const { keepDays, tiers } = request
    const isDeep = (segment: Segment) => storedClass(segment, holdings) === 'DEEP_ARCHIVE'
    const totalOf = (segments: readonly Segment[], wanted: RetrievalTier) =>
      quoteSegments({ segments, holdings, keepDays, now })
        .tiers.filter(({ tier }) => tier === wanted)
        .reduce((sum, { dollars }) => sum + dollars.total, 0)
    const dollars =
      totalOf(selected.segments.filter(isDeep), tiers.DEEP_ARCHIVE) +
      totalOf(
        selected.segments.filter((segment) => !isDeep(segment)),
        tiers.GLACIER,
      )
    const bytes = selected.segments.reduce((sum, segment) => sum + segment.bytes, 0)
    return { kind: 'priced', price: { dollars, bytes } }
  }
