import { injectLambdaContext } from '@aws-lambda-powertools/logger/middleware'
import { logMetrics } from '@aws-lambda-powertools/metrics/middleware'
import middy from '@middy/core'
import { makeAuditMetrics, type Telemetry } from '../../shared/runtime/telemetry.ts'
import { type AuditDeps, auditArchive } from '../../shared/use-cases/audit-archive.ts'

/** Takes on nothing more this long (ms) before Lambda would stop the function: a segment of 250 MB is read in that. */
const TIME_TO_FINISH = 120_000

/** Runs one part of the audit. What the event says does not matter: how far it came stands in the bucket. */
export const createHandler = (deps: Omit<AuditDeps, 'metrics' | 'hasTime'> & { telemetry: Telemetry }) => {
  const { logger, metrics } = deps.telemetry
  return middy()
    .use(injectLambdaContext(logger))
    .use(logMetrics(metrics))
    .handler(async (_event, context) => {
      logger.info('audit started')
      const hasTime = () => context.getRemainingTimeInMillis() > TIME_TO_FINISH
      const summary = await auditArchive({ ...deps, metrics: makeAuditMetrics(metrics), hasTime })()
      logger.info('audit done', summary)
      return summary
    })
}
