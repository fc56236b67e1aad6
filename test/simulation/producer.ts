import { DAY, HOUR } from '../../shared/domain/duration.ts'
import { anOrder } from '../support/orders.ts'
import type { Cloud } from './cloud.ts'
import type { Draw } from './draw.ts'
import type { Tally } from './tally.ts'

const IDS = 4

/** A text that was sent, and what it has to become. */
export type Sent = { readonly dataset: string; readonly text: string; readonly time: number | null }

/** Sends records and objects, whole and malformed, new and again, and remembers all of them. */
export const makeProducer = (cloud: Cloud, datasets: readonly string[], tally: Tally) => {
  const sent = new Map<string, Sent>()

  const remember = (one: Sent) => {
    sent.set(`${one.dataset} ${one.text}`, one)
    return one.text
  }

  /** `day` is how many days ago it happened. */
  const aText = (dataset: string, day: number, draw: Draw): string => {
    const before = [...sent.values()].filter((one) => one.dataset === dataset)
    const again = draw.chance(0.25) ? draw.pick(before) : undefined
    if (again !== undefined) {
      tally.count('producer', 'sent again')
      return again.text
    }
    if (draw.chance(0.1)) {
      tally.count('producer', 'malformed')
      return remember({ dataset, text: `{"id":"m-${draw.below(1000)}"}`, time: null })
    }
    const time = Math.floor(cloud.now() / HOUR) * HOUR - day * DAY
    return remember({ dataset, text: anOrder(`r-${draw.below(IDS)}`, time, `,"n":${draw.below(3)}`), time })
  }

  /** Mostly of one day: each more is another partition. */
  const someTexts = (dataset: string, most: number, draw: Draw) => {
    const day = draw.chance(0.15) ? 1 : 0
    return Array.from({ length: 1 + draw.below(most) }, () =>
      aText(dataset, draw.chance(0.08) ? 1 - day : day, draw),
    )
  }
  const aDatasetName = (draw: Draw) => draw.pick(datasets) ?? 'orders'

  /** Rows of one and the same text make chunks that bring the same. */
  const someLines = (dataset: string, draw: Draw) => {
    const texts = someTexts(dataset, 4, draw)
    const rows = draw.chance(0.2) ? [...texts, ...texts] : texts
    if (rows.length > 2) tally.count('producer', 'object of several chunks')
    return rows.map((text) => `${text}\n`).join('')
  }

  return {
    sent,
    /** A few messages, which may be aged together. */
    sendRecords: (name: string, draw: Draw) => {
      const dataset = aDatasetName(draw)
      for (let at = 0; at <= draw.below(2); at += 1)
        cloud.queues.records.send({
          name: `${name}.${at}`,
          dataset,
          text: someTexts(dataset, 2, draw).join('\n'),
        })
    },
    putObject: (name: string, draw: Draw) => {
      const dataset = aDatasetName(draw)
      cloud.putHot(`${dataset}/${name}.ndjson`, someLines(dataset, draw))
    },
    /** Replaces an object by itself with more lines: what was there stays accepted. */
    appendToObject: (draw: Draw) => {
      const key = draw.pick(cloud.hotKeys())
      if (key === undefined) return false
      tally.count('producer', 'hot object replaced')
      cloud.putHot(key, `${cloud.hotText(key)}${someLines(key.slice(0, key.indexOf('/')), draw)}`)
      return true
    },
  }
}

export type Producer = ReturnType<typeof makeProducer>
