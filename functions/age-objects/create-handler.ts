import { makeSqsHandler } from '../../shared/runtime/sqs-handler.ts'
import { makeAgeMetrics, type QueueTelemetry } from '../../shared/runtime/telemetry.ts'
import { type AgeObjectDeps, ageObject } from '../../shared/use-cases/age-object.ts'
import { objectsMessageSchema } from './event.ts'

/** Begins no chunk when less than this is left (ms): one takes seconds, and Lambda would cut it off. */
const TIME_FOR_A_CHUNK = 60_000

/** Ages the objects that a message names. Only the hot bucket is looked into, whatever the message says. */
export const createHandler = (
  deps: Omit<AgeObjectDeps, 'metrics' | 'hasTime'> & { hotBucket: string; telemetry: QueueTelemetry },
) => {
  const metrics = makeAgeMetrics(deps.telemetry.metrics)
  return makeSqsHandler({
    telemetry: deps.telemetry,
    schema: objectsMessageSchema,
    work: async (objects, message, context) => {
      const hasTime = () => context.getRemainingTimeInMillis() > TIME_FOR_A_CHUNK
      const age = ageObject({ ...deps, metrics, hasTime })
      const sentAt = Number(message.attributes.SentTimestamp)
      const outcomes = []
      for (const { bucket = deps.hotBucket, task } of objects) {
        if (bucket !== deps.hotBucket)
          throw new Error(`bucket: expected the hot bucket ${deps.hotBucket}, got another`)
        outcomes.push(await age({ ...task, sentAt }))
      }
      return outcomes
    },
  })
}
