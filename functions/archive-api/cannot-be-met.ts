import type { TierChoices, TierPlan } from '../../shared/domain/plan-tiers.ts'
import { roundUp } from './present.ts'
import { Problem } from './problem.ts'

const presentPlan = ({ tiers, dollars, p50, p95 }: TierPlan) => ({
  tiers,
  cost: { atMost: roundUp(dollars) },
  expectedBy: new Date(p50).toISOString(),
  readyBy: new Date(p95).toISOString(),
})

const told = (plan: TierPlan): string => {
  const { cost, readyBy, tiers } = presentPlan(plan)
  return `${readyBy} for $${cost.atMost} (GLACIER ${tiers.GLACIER}, DEEP_ARCHIVE ${tiers.DEEP_ARCHIVE})`
}

/** Nothing that S3 offers is there by the time, or within the cost, that was asked for. What it offers is said. */
export const cannotBeMet = ({ earliest, cheapest, withinCost, inTime, expedited }: TierChoices): Problem => {
  const advice =
    expedited === null ? '' : `; with Expedited, on POST /rehydrations/expedited: ${told(expedited)}`
  return new Problem(422, 'cannot-be-met', 'No mix of tiers is there in time, or for so little', {
    detail: `at the earliest ${told(earliest)}; at the cheapest ${told(cheapest)}${advice}`,
    possible: {
      earliest: presentPlan(earliest),
      cheapest: presentPlan(cheapest),
      withinCost: withinCost && presentPlan(withinCost),
      inTime: inTime && presentPlan(inTime),
      expedited: expedited && presentPlan(expedited),
    },
  })
}
