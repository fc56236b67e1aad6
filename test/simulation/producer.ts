import { DAY, HOUR } from '../../shared/domain/duration.ts'
import { anOrder } from '../support/orders.ts'
import type { Cloud } from './cloud.ts'
import type { Draw } from './draw.ts'
import type { History } from './history.ts'
import { FORMS, type Form, packHotFile, type Row, rowText } from './hot-files.ts'
import { LONGEST_BODY } from './settings.ts'
import type { Tally } from './tally.ts'

const IDS = 4
const FORM_NAMES: readonly Form[] = [
  'ndjson',
  'ndjson',
  'ndjson.gz',
  'ndjson.zst',
  'csv',
  'csv.gz',
  'parquet',
]

/** A text that was sent, and what it has to become. */
export type Sent = {
  readonly dataset: string
  readonly text: string
  readonly id: string
  /** Null: it is malformed. */
  readonly time: number | null
}

/** What a record may hold besides what icecore looks at. */
const ODDITIES: Readonly<Record<string, string>> = {
  'of several kilobytes': `"note":"${'ice '.repeat(1500)}"`,
  'of many fields': Array.from({ length: 150 }, (_, at) => `"f${at}":${at}`).join(),
  'nested deep': `"deep":${'['.repeat(60)}${']'.repeat(60)}`,
  'with names of prototypes': '"__proto__":{"x":1},"constructor":null',
  'with numbers that no double holds': '"big":12345678901234567890.10e2',
  'with a name twice': '"n":1,"n":2',
  'with text of every plane': '"text":"\\ud83e\\uddca é 水 \u{1f9ca}"',
}
const ODD = Object.keys(ODDITIES)

/** Sends records and objects, whole and malformed, new and again, and remembers all of them. */
export const makeProducer = (cloud: Cloud, { datasets, habits }: History, tally: Tally) => {
  const sent = new Map<string, Sent>()
  const objects = new Map<string, readonly Row[]>()

  const remember = (one: Sent) => {
    sent.set(`${one.dataset} ${one.text}`, one)
    return one.text
  }
  const timeOf = (day: number) => Math.floor(cloud.now() / HOUR) * HOUR - day * DAY
  const anId = (draw: Draw) => (draw.chance(0.02) ? `r-${'ж'.repeat(510)}` : `r-${draw.below(IDS)}`)

  /** `longest`: a row of an object that is too long stays in the object, and the object in hot. */
  const malformed = (dataset: string, longest: number, draw: Draw): string => {
    const isLong = longest > LONGEST_BODY && draw.chance(0.1)
    tally.count('producer', isLong ? 'record too long' : 'malformed')
    const id = `m-${draw.below(1000)}`
    // what is no JSON can be sent again in a file only
    const short = draw.chance(0.5) ? `{"id":"${id}"}` : `half of ${id}`
    const text = isLong ? anOrder(id, timeOf(0), `,"x":"${'x'.repeat(LONGEST_BODY)}"`) : short
    return remember({ dataset, id, text, time: null })
  }

  const again = (dataset: string, longest: number, draw: Draw): string | undefined => {
    const before = [...sent.values()].filter(
      (one) => one.dataset === dataset && one.text.startsWith('{') && one.text.length <= longest,
    )
    const one = draw.pick(before)
    if (one !== undefined) tally.count('producer', 'sent again')
    return one?.text
  }

  /** `day` is how many days ago it happened. */
  const aText = (dataset: string, day: number, longest: number, draw: Draw): string => {
    const repeated = draw.chance(0.25) ? again(dataset, longest, draw) : undefined
    if (repeated !== undefined) return repeated
    if (draw.chance(0.1)) return malformed(dataset, longest, draw)
    const [id, time] = [anId(draw), timeOf(day)]
    const odd = draw.chance(0.06) ? draw.pick(ODD) : undefined
    if (odd !== undefined) tally.count('producer', `record ${odd}`)
    const more = odd === undefined ? '' : `,${ODDITIES[odd]}`
    return remember({ dataset, id, text: anOrder(id, time, `,"n":${draw.below(3)}${more}`), time })
  }

  /** How long ago something happened that others of the same day have told of before. */
  const dayOfAnother = (draw: Draw): number => {
    const time = draw.pick([...sent.values()])?.time ?? cloud.now()
    return Math.max(0, Math.floor(cloud.now() / DAY) - Math.floor(time / DAY))
  }

  /** Mostly of one day: each more is another partition. */
  const some = <Item>(most: number, draw: Draw, make: (day: number) => Item): Item[] => {
    const day = draw.chance(habits.late) ? dayOfAnother(draw) : draw.chance(0.15) ? 1 : 0
    return Array.from({ length: 1 + draw.below(most) }, () => make(draw.chance(0.08) ? day + 1 : day))
  }
  const aDatasetName = (draw: Draw) => draw.pick(datasets) ?? 'orders'

  const aRow = (form: Form, dataset: string, day: number, draw: Draw): Row => {
    if (FORMS[form].table === 'lines')
      return { text: aText(dataset, day, LONGEST_BODY, draw), id: '', at: '', n: 0 }
    const isMalformed = FORMS[form].table === 'csv' && draw.chance(0.25)
    const time = timeOf(day)
    const row = { id: isMalformed ? '' : anId(draw), at: new Date(time).toISOString(), n: draw.below(3) }
    const text = rowText(form, row)
    remember({ dataset, id: row.id, text, time: isMalformed ? null : time })
    return { ...row, text }
  }

  /** Rows of one and the same text make chunks that bring the same. */
  const someRows = (form: Form, dataset: string, draw: Draw): readonly Row[] => {
    const rows = some(4, draw, (day) => aRow(form, dataset, day, draw))
    return draw.chance(0.2) ? [...rows, ...rows] : rows
  }

  const put = (key: string, rows: readonly Row[]) => {
    const form = FORM_NAMES.find((name) => key.endsWith(`-.${name}`)) ?? 'ndjson'
    tally.count('producer', `object ${form}`)
    if (rows.length > 2) tally.count('producer', 'object of several chunks')
    objects.set(key, rows)
    cloud.putHot(
      key,
      packHotFile(form, rows),
      rows.map(({ text }) => text),
    )
  }

  return {
    sent,
    /** A few messages, which may be aged together. */
    sendRecords: (name: string, draw: Draw) => {
      const dataset = aDatasetName(draw)
      for (let at = 0; at <= draw.below(2); at += 1) {
        const texts = some(2, draw, (day) => aText(dataset, day, Number.POSITIVE_INFINITY, draw))
        cloud.queues.records.send({ name: `${name}.${at}`, dataset, text: texts.join('\n') })
      }
    },
    /** A message of one record that is refused. */
    sendMalformed: (name: string, draw: Draw) => {
      const dataset = aDatasetName(draw)
      const text = malformed(dataset, LONGEST_BODY, draw)
      cloud.queues.records.send({ name, dataset, text })
    },
    putObject: (name: string, draw: Draw) => {
      const dataset = aDatasetName(draw)
      const form = draw.pick(FORM_NAMES) ?? 'ndjson'
      put(`${dataset}/${name}-.${form}`, someRows(form, dataset, draw))
    },
    /** Replaces an object by itself with more rows: what was there stays accepted. */
    appendToObject: (draw: Draw) => {
      const key = draw.pick(cloud.hotKeys().filter((hot) => objects.has(hot)))
      const rows = objects.get(key ?? '')
      if (key === undefined || rows === undefined) return false
      tally.count('producer', 'hot object replaced')
      const form = FORM_NAMES.find((name) => key.endsWith(`-.${name}`)) ?? 'ndjson'
      put(key, [...rows, ...someRows(form, key.slice(0, key.indexOf('/')), draw)])
      return true
    },
  }
}

export type Producer = ReturnType<typeof makeProducer>
