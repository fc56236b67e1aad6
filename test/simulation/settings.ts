import type { Destination } from '../../shared/domain/config.ts'
import type { Dataset } from '../../shared/domain/dataset.ts'
import { DAY } from '../../shared/domain/duration.ts'
import { aDataset, NOON } from '../support/builders.ts'
import { replaying } from '../support/replay-inbox.ts'

export const START = NOON

/** Lambda's own limit; every grace in icecore is longer. */
export const LONGEST_TASK = 15 * 60_000

/** As far as a machine's clock is taken to be off; "no early delete" allows for two that are. */
export const LONGEST_SKEW = 15 * 60_000

/** A record of more bytes than this is quarantined. */
export const LONGEST_BODY = 20_000

/** What a history takes when it is not told to span years. */
const SHORT = 10 * DAY

export const spanOf = (years: number) => (years === 0 ? SHORT : years * 365 * DAY)

/** Those of three datasets that a history is about, whose policies are over within the span. */
export const configFor = (years: number, names: readonly string[], batchThawsAbove: number | null) => {
  const scale = spanOf(years) / SHORT
  const limits = { maxBodyBytes: LONGEST_BODY, maxFuture: DAY }
  /** Kept for ever, and soon cold. */
  const orders: Dataset = aDataset({
    limits,
    classes: [
      { after: 0, storageClass: 'STANDARD' },
      { after: 2 * DAY * scale, storageClass: 'GLACIER' },
      { after: 9 * DAY * scale, storageClass: 'DEEP_ARCHIVE' },
    ],
  })
  /** Always readable, and gone after a while. */
  const events: Dataset = aDataset({
    name: 'events',
    limits,
    hotPrefix: 'events/',
    classes: [
      { after: 0, storageClass: 'STANDARD' },
      { after: 3 * DAY * scale, storageClass: 'GLACIER_IR' },
    ],
    retention: 6 * DAY * scale,
  })
  /** Kept for ever in one class, which it is moved to once. */
  const readings: Dataset = aDataset({
    limits,
    name: 'readings',
    hotPrefix: 'readings/',
    classes: [
      { after: 0, storageClass: 'STANDARD' },
      { after: 2 * DAY * scale, storageClass: 'GLACIER_IR' },
    ],
  })
  return {
    datasets: new Map(
      [orders, events, readings]
        .filter(({ name }) => names.includes(name))
        .map((dataset) => [dataset.name, dataset]),
    ),
    destinations: new Map<string, Destination>([
      ['analysts', { name: 'analysts', prefix: 'analysts/' }],
      // a few at a time, so that there is a middle to fail in
      ['replay', replaying(3)],
    ]),
    batchThawsAbove,
  }
}

export type Config = ReturnType<typeof configFor>
