import { liveSegments } from '../domain/commit.ts'
import { guardsOf } from '../domain/config.ts'
import type { Holding } from '../domain/holding.ts'
import { makeSegmentCheck } from '../domain/plan-selection.ts'
import { fixedDollars, priceWork } from '../domain/price-work.ts'
import { momentsOfQuote } from '../domain/quote.ts'
import type { RehydrationRequest } from '../domain/rehydration.ts'
import type { Price } from '../domain/rehydration-terms.ts'
import type { Segment } from '../domain/segment.ts'
import { dollarsOfJobs } from '../domain/thaw-batch.ts'
import { bytesOf } from '../domain/work-plan.ts'
import { mapBounded } from './bounded.ts'
import { findPartitions, type TooBroad } from './find-partitions.ts'
import { type SurveyDeps, surveySelection } from './survey-selection.ts'

const PARTITIONS_AT_ONCE = 16

export type SelectedSegments = {
  readonly segments: readonly Segment[]
  /** By segment id. */
  readonly holdings: ReadonlyMap<string, Holding>
}

/** The segments that may hold what is selected, by the catalog. */
export const selectSegments =
  ({ registry, log }: Pick<SurveyDeps, 'registry' | 'log'>) =>
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
  (deps: SurveyDeps) =>
  async (request: RehydrationRequest): Promise<{ kind: 'priced'; price: Price } | TooBroad> => {
    const survey = await surveySelection(deps)(request)
    if (survey.kind === 'too-broad') return survey
    const guards = guardsOf(deps.config, request.dataset)
    const at = deps.now()
    const { dollars } = priceWork(survey.work, request.tiers, momentsOfQuote(at, at, guards))
    const { work } = survey
    const jobs = dollarsOfJobs(work, request.tiers, deps.config.batchThawsAbove)
    const price = { dollars: dollars.total + jobs, bytes: bytesOf(work), fixed: fixedDollars(work) + jobs }
    return { kind: 'priced', price }
  }
