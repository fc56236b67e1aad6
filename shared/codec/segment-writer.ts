import { createHash } from 'node:crypto'
import type { PromotedColumn } from '../domain/dataset.ts'
import type { Digest } from '../domain/digest.ts'
import { formatDigest } from '../domain/digest.ts'
import type { ArchiveRecord } from '../domain/record.ts'
import { compareRecords } from '../domain/record.ts'
import type { Segment } from '../domain/segment.ts'
import { makeDigester } from './digest.ts'
import { giveBack } from './give-back.ts'
import { makeIdFilterBuilder } from './id-filter.ts'
import { zstdAt } from './parquet-values.ts'
import { makeRowGroupWriter } from './row-group-writer.ts'
import type { JsonValue, RowGroup, SegmentIdentity } from './segment-format.ts'
import { encodeIndex } from './segment-index.ts'
import type { SegmentSink } from './segment-sink.ts'
import { makeZstdThatPays } from './zstd-that-pays.ts'

/** What the catalog is to know of a segment by its content. */
export type PackedSegment = Pick<
  Segment,
  'bytes' | 'sha256' | 'records' | 'bodyBytes' | 'minTime' | 'maxTime' | 'minId' | 'maxId'
> & {
  /** The index object that goes with the segment, encoded. */
  readonly index: Uint8Array
}

export type SegmentWriter = {
  /** Records in the order of `compareRecords`, also from one call to the next; anything else is an error. */
  write(records: readonly ArchiveRecord[]): Promise<void>
  /** Ends the file and closes the sink. A segment without records is an error. */
  finish(facts: {
    inputs: JsonValue
    books: { received: Digest; duplicates: Digest }
  }): Promise<PackedSegment>
}

/** Row groups aim at this size compressed; how much text that is, the ones before it tell. */
const TARGET_BYTES = 512 * 1024
const MAX_RAW_BYTES = 8 * 1024 * 1024
const MAX_ROWS = 32_768

/** What landed is read once more within days, what is sealed is paid for by the byte for years. */
const makeZstd = (kind: Segment['kind']) => (kind === 'landing' ? zstdAt(1) : makeZstdThatPays())

/** Around the text of a record: times, lengths, levels. */
const ROW_OVERHEAD = 32

const checkText = ({ id, body, header }: ArchiveRecord) => {
  if (!body.isWellFormed() || !id.isWellFormed() || header?.isWellFormed() === false)
    throw new Error('segment writer: a lone surrogate in a record, which UTF-8 cannot hold')
}

const rangeOf = (rowGroups: readonly RowGroup[]) => {
  const [first, last] = [rowGroups[0], rowGroups.at(-1)]
  if (first === undefined || last === undefined) throw new Error('segment writer: no records')
  return {
    minTime: rowGroups.reduce((least, { minTime }) => Math.min(least, minTime), first.minTime),
    maxTime: rowGroups.reduce((most, { maxTime }) => Math.max(most, maxTime), first.maxTime),
    minId: first.minId,
    maxId: last.maxId,
  }
}

/**
 * Writes one segment (format 2) to `sink`, a row group at a time: memory holds one row group of records (8 MiB of text, or
 * one record if that is larger), its encoded bytes, and 8 bytes per id for the filter.
 */
export const makeSegmentWriter = (options: {
  segment: SegmentIdentity
  promoted: readonly PromotedColumn[]
  sink: SegmentSink
  /** The digest of all that will be written, where it is known already: then it is not worked out once more. */
  records?: Digest
}): SegmentWriter => {
  const { segment, promoted, sink } = options
  const sha256 = createHash('sha256')
  const digester = makeDigester()
  const idFilter = makeIdFilterBuilder()
  let bytes = 0
  const writer = makeRowGroupWriter({ promoted, compress: makeZstd(segment.kind) }, async (part) => {
    sha256.update(part)
    bytes += part.length
    await sink.write(part)
  })
  let pending: ArchiveRecord[] = []
  let bodies: Buffer[] = []
  let rawBytes = 0
  let rawLimit = TARGET_BYTES
  let bodyBytes = 0
  let last: ArchiveRecord | undefined

  const endRowGroup = async () => {
    const [records, texts, raw] = [pending, bodies, rawBytes]
    pending = []
    bodies = []
    rawBytes = 0
    const packed = await writer.write(records, texts)
    for (const text of texts) giveBack(text)
    rawLimit = Math.min(MAX_RAW_BYTES, Math.max(TARGET_BYTES, (raw / Math.max(packed, 1)) * TARGET_BYTES))
  }

  const take = (record: ArchiveRecord) => {
    if (last !== undefined && compareRecords(last, record) > 0)
      throw new Error('segment writer: records out of order')
    checkText(record)
    last = record
    const body = Buffer.from(record.body, 'utf8')
    if (options.records === undefined) digester.add(record)
    idFilter.add(record.id)
    pending.push(record)
    bodies.push(body)
    bodyBytes += body.length
    rawBytes += body.length + record.id.length + (record.header?.length ?? 0) + ROW_OVERHEAD
  }

  return {
    write: async (records) => {
      for (const record of records) {
        // a large record gets a row group of its own, so that its neighbours stay cheap to read
        if (pending.length > 0 && rawBytes + record.body.length > 2 * rawLimit) await endRowGroup()
        take(record)
        if (rawBytes >= rawLimit || pending.length >= MAX_ROWS) await endRowGroup()
      }
    },
    finish: async ({ inputs, books }) => {
      if (pending.length > 0) await endRowGroup()
      const records = options.records ?? digester.value()
      const range = rangeOf(writer.rowGroups)
      const about = {
        ...segment,
        records: formatDigest(records),
        bodyBytes,
        ...range,
        books: { received: formatDigest(books.received), duplicates: formatDigest(books.duplicates) },
        promoted: promoted.map(({ name, type }) => ({ name, type })),
      }
      const footer = await writer.footer({ segment: JSON.stringify(about), inputs: JSON.stringify(inputs) })
      await sink.close()
      const index = encodeIndex(footer, idFilter.build())
      return { bytes, sha256: sha256.digest('base64'), records, bodyBytes, ...range, index }
    },
  }
}
