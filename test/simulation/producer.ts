import { DAY, HOUR } from '../../shared/domain/duration.ts'
import { anOrder } from '../support/orders.ts'
import type { Cloud } from './cloud.ts'
import type { Draw } from './draw.ts'
import type { Tally } from './tally.ts'

const IDS = 6
/** One more than what is read of an object at once. */
const LONG = 1001

const DATASETS = ['orders', 'events'] as const
export type DatasetName = (typeof DATASETS)[number]

/** A text that was sent, and what it has to become. */
export type Sent = { readonly dataset: DatasetName; readonly text: string; readonly time: number | null }

/** Sends records and objects, whole and malformed, new and again, and remembers all of them. */
export const makeProducer = (cloud: Cloud, draw: Draw, tally: Tally) => {
  const sent = new Map<string, Sent>()
  let count = 0

  const remember = (one: Sent) => {
    sent.set(`${one.dataset} ${one.text}`, one)
    return one.text
  }

  const repeated = (dataset: DatasetName) =>
    draw.pick([...sent.values()].filter((one) => one.dataset === dataset))

  const aText = (dataset: DatasetName): string => {
    const again = draw.chance(0.3) ? repeated(dataset) : undefined
    if (again !== undefined) {
      tally.count('producer', 'sent again')
      return again.text
    }
    count += 1
    if (draw.chance(0.08)) {
      tally.count('producer', 'malformed')
      return remember({ dataset, text: `{"id":"m-${count}"}`, time: null })
    }
    const time = Math.floor(cloud.now() / HOUR) * HOUR - (draw.chance(0.3) ? DAY : 0)
    return remember({ dataset, text: anOrder(`r-${draw.below(IDS)}`, time, `,"n":${draw.below(3)}`), time })
  }

  const someTexts = (dataset: DatasetName) => Array.from({ length: 1 + draw.below(3) }, () => aText(dataset))
  const aDatasetName = () => draw.pick(DATASETS) ?? 'orders'

  const someLines = (dataset: DatasetName) => {
    const [first = '', ...more] = someTexts(dataset)
    const long = draw.chance(0.15)
    if (long) tally.count('producer', 'object of several chunks')
    const lines = [...Array.from({ length: long ? LONG : 1 }, () => first), ...more]
    return `${lines.join('\n')}\n`
  }

  return {
    sent,
    sendRecords: async () => {
      const dataset = aDatasetName()
      await cloud.queues.records.send([{ dataset, text: someTexts(dataset).join('\n') }])
    },
    putObject: () => {
      const dataset = aDatasetName()
      count += 1
      cloud.putHot(`${dataset}/${count}.ndjson`, someLines(dataset))
    },
    /** Replaces an object by itself with more lines: what was there stays accepted. */
    appendToObject: () => {
      const key = draw.pick(cloud.hotKeys())
      if (key === undefined) return false
      tally.count('producer', 'hot object replaced')
      const dataset = DATASETS.find((name) => key.startsWith(name)) ?? 'orders'
      cloud.putHot(key, `${cloud.hotText(key)}${someLines(dataset)}`)
      return true
    },
  }
}

export type Producer = ReturnType<typeof makeProducer>
