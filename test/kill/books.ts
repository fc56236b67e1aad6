import type { SourceRecord } from '../../demo/source/source.ts'

/** One thing that was sent: a message or a hot object. */
export type Sent = {
  /** Of a hot object. */
  readonly key: string | undefined
  readonly records: readonly SourceRecord[]
  /** Texts that are no records. */
  readonly bad: readonly string[]
}

export type Books = {
  /** Notes what is about to be sent; from `acknowledged` on it is promised to be kept. */
  send(sent: Sent, deliver: () => Promise<unknown>): Promise<void>
  /** A record of that body that was sent, acknowledged or not, or that was there before. */
  find(body: string): SourceRecord | undefined
  /** True for a text that is no record and was sent, acknowledged or not. */
  isBad(text: string): boolean
  /** A record's body was read out of the archive, or a text out of quarantine. */
  see(text: string): void
  hasSeen(text: string): boolean
  /** Records that were seen in the archive. */
  seenRecords(): readonly SourceRecord[]
  /** What was acknowledged and of which something was not seen yet. */
  open(): readonly Sent[]
  /** Every text that was acknowledged. */
  acknowledged(): ReadonlySet<string>
  counts(): {
    readonly records: number
    readonly bad: number
    readonly messages: number
    readonly objects: number
  }
}

/**
 * What the client of the archive knows: what it sent, what was acknowledged, and what it has found again. `before` is in the
 * archive from the beginning.
 */
export const makeBooks = (before: readonly SourceRecord[]): Books => {
  const earlier = new Map(before.map((record) => [record.body, record]))
  const records = new Map<string, SourceRecord>()
  const bad = new Set<string>()
  const seen = new Set<string>()
  const seenRecords: SourceRecord[] = []
  const acknowledged = new Set<string>()
  let open: Sent[] = []
  const sends = { messages: 0, objects: 0 }

  const textsOf = (sent: Sent) => [...sent.records.map(({ body }) => body), ...sent.bad]
  const isOpen = (sent: Sent) => textsOf(sent).some((text) => !seen.has(text))

  return {
    send: async (sent, deliver) => {
      for (const record of sent.records) records.set(record.body, record)
      for (const text of sent.bad) bad.add(text)
      await deliver()
      for (const text of textsOf(sent)) acknowledged.add(text)
      sends[sent.key === undefined ? 'messages' : 'objects'] += 1
      // without what only the sending took
      const { key, records: all, bad: texts } = sent
      open.push({ key, records: all, bad: texts })
    },
    find: (body) => records.get(body) ?? earlier.get(body),
    isBad: (text) => bad.has(text),
    see: (text) => {
      const record = records.get(text)
      if (record !== undefined && !seen.has(text)) seenRecords.push(record)
      seen.add(text)
    },
    hasSeen: (text) => seen.has(text),
    seenRecords: () => seenRecords,
    open: () => {
      open = open.filter(isOpen)
      return open
    },
    acknowledged: () => acknowledged,
    counts: () => ({ records: acknowledged.size, bad: bad.size, ...sends }),
  }
}
