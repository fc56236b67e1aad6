import { injectLambdaContext } from '@aws-lambda-powertools/logger/middleware'
import { logMetrics } from '@aws-lambda-powertools/metrics/middleware'
import middy from '@middy/core'
import type { SQSBatchResponse, SQSEvent, SQSRecord } from 'aws-lambda'
import { makeFailureNoter } from '../../shared/runtime/note-failures.ts'
import { makeAgeMetrics, type QueueTelemetry } from '../../shared/runtime/telemetry.ts'
import { type AgeRecordsDeps, ageRecords } from '../../shared/use-cases/age-records.ts'
import { readRecord } from './event.ts'

/** Begins no segment when less than this is left (ms): those under way then end in time. */
const TIME_FOR_A_SEGMENT = 15_000

/** An outage fails every partition of a batch in the same way, so a few causes tell it. */
const MOST_CAUSES = 10

/** Why messages of a batch failed: the first error whole, and what the others say, each once. */
const failureOf = (failed: readonly SQSRecord[], errors: readonly unknown[]) => {
  const [first] = errors
  return {
    failed: failed.length,
    messageIds: failed.map(({ messageId }) => messageId),
    error: first instanceof Error ? first : String(first),
    causes: [...new Set(errors.map(String))].slice(0, MOST_CAUSES),
  }
}

/** Ages a batch of messages and acknowledges those, and only those, that are archived or in quarantine. */
export const createHandler = (deps: Omit<AgeRecordsDeps, 'metrics'> & { telemetry: QueueTelemetry }) => {
  const { logger, metrics, notes } = deps.telemetry
  const noteFailures = makeFailureNoter(notes, logger)
  const age = ageRecords({ ...deps, metrics: makeAgeMetrics(metrics) })
  return middy<SQSEvent>()
    .use(injectLambdaContext(logger))
    .use(logMetrics(metrics))
    .handler(async ({ Records }, context): Promise<SQSBatchResponse> => {
      logger.info('batch received', { messages: Records.length })
      const {
        done,
        failed: why,
        errors,
      } = await age(Records.map(readRecord), () => context.getRemainingTimeInMillis() > TIME_FOR_A_SEGMENT)
      const failed = Records.filter(({ messageId }) => !done.has(messageId))
      await noteFailures(failed.map((message) => ({ message, error: why.get(message.messageId) })))
      // nothing could be archived: thrown, so that Lambda slows its polling down
      if (failed.length === Records.length && failed.length > 0) {
        // Lambda's own line on what is thrown leaves out the errors within
        logger.error('batch failed', failureOf(failed, errors))
        throw new AggregateError(errors, 'no message could be aged')
      }
      if (failed.length > 0) logger.error('part of the batch failed', failureOf(failed, errors))
      logger.info('batch aged', { done: done.size, failed: failed.length })
      return { batchItemFailures: failed.map(({ messageId }) => ({ itemIdentifier: messageId })) }
    })
}
