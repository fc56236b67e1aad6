import { Readable } from 'node:stream'
import { readMessage } from '../codec/envelope.ts'
import { readObject } from '../codec/sources/read-object.ts'
import type { SourceItem } from '../codec/sources/source-item.ts'
import type { IcecoreConfig } from '../domain/config.ts'
import type { Dataset } from '../domain/dataset.ts'
import { type QuarantinedItem, UNKNOWN_DATASET } from '../ports/quarantine.ts'
import type { RecordsMessage } from '../ports/queues.ts'

export type RetryPlan = {
  readonly messages: readonly RecordsMessage[]
  /** For the hot bucket. */
  readonly files: readonly { readonly key: string; readonly content: Uint8Array }[]
  /** How many items are in messages and files. */
  readonly sent: number
  /** Items that cannot be sent, each with what would have to be done. */
  readonly left: readonly { readonly item: QuarantinedItem; readonly why: string }[]
}

/** Leaves room, of the 1 MiB of a message, for its attribute and for what SQS counts. */
const MAX_MESSAGE_BYTES = 1_000_000
/** Of a record by itself: it came in a message of no more than this, with the same attribute. */
const MAX_BODY_BYTES = 2 ** 20 - 256

/** What a message of SQS may not hold. */
const NOT_FOR_SQS = /[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/u

type Target = { readonly item: QuarantinedItem; readonly dataset: Dataset; readonly bytes: Buffer }

const bytesOf = ({ text, encoding }: QuarantinedItem) => Buffer.from(text, encoding)

const isJson = (text: string): boolean => {
  try {
    JSON.parse(text)
    return true
  } catch {
    return false
  }
}

/** Texts that an envelope brings back as they are, several a message. */
const packEnvelopes = (targets: readonly Target[]): RecordsMessage[] => {
  const bodies: string[] = []
  for (const [dataset, some] of Map.groupBy(targets, (target) => target.dataset.name)) {
    const wrap = (texts: readonly string[]) =>
      `{"dataset":${JSON.stringify(dataset)},"records":[${texts.join(',')}]}`
    let texts: string[] = []
    let bytes = 0
    for (const { item, bytes: body } of some) {
      if (texts.length > 0 && bytes + body.length > MAX_MESSAGE_BYTES) {
        bodies.push(wrap(texts))
        texts = []
        bytes = 0
      }
      texts.push(item.text)
      bytes += body.length + 1
    }
    bodies.push(wrap(texts))
  }
  return bodies.map((body) => ({ body, dataset: null }))
}

const fitsEnvelope = ({ item: { text, encoding, header }, bytes }: Target): boolean =>
  encoding === 'utf8' &&
  header === null &&
  bytes.length <= MAX_MESSAGE_BYTES - 1000 &&
  !NOT_FOR_SQS.test(text) &&
  text.trim() === text &&
  isJson(text)

/** A text of several lines, that is one document: a message of its own is read as this one text again. */
const fitsMessage = ({ item: { text, encoding, header }, dataset, bytes }: Target): boolean => {
  if (!text.includes('\n')) return false
  if (encoding !== 'utf8' || header !== null || bytes.length > MAX_BODY_BYTES || NOT_FOR_SQS.test(text))
    return false
  const { records } = readMessage(text, dataset.name)
  return records.length === 1 && records[0]?.text === text
}

const rawOf = (item: SourceItem): Uint8Array => (item.kind === 'text' ? Buffer.from(item.text) : item.raw)

/** Rows of one header, or lines, for one dataset. */
type Group = {
  readonly dataset: Dataset
  readonly header: string | null
  readonly targets: readonly Target[]
}

/** Whether a file brings back exactly these rows, read as `age-objects` will read it. */
const comesBack = async (content: Buffer, { dataset, header, targets }: Group): Promise<boolean> => {
  const format = header === null ? 'ndjson' : 'csv'
  const source = { format, compression: 'none', stream: Readable.from([content]) } as const
  const rows: SourceItem[] = []
  try {
    for await (const batch of readObject(source, dataset.limits)) rows.push(...batch)
  } catch {
    // not even its header can be read
    return false
  }
  const read = Buffer.concat(rows.flatMap((row) => [NEWLINE, rawOf(row)]))
  return (
    rows.length === targets.length &&
    rows.every((row) => row.header === header) &&
    read.equals(Buffer.concat(targets.flatMap(({ bytes }) => [NEWLINE, bytes])))
  )
}

const NEWLINE = Buffer.from('\n')

/** The last line has no end: a quote that was never closed would take it in. */
const toFile = ({ header, targets }: Group): Buffer => {
  const lines = [...(header === null ? [] : [Buffer.from(header)]), ...targets.map(({ bytes }) => bytes)]
  return Buffer.concat(lines.flatMap((line, at) => (at === 0 ? [line] : [NEWLINE, line])))
}

const packFiles = async (targets: readonly Target[], name: string) => {
  const files: { key: string; content: Uint8Array }[] = []
  const left: { item: QuarantinedItem; why: string }[] = []
  const add = async (group: Group): Promise<boolean> => {
    const content = toFile(group)
    if (!(await comesBack(content, group))) return false
    const ending = group.header === null ? 'ndjson' : 'csv'
    const key = `${group.dataset.hotPrefix}retried/${name.slice(0, 16)}-${files.length}.${ending}`
    files.push({ key, content })
    return true
  }
  for (const [dataset, some] of Map.groupBy(targets, (target) => target.dataset))
    for (const [header, rows] of Map.groupBy(some, ({ item }) => item.header)) {
      if (await add({ dataset, header, targets: rows })) continue
      // one of them swallows its neighbours: each in a file of its own
      for (const target of rows)
        if (!(await add({ dataset, header, targets: [target] })))
          left.push({
            item: target.item,
            why: 'no file brings it back to the byte: save its text, and send it by hand',
          })
    }
  return { files, left }
}

/** How the items of a unit can be sent again, each to its dataset and to the byte. `name` is for files. */
export const planRetry = async (
  config: IcecoreConfig,
  items: readonly QuarantinedItem[],
  { name, toDataset }: { readonly name: string; readonly toDataset?: string | undefined },
): Promise<RetryPlan> => {
  const left: { item: QuarantinedItem; why: string }[] = []
  const targets: Target[] = []
  for (const item of items) {
    const wanted = item.dataset === UNKNOWN_DATASET ? (toDataset ?? item.named) : item.dataset
    const dataset = wanted === undefined ? undefined : config.datasets.get(wanted)
    const bytes = bytesOf(item)
    if (item.cut)
      left.push({ item, why: 'only its beginning is here, and its hot object is gone or another one' })
    else if (wanted === undefined) left.push({ item, why: 'it names no dataset: give one with --to-dataset' })
    else if (dataset === undefined) left.push({ item, why: `${wanted} is not in icecore.config.ts` })
    else if (bytes.length > dataset.limits.maxBodyBytes)
      left.push({ item, why: `it has ${bytes.length} bytes: raise limits.maxBodyBytes of ${wanted} first` })
    else targets.push({ item, dataset, bytes })
  }
  const forms = Map.groupBy(targets, (target) =>
    fitsEnvelope(target) ? 'envelope' : fitsMessage(target) ? 'message' : 'file',
  )
  const { envelope = [], message = [], file = [] } = Object.fromEntries(forms)
  const packed = await packFiles(file, name)
  left.push(...packed.left)
  return {
    messages: [
      ...packEnvelopes(envelope),
      ...message.map(({ item, dataset }) => ({ body: item.text, dataset: dataset.name })),
    ],
    files: packed.files,
    sent: items.length - left.length,
    left,
  }
}
