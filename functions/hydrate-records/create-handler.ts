import { makeSqsHandler } from '../../shared/runtime/sqs-handler.ts'
import { makeRehydrationMetrics, type QueueTelemetry } from '../../shared/runtime/telemetry.ts'
import { type FinishDeps, finishRehydration } from '../../shared/use-cases/finish-rehydration.ts'
import { type HydrateTaskDeps, hydrateTask } from '../../shared/use-cases/hydrate-task.ts'
import { hydrateTaskSchema } from './event.ts'

/** Time to send one more batch of a replay, and to say how far it has come. */
const RESERVED_MS = 60_000

/** Delivers the records of one partition of one rehydration. */
export const createHandler = (
  deps: Omit<HydrateTaskDeps, 'finish' | 'hasTime'> &
    Omit<FinishDeps, 'metrics'> & { readonly telemetry: QueueTelemetry },
) => {
  const metrics = makeRehydrationMetrics(deps.telemetry.metrics)
  const finish = finishRehydration({ ...deps, metrics })
  return makeSqsHandler({
    telemetry: deps.telemetry,
    schema: hydrateTaskSchema,
    work: (task, _, context) => {
      const hasTime = () => context.getRemainingTimeInMillis() > RESERVED_MS
      return hydrateTask({ ...deps, finish, hasTime })(task)
    },
  })
}
