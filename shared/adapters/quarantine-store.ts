import { hash } from 'node:crypto'
import {
  MAX_HEADER_BYTES,
  packQuarantine,
  readQuarantineHeader,
  readQuarantineItems,
} from '../codec/quarantine-object.ts'
import { parseQuarantineKey, quarantineKey, retriedKey } from '../domain/keys.ts'
import type {
  Quarantine,
  QuarantinedUnit,
  QuarantineMarks,
  QuarantineObject,
  QuarantineObjects,
  QuarantineRegister,
} from '../ports/quarantine.ts'
import {
  SegmentIsMissing,
  type SegmentLister,
  type SegmentReader,
  type SegmentWriter,
} from '../ports/segment-store.ts'

/** Quarantine in any archive bucket, with any catalog. */

type Keeping = { readonly writer: SegmentWriter; readonly register: QuarantineRegister }

export const makeQuarantine = ({ writer, register }: Keeping): Quarantine => ({
  keep: async (unit) => {
    const { facts, data } = packQuarantine(unit)
    await writer.put({
      key: quarantineKey(facts.dataset, facts.name),
      content: { kind: 'memory', data },
      bytes: data.byteLength,
      // the name is the checksum
      sha256: Buffer.from(facts.name, 'hex').toString('base64'),
      storageClass: 'STANDARD',
      contentType: 'application/x-ndjson',
    })
    return (await register.book(facts)) === 'booked' ? 'kept' : 'already-kept'
  },
})

export const makeQuarantineMarks = ({ writer, register }: Keeping): QuarantineMarks => ({
  retried: async (unit: QuarantinedUnit, at: number) => {
    const { dataset, name } = unit
    const data = Buffer.from(`${JSON.stringify({ icecore: 'retried', format: 1, dataset, name })}\n`)
    await writer.put({
      key: retriedKey(dataset, name),
      content: { kind: 'memory', data },
      bytes: data.byteLength,
      sha256: hash('sha256', data, 'base64'),
      storageClass: 'STANDARD',
      contentType: 'application/json',
    })
    await register.book({ ...unit, retriedAt: at })
  },
})

export const makeQuarantineObjects = (from: {
  readonly reader: SegmentReader
  readonly lister: SegmentLister
}): QuarantineObjects => {
  const { reader, lister } = from

  async function* listKind(prefix: string, kind: 'unit' | 'retried') {
    for await (const object of lister.list(prefix)) {
      const named = parseQuarantineKey(object.key)
      if (named?.kind === kind) yield { object, ...named }
    }
  }

  async function* list(): AsyncIterable<QuarantineObject> {
    const retriedAt = new Map<string, number>()
    for await (const { object, dataset, name } of listKind('quarantine/retried/dataset=', 'retried'))
      retriedAt.set(quarantineKey(dataset, name), object.lastModified)
    for await (const { object, dataset, name } of listKind('quarantine/dataset=', 'unit')) {
      const { key, bytes, lastModified: at } = object
      yield { dataset, name, bytes, at, retriedAt: retriedAt.get(key) ?? null }
    }
  }

  return {
    list,
    describe: async ({ dataset, name, bytes, at, retriedAt }) => {
      const start = await reader.read(quarantineKey(dataset, name), 0, Math.min(bytes, MAX_HEADER_BYTES))
      return { ...readQuarantineHeader(Buffer.from(start)), dataset, name, at, retriedAt }
    },
    items: async ({ dataset, name }) => {
      const key = quarantineKey(dataset, name)
      const facts = await reader.head(key)
      if (facts === undefined) throw new SegmentIsMissing(key)
      return readQuarantineItems(Buffer.from(await reader.read(key, 0, facts.bytes)), name)
    },
  }
}
