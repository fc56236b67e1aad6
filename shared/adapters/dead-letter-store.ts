import { hash } from 'node:crypto'
import { packDeadLetter, readDeadLetter } from '../codec/dead-letter-object.ts'
import { deadLetterKey, parseDeadLetterKey, retriedLetterKey } from '../domain/keys.ts'
import type {
  DeadLetterMarks,
  DeadLetterObject,
  DeadLetterObjects,
  DeadLetters,
} from '../ports/dead-letters.ts'
import {
  SegmentIsMissing,
  type SegmentLister,
  type SegmentReader,
  type SegmentWriter,
} from '../ports/segment-store.ts'

/** Dead letters in any archive bucket, which alone knows of them: the catalog need not be asked, nor rebuilt. */

const put = (writer: SegmentWriter, key: string, data: Uint8Array) =>
  writer.put({
    key,
    content: { kind: 'memory', data },
    bytes: data.byteLength,
    sha256: hash('sha256', data, 'base64'),
    storageClass: 'STANDARD',
    contentType: 'application/json',
  })

export const makeDeadLetters = (to: {
  readonly writer: SegmentWriter
  readonly reader: Pick<SegmentReader, 'head'>
}): DeadLetters => ({
  keep: async (letter) => {
    const key = deadLetterKey(letter.queue, letter.messageId)
    // a second delivery tells another time and count, so its object would be another
    if ((await to.reader.head(key)) !== undefined) return 'already-kept'
    return (await put(to.writer, key, packDeadLetter(letter))) === 'stored' ? 'kept' : 'already-kept'
  },
})

export const makeDeadLetterMarks = ({ writer }: { readonly writer: SegmentWriter }): DeadLetterMarks => ({
  retried: async ({ queue, messageId }) => {
    const mark = { icecore: 'retried', format: 1, queue, messageId }
    await put(writer, retriedLetterKey(queue, messageId), Buffer.from(`${JSON.stringify(mark)}\n`))
  },
})

export const makeDeadLetterObjects = (from: {
  readonly reader: SegmentReader
  readonly lister: SegmentLister
}): DeadLetterObjects => {
  const { reader, lister } = from

  async function* listUnder(prefix: string, queue: string | undefined) {
    for await (const object of lister.list(queue === undefined ? prefix : `${prefix}${queue}/`)) {
      const name = parseDeadLetterKey(object.key)
      if (name !== undefined) yield { ...name, object }
    }
  }

  async function* list(queue?: string): AsyncIterable<DeadLetterObject> {
    const retriedAt = new Map<string, number>()
    for await (const { object, ...name } of listUnder('quarantine/retried/dead-letters/queue=', queue))
      retriedAt.set(deadLetterKey(name.queue, name.messageId), object.lastModified)
    for await (const { object, ...name } of listUnder('quarantine/dead-letters/queue=', queue)) {
      const { key, bytes, lastModified: at } = object
      yield { ...name, bytes, at, retriedAt: retriedAt.get(key) ?? null }
    }
  }

  return {
    list,
    read: async ({ queue, messageId }) => {
      const key = deadLetterKey(queue, messageId)
      const facts = await reader.head(key)
      if (facts === undefined) throw new SegmentIsMissing(key)
      return readDeadLetter(await reader.read(key, 0, facts.bytes))
    },
  }
}
