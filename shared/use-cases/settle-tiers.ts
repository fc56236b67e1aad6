import { guardsOf } from '../domain/config.ts'
import { planTiers, type TierChoices } from '../domain/plan-tiers.ts'
import { fixedDollars, thawDollars } from '../domain/price-work.ts'
import { momentsOfQuote } from '../domain/quote.ts'
import type { RehydrationRequest } from '../domain/rehydration.ts'
import type { Price, Promised } from '../domain/rehydration-terms.ts'
import type { ArchiveClass } from '../domain/storage-class.ts'
import { dollarsOfJobs } from '../domain/thaw-batch.ts'
import { bytesOf } from '../domain/work-plan.ts'
import type { TooBroad } from './find-partitions.ts'
import { type SurveyDeps, surveySelection } from './survey-selection.ts'
import type { ReadThawTimes } from './thaw-times.ts'

export type SettleTiersDeps = SurveyDeps & { readonly thawTimes: ReadThawTimes }

export type SettledTiers =
  | {
      readonly kind: 'settled'
      readonly request: RehydrationRequest
      readonly price: Price
      readonly promised: Promised
    }
  | { readonly kind: 'cannot-be-met'; readonly choices: TierChoices }
  | TooBroad

/** Which tier each class is thawed with, for a request that says by when, or for how much, all is to be there. */
export const settleTiers =
  (deps: SettleTiersDeps) =>
  async (request: RehydrationRequest, mayExpedite: boolean): Promise<SettledTiers> => {
    const survey = await surveySelection(deps)(request)
    if (survey.kind === 'too-broad') return survey
    const { work } = survey
    const { readyBy, maxCostUsd } = request
    const times = await deps.thawTimes()
    const now = deps.now()
    const guards = guardsOf(deps.config, request.dataset)
    const asked = momentsOfQuote(now, now, guards)
    const segments = work.partitions.flatMap((partition) => partition.segments)
    const coldIn = (storageClass: ArchiveClass) =>
      segments
        .filter((segment) => segment.readable === 'cold' && segment.storageClass === storageClass)
        .map(({ bytes }) => bytes)
    const fixed = fixedDollars(work)
    const planned = planTiers(
      {
        now,
        cold: { GLACIER: coldIn('GLACIER'), DEEP_ARCHIVE: coldIn('DEEP_ARCHIVE') },
        underWay: segments.flatMap(({ underWay }) => underWay ?? []),
        fixed,
        dollarsFor: (storageClass, tier) => thawDollars(work, storageClass, tier, asked),
        times,
      },
      { readyBy, maxCostUsd, mayExpedite },
    )
    if (planned.kind === 'cannot-be-met') return planned
    const { tiers, dollars, raising, p50, p95 } = planned.plan
    // what may cost no more than was promised has none
    const isCapped = maxCostUsd !== null || request.quoteId !== null
    const jobs = isCapped ? 0 : dollarsOfJobs(work, tiers, deps.config.batchThawsAbove)
    return {
      kind: 'settled',
      request: { ...request, tiers },
      price: { dollars: dollars + jobs, bytes: bytesOf(work), fixed: fixed + jobs },
      promised: { p50, p95, raising, mayExpedite },
    }
  }
