import { anOrder } from '../support/orders.ts'
import type { Cloud } from './cloud.ts'
import type { DatasetName } from './settings.ts'

/** A text that was accepted: `time` is null where it can only go into quarantine. */
export type Sent = { readonly dataset: string; readonly text: string; readonly time: number | null }

/** Texts with the time that is in them. */
export const orders = (ids: readonly string[], time: number): [string, number][] =>
  ids.map((id) => [anOrder(id, time), time])

type Texts = readonly (readonly [text: string, time: number | null])[]

/** Sends records and puts hot objects, and remembers all that was accepted. */
export const makeProducer = (cloud: Cloud) => {
  const sent = new Map<string, Sent>()
  /** What is in each hot object that was ever put, by its bytes. */
  const rows = new Map<string, readonly string[]>()

  /** Records that others may send. */
  const others = new Set<string>()

  const remember = (dataset: string, texts: Texts) => {
    for (const [text, time] of texts) sent.set(`${dataset} ${text}`, { dataset, text, time })
  }
  /** From now on these are expected to be of another dataset: somebody sends them there. */
  const redirect = (from: string, to: string, texts: Texts) => {
    for (const [text] of texts) sent.delete(`${from} ${text}`)
    remember(to, texts)
  }
  const nameOf = (key: string, bytes: Uint8Array) => `${key} ${Buffer.from(bytes).toString('base64')}`

  return {
    redirect,
    allow: (dataset: string, text: string) => others.add(`${dataset} ${text}`),
    isKnown: (name: string) => sent.has(name) || others.has(name),
    sent: sent as ReadonlyMap<string, Sent>,
    /** A message of these records on the records queue. */
    send: async (dataset: string, texts: Texts) => {
      remember(dataset, texts)
      await cloud.queues.records.send([{ dataset, text: texts.map(([text]) => text).join('\n') }])
    },
    /** A hot object of these rows; as lines, unless other bytes are given. */
    put: (dataset: DatasetName, file: string, texts: Texts, bytes?: Uint8Array) => {
      remember(dataset, texts)
      const key = `${dataset}/${file}`
      const lines = texts.map(([text]) => text)
      const body = bytes ?? Buffer.from(`${lines.join('\n')}\n`)
      rows.set(nameOf(key, body), lines)
      cloud.putHot(key, body)
      return key
    },
    /** The rows of a hot object as it is now; where somebody else has put it, lines that were sent before. */
    rowsOf: (key: string): readonly string[] => {
      const bytes = cloud.hotBytes(key)
      const texts = new Set([...sent.values()].map(({ text }) => text))
      const lines = bytes.toString('utf8').split('\n')
      return rows.get(nameOf(key, bytes)) ?? lines.filter((line) => texts.has(line))
    },
  }
}

export type Producer = ReturnType<typeof makeProducer>
