import { makeSqsHandler } from '../../shared/runtime/sqs-handler.ts'
import { makeThawMetrics, type QueueTelemetry } from '../../shared/runtime/telemetry.ts'
import { type PlanDeps, planRehydration } from '../../shared/use-cases/plan-rehydration.ts'
import { type ThawTaskDeps, thawTask } from '../../shared/use-cases/thaw-task.ts'
import { thawTaskSchema } from './event.ts'

/** Claims no more for jobs when less than this is left (ms): what is claimed has to be listed and a job made of it. */
const TIME_FOR_A_JOB = 50_000

/** Plans rehydrations, and asks S3 for what one partition of one needs. */
export const createHandler = (
  deps: Omit<ThawTaskDeps, 'plan'> & Omit<PlanDeps, 'hasTime'> & { readonly telemetry: QueueTelemetry },
) => {
  const metrics = makeThawMetrics(deps.telemetry.metrics)
  return makeSqsHandler({
    telemetry: deps.telemetry,
    schema: thawTaskSchema,
    work: async (task, _message, context) => {
      const hasTime = () => context.getRemainingTimeInMillis() > TIME_FOR_A_JOB
      const outcome = await thawTask({ ...deps, plan: planRehydration({ ...deps, hasTime }) })(task)
      const { thaws: requested, raised = 0, shared = 0 } = outcome
      if (requested + raised + shared > 0) metrics.thawed({ requested, raised, shared })
      return outcome
    },
  })
}
