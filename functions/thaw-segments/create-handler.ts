import { makeSqsHandler } from '../../shared/runtime/sqs-handler.ts'
import type { QueueTelemetry } from '../../shared/runtime/telemetry.ts'
import { type PlanDeps, planRehydration } from '../../shared/use-cases/plan-rehydration.ts'
import { type ThawTaskDeps, thawTask } from '../../shared/use-cases/thaw-task.ts'
import { thawTaskSchema } from './event.ts'

/** Plans rehydrations, and asks S3 for what one partition of one needs. */
export const createHandler = (
  deps: Omit<ThawTaskDeps, 'plan'> & PlanDeps & { readonly telemetry: QueueTelemetry },
) =>
  makeSqsHandler({
    telemetry: deps.telemetry,
    schema: thawTaskSchema,
    work: thawTask({ ...deps, plan: planRehydration(deps) }),
  })
