import type { IcecoreConfig } from '../../shared/domain/config.ts'
import { makeSqsHandler } from '../../shared/runtime/sqs-handler.ts'
import { makeSealMetrics, type Telemetry } from '../../shared/runtime/telemetry.ts'
import { type SealDeps, sealPartition } from '../../shared/use-cases/seal-partition.ts'
import { sealTaskSchema } from './event.ts'

/** Seals the partition that a message names. One that is gone from the configuration is an error: its data is not. */
export const createHandler = (
  deps: Omit<SealDeps, 'metrics'> & { config: IcecoreConfig; telemetry: Telemetry },
) => {
  const seal = sealPartition({ ...deps, metrics: makeSealMetrics(deps.telemetry.metrics) })
  return makeSqsHandler({
    telemetry: deps.telemetry,
    schema: sealTaskSchema,
    work: (task) => {
      const dataset = deps.config.datasets.get(task.dataset)
      if (dataset === undefined) throw new Error(`dataset ${task.dataset} is not in icecore.config.ts`)
      return seal(dataset, task)
    },
  })
}
