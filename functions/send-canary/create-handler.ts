import { injectLambdaContext } from '@aws-lambda-powertools/logger/middleware'
import { logMetrics } from '@aws-lambda-powertools/metrics/middleware'
import middy from '@middy/core'
import { makeCanaryMetrics, type Telemetry } from '../../shared/runtime/telemetry.ts'
import { type CanaryProblem, type SendCanaryDeps, sendCanary } from '../../shared/use-cases/send-canary.ts'

type Deps = Omit<SendCanaryDeps, 'metrics'> & { readonly telemetry: Telemetry }

const present = ({ hour, problem }: CanaryProblem) => ({ hour: new Date(hour).toISOString(), problem })

/** Sends the canary of the hour, and tells of those before it. */
export const createHandler = (deps: Deps) => {
  const { logger, metrics } = deps.telemetry
  const send = sendCanary({ ...deps, metrics: makeCanaryMetrics(metrics) })
  return middy()
    .use(injectLambdaContext(logger))
    .use(logMetrics(metrics))
    .handler(async () => {
      logger.info('canary started')
      const { outcome, missing, failed } = await send()
      for (const problem of missing) logger.warn('canary missing', present(problem))
      for (const problem of failed) logger.error('canary failed', present(problem))
      const answer = { outcome, missing: missing.length, failed: failed.length }
      logger.info('canary done', answer)
      return answer
    })
}
