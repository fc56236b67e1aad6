import { BatchProcessor, EventType, processPartialResponse } from '@aws-lambda-powertools/batch'
import { injectLambdaContext } from '@aws-lambda-powertools/logger/middleware'
import { logMetrics } from '@aws-lambda-powertools/metrics/middleware'
import middy from '@middy/core'
import type { Context, SQSEvent, SQSRecord } from 'aws-lambda'
import type * as z from 'zod'
import { makeFailureNoter } from './note-failures.ts'
import { readTask } from './read-task.ts'
import type { QueueTelemetry } from './telemetry.ts'

/**
 * A handler for a queue of tasks, one JSON document a message. A message whose work throws, or that is no task, fails alone;
 * when all of a batch fail the invocation fails, so that Lambda slows its polling down.
 */
export const makeSqsHandler = <Task>(options: {
  readonly telemetry: QueueTelemetry
  readonly schema: z.ZodType<Task>
  readonly work: (task: Task, message: SQSRecord, context: Context) => Promise<unknown>
}) => {
  const { schema, work } = options
  const { logger, metrics, notes } = options.telemetry
  const noteFailures = makeFailureNoter(notes, logger)

  const workOn = async (message: SQSRecord, context: Context) => {
    try {
      const outcome = await work(readTask(schema, message.body), message, context)
      logger.info('task done', { messageId: message.messageId, outcome })
    } catch (error) {
      // logged here, once: what is rethrown only becomes an item failure
      logger.error('task failed', {
        messageId: message.messageId,
        receives: message.attributes.ApproximateReceiveCount,
        error: error instanceof Error ? error : String(error),
      })
      await noteFailures([{ message, error }])
      throw error
    }
  }

  return middy<SQSEvent>()
    .use(injectLambdaContext(logger))
    .use(logMetrics(metrics))
    .handler(async (event, context) => {
      logger.info('batch received', { messages: event.Records.length })
      const work = (message: SQSRecord) => workOn(message, context)
      return processPartialResponse(event, work, new BatchProcessor(EventType.SQS), { context })
    })
}
