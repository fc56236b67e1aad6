import { makeSqsHandler } from '../../shared/runtime/sqs-handler.ts'
import { makeRehydrationMetrics, type QueueTelemetry } from '../../shared/runtime/telemetry.ts'
import { type FinishDeps, finishRehydration } from '../../shared/use-cases/finish-rehydration.ts'
import { type HydrateTaskDeps, hydrateTask } from '../../shared/use-cases/hydrate-task.ts'
import { hydrateTaskSchema } from './event.ts'

/** Delivers the records of one partition of one rehydration. */
export const createHandler = (
  deps: Omit<HydrateTaskDeps, 'finish'> &
    Omit<FinishDeps, 'metrics'> & { readonly telemetry: QueueTelemetry },
) => {
  const metrics = makeRehydrationMetrics(deps.telemetry.metrics)
  return makeSqsHandler({
    telemetry: deps.telemetry,
    schema: hydrateTaskSchema,
    work: hydrateTask({ ...deps, finish: finishRehydration({ ...deps, metrics }) }),
  })
}
