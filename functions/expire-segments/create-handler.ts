import { makeSqsHandler } from '../../shared/runtime/sqs-handler.ts'
import type { QueueTelemetry } from '../../shared/runtime/telemetry.ts'
import { type ExpireDeps, expireObjects } from '../../shared/use-cases/expire-objects.ts'
import { expireTaskSchema } from './event.ts'

/** The one function whose role may delete objects of the archive. */
export const createHandler = (deps: ExpireDeps & { telemetry: QueueTelemetry }) =>
  makeSqsHandler({ telemetry: deps.telemetry, schema: expireTaskSchema, work: expireObjects(deps) })
