import type { IcecoreConfig } from '../../shared/domain/config.ts'
import { makeSqsHandler } from '../../shared/runtime/sqs-handler.ts'
import { makeSealMetrics, type QueueTelemetry } from '../../shared/runtime/telemetry.ts'
import { type SealDeps, sealPartition } from '../../shared/use-cases/seal-partition.ts'
import { sealTaskSchema } from './event.ts'

/** Begins no further seal when less than this is left (ms): one of 1 GiB takes minutes. */
const TIME_FOR_A_SEAL = 450_000

/**
 * Seals the partition that a message names, again and again while a seal leaves some of it to the next: a busy partition takes
 * more commits in an hour than one seal takes on. One that is gone from the configuration is an error: its data is not.
 */
export const createHandler = (
  deps: Omit<SealDeps, 'metrics'> & { config: IcecoreConfig; telemetry: QueueTelemetry },
) => {
  const seal = sealPartition({ ...deps, metrics: makeSealMetrics(deps.telemetry.metrics) })
  return makeSqsHandler({
    telemetry: deps.telemetry,
    schema: sealTaskSchema,
    work: async (task, _message, context) => {
      const dataset = deps.config.datasets.get(task.dataset)
      if (dataset === undefined) throw new Error(`dataset ${task.dataset} is not in icecore.config.ts`)
      const outcome = await seal(dataset, task)
      const hasTime = () => context.getRemainingTimeInMillis() > TIME_FOR_A_SEAL
      for (let last = outcome; last === 'sealed' && hasTime(); ) last = await seal(dataset, task)
      return outcome
    },
  })
}
