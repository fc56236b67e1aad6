import type { Destination, IcecoreConfig } from '../../shared/domain/config.ts'
import { DAY } from '../../shared/domain/duration.ts'
import { NO_GUARDS } from '../../shared/domain/guards.ts'
import { aDataset, NOON } from '../support/builders.ts'
import { replaying } from '../support/replay-inbox.ts'

export const START = NOON

const DATASETS = [
  aDataset(),
  /** Cold two days after a partition's end. */
  aDataset({
    name: 'tickets',
    hotPrefix: 'tickets/',
    classes: [
      { after: 0, storageClass: 'STANDARD' },
      { after: 2 * DAY, storageClass: 'GLACIER' },
    ],
  }),
  /** Gone four days after a partition's end. */
  aDataset({ name: 'readings', hotPrefix: 'readings/', retention: 4 * DAY }),
  /** As tickets; what has to be thawed needs an approval, and a day has its cap. */
  aDataset({
    name: 'vault',
    hotPrefix: 'vault/',
    classes: [
      { after: 0, storageClass: 'STANDARD' },
      { after: 2 * DAY, storageClass: 'GLACIER' },
    ],
    guards: { ...NO_GUARDS, perDay: { maxCostUsd: 1, maxBytes: null }, approvalAboveUsd: 0.0001 },
  }),
  /** Takes no long rows. */
  aDataset({ name: 'notes', hotPrefix: 'notes/', limits: { maxBodyBytes: 80, maxFuture: DAY } }),
]

export const CONFIG: Omit<IcecoreConfig, 'batchThawsAbove'> = {
  datasets: new Map(DATASETS.map((dataset) => [dataset.name, dataset])),
  destinations: new Map<string, Destination>([
    ['analysts', { name: 'analysts', prefix: 'analysts/' }],
    // one record at a time, so that there is a middle to fail in
    ['replay', replaying(1)],
  ]),
  canary: { dataset: 'orders', destination: 'analysts' },
}

export type DatasetName = 'orders' | 'tickets' | 'readings' | 'vault' | 'notes'
