import { injectLambdaContext } from '@aws-lambda-powertools/logger/middleware'
import { logMetrics } from '@aws-lambda-powertools/metrics/middleware'
import middy from '@middy/core'
import { makeSweepMetrics, type Telemetry } from '../../shared/runtime/telemetry.ts'
import { type SweepDeps, sweep } from '../../shared/use-cases/sweep.ts'

/** Stops taking on partitions this long (ms) before Lambda would stop the function. */
const TIME_TO_FINISH = 30_000

type Deps = Omit<SweepDeps, 'metrics' | 'hasTime'> & {
  readonly telemetry: Telemetry
  /** Sends what is left of unfinished rehydrations on its way again. */
  readonly checkRehydrations: () => Promise<{ sent: number; failed: number }>
}

/** Runs one sweep. What the event says does not matter: what is due stands in the catalog. */
export const createHandler = (deps: Deps) => {
  const { logger, metrics } = deps.telemetry
  return middy()
    .use(injectLambdaContext(logger))
    .use(logMetrics(metrics))
    .handler(async (_event, context) => {
      logger.info('sweep started')
      const hasTime = () => context.getRemainingTimeInMillis() > TIME_TO_FINISH
      const rehydrations = await deps.checkRehydrations()
      const { partitions } = await sweep({ ...deps, metrics: makeSweepMetrics(metrics), hasTime })()
      const outcome = {
        partitions,
        rehydrationsSent: rehydrations.sent,
        rehydrationsFailed: rehydrations.failed,
      }
      logger.info('sweep done', outcome)
      return outcome
    })
}
