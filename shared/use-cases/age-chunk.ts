import { isUtf8 } from 'node:buffer'
import { digestTexts } from '../codec/digest.ts'
import { giveBack } from '../codec/give-back.ts'
import { makeCsvRecordParser } from '../codec/parse-csv-record.ts'
import { parseJsonRecord } from '../codec/parse-record.ts'
import { isRejection, type Rejection } from '../codec/rejection.ts'
import type { SourceItem } from '../codec/sources/source-item.ts'
import type { Dataset } from '../domain/dataset.ts'
import { partitionOf } from '../domain/partition.ts'
import type { ArchiveRecord } from '../domain/record.ts'
import type { AgeMetrics } from '../ports/archive-metrics.ts'
import type { HotObject } from '../ports/hot-store.ts'
import type { Quarantine, QuarantinedItem } from '../ports/quarantine.ts'
import { mapBounded } from './bounded.ts'
import { type LandDeps, landRecords } from './land-records.ts'
import type { Chunk } from './object-chunks.ts'

export type AgeChunkDeps = LandDeps & { readonly quarantine: Quarantine; readonly metrics: AgeMetrics }

export type ChunkUnit = {
  readonly dataset: Dataset
  readonly object: HotObject
  /** Names the object and its version. */
  readonly unit: string
  readonly sentAt: number
  /** Throws when there is no time for another landing. */
  readonly checkTime: () => void
}

export type AgedChunk = { readonly records: number; readonly quarantined: number; readonly keptInHot: number }

const LANDINGS_AT_ONCE = 8

/** A parser for rows as they come, keeping the one for the file's header. */
const makeParser = (dataset: Dataset) => {
  let forHeader: { header: string; parse: ReturnType<typeof makeCsvRecordParser> } | undefined
  return (text: string, header: string | null, arrived: number): ArchiveRecord | Rejection => {
    if (header === null) return parseJsonRecord(dataset, text, arrived)
    if (forHeader?.header !== header) forHeader = { header, parse: makeCsvRecordParser(dataset, header) }
    return forHeader.parse(text, arrived)
  }
}

/** A longer text goes in base64: JSON may write a character in six, and no string holds six times the longest body. */
const LONGEST_TEXT = 16 * 2 ** 20

const inBase64 = (text: string): string => {
  const bytes = Buffer.from(text)
  const encoded = bytes.toString('base64')
  giveBack(bytes)
  return encoded
}

/** A row as text where it is text of a usual length, else in base64. */
const textOf = (item: SourceItem): Pick<QuarantinedItem, 'text' | 'encoding'> => {
  if (item.kind === 'text')
    return item.text.length > LONGEST_TEXT
      ? { text: inBase64(item.text), encoding: 'base64' }
      : { text: item.text, encoding: 'utf8' }
  const raw = Buffer.from(item.raw.buffer, item.raw.byteOffset, item.raw.byteLength)
  return raw.length <= LONGEST_TEXT && isUtf8(raw)
    ? { text: raw.toString('utf8'), encoding: 'utf8' }
    : { text: raw.toString('base64'), encoding: 'base64' }
}

const toQuarantine = (
  item: SourceItem,
  { reason, detail }: Rejection,
  dataset: Dataset,
  object: HotObject,
): QuarantinedItem => ({
  dataset: dataset.name,
  reason,
  detail,
  source: `object ${object.key} version ${object.version} row ${item.row}`,
  header: item.header,
  ...textOf(item),
  ...(item.kind === 'invalid' && !item.complete && { cut: true as const }),
})

/**
 * Archives one chunk of an object: a landing segment for each partition that it touches, and what is malformed to
 * quarantine. Its units are named by object and chunk, so a second attempt finds what the first has done, and goes on from there.
 */
export const ageChunk = (deps: AgeChunkDeps) => {
  const { quarantine, metrics, now } = deps
  const land = landRecords(deps)

  return async (
    { dataset, object, unit, sentAt, checkTime }: ChunkUnit,
    { index, items }: Chunk,
  ): Promise<AgedChunk> => {
    const arrived = now()
    const parse = makeParser(dataset)
    const partitions = new Map<string, ArchiveRecord[]>()
    const rejected: QuarantinedItem[] = []
    let keptInHot = 0
    for (const item of items) {
      const parsed = item.kind === 'text' ? parse(item.text, item.header, arrived) : item
      if (isRejection(parsed)) {
        rejected.push(toQuarantine(item, parsed, dataset, object))
        if (item.kind === 'invalid' && !item.complete) keptInHot += 1
        continue
      }
      const partition = partitionOf(parsed.time, dataset.partition)
      const records = partitions.get(partition)
      if (records === undefined) partitions.set(partition, [parsed])
      else records.push(parsed)
    }

    const name = `${unit}.${index}`
    const source = { kind: 'object', key: object.key, version: object.version, chunk: index }
    let begun = 0
    await mapBounded([...partitions], LANDINGS_AT_ONCE, async ([partition, records]) => {
      begun += 1
      // the first begin with the chunk
      if (begun > LANDINGS_AT_ONCE) checkTime()
      const landed = await land({ dataset, partition, records, unit: name, source })
      if (landed.outcome === 'already-committed') return
      const { bytes, duplicates } = landed
      metrics.aged({ records: landed.records, bytes, oldestLag: Math.max(0, now() - sentAt) })
      if (duplicates > 0) metrics.duplicatesDropped(duplicates)
    })
    if (rejected.length > 0) {
      const digest = digestTexts(rejected.map(({ text }) => text))
      const unitOfRejects = {
        dataset: dataset.name,
        unit: `object ${name}`,
        items: rejected,
        digest,
        at: arrived,
      }
      if ((await quarantine.keep(unitOfRejects)) === 'kept') metrics.quarantined(rejected.length)
    }
    return { records: items.length - rejected.length, quarantined: rejected.length, keptInHot }
  }
}
