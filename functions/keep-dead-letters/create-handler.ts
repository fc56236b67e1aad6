import { BatchProcessor, EventType, processPartialResponse } from '@aws-lambda-powertools/batch'
import { injectLambdaContext } from '@aws-lambda-powertools/logger/middleware'
import { logMetrics } from '@aws-lambda-powertools/metrics/middleware'
import middy from '@middy/core'
import type { SQSEvent, SQSRecord } from 'aws-lambda'
import { addMetric, type Telemetry } from '../../shared/runtime/telemetry.ts'
import { type KeepDeadLetterDeps, keepDeadLetter } from '../../shared/use-cases/keep-dead-letter.ts'
import { readDeadMessage, readHotKeys } from './event.ts'

type Deps = Omit<KeepDeadLetterDeps, 'hotKeysOf'> & {
  readonly hotBucket: string
  /** What the names of the deployment's queues begin with. */
  readonly queuePrefix: string
  readonly telemetry: Telemetry
}

/** Drains the dead-letter queues into the archive bucket, where nothing expires. */
export const createHandler = (deps: Deps) => {
  const { logger, metrics } = deps.telemetry
  const keep = keepDeadLetter({ ...deps, hotKeysOf: readHotKeys(deps.hotBucket) })

  const work = async (record: SQSRecord) => {
    const { messageId } = record
    try {
      const message = readDeadMessage(record, deps.queuePrefix)
      const outcome = await keep(message)
      logger.warn('dead letter kept', { messageId, queue: message.queue, outcome })
      if (outcome === 'kept') addMetric(metrics, 'deadLettersKept', 1)
    } catch (error) {
      logger.error('dead letter not kept', {
        messageId,
        error: error instanceof Error ? error : String(error),
      })
      throw error
    }
  }

  return middy<SQSEvent>()
    .use(injectLambdaContext(logger))
    .use(logMetrics(metrics))
    .handler(async (event, context) => {
      logger.info('batch received', { messages: event.Records.length })
      return processPartialResponse(event, work, new BatchProcessor(EventType.SQS), { context })
    })
}
