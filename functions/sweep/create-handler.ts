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
  /** Ends the reservations of rehydrations that are over. */
  readonly reconcileBudgets: () => Promise<{ settled: number }>
  /** Sends hot objects whose events were lost to be aged. */
  readonly remindOfHotObjects: () => Promise<{ reminded: number }>
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
      const steps = [
        deps.checkRehydrations(),
        deps.reconcileBudgets(),
        deps.remindOfHotObjects(),
        sweep({ ...deps, metrics: makeSweepMetrics(metrics), hasTime })(),
      ] as const
      // one step's trouble does not keep the others from their work
      const settled = await Promise.allSettled(steps)
      const errors = settled.flatMap((each) => (each.status === 'rejected' ? [each.reason] : []))
      if (errors.length > 0) throw new AggregateError(errors, errors.map(String).join('; '))
      const [{ sent, failed }, { settled: reservations }, { reminded }, { partitions, behind }] =
        await Promise.all(steps)
      const outcome = {
        partitions,
        partitionsBehind: behind,
        hotObjectsReminded: reminded,
        rehydrationsSent: sent,
        rehydrationsFailed: failed,
        reservationsSettled: reservations,
      }
      logger.info('sweep done', outcome)
      return outcome
    })
}
