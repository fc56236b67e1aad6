import type { Dataset } from '../../shared/domain/dataset.ts'
import { DAY } from '../../shared/domain/duration.ts'
import { aDataset, NOON } from '../support/builders.ts'

export const START = NOON

/** Lambda's own limit; every grace in icecore is longer. */
export const LONGEST_TASK = 15 * 60_000

/** As far as a machine's clock is taken to be off; "no early delete" allows for two that are. */
export const LONGEST_SKEW = 15 * 60_000

/** Kept for ever, and soon cold. */
export const ORDERS: Dataset = aDataset({
  classes: [
    { after: 0, storageClass: 'STANDARD' },
    { after: 2 * DAY, storageClass: 'GLACIER' },
    { after: 9 * DAY, storageClass: 'DEEP_ARCHIVE' },
  ],
})

/** Always readable, and gone after a while. */
export const EVENTS: Dataset = aDataset({
  name: 'events',
  hotPrefix: 'events/',
  classes: [
    { after: 0, storageClass: 'STANDARD' },
    { after: 3 * DAY, storageClass: 'GLACIER_IR' },
  ],
  retention: 6 * DAY,
})

export const CONFIG = {
  datasets: new Map([ORDERS, EVENTS].map((dataset) => [dataset.name, dataset])),
  destinations: new Map([['analysts', { name: 'analysts', prefix: 'analysts/' }]]),
}
