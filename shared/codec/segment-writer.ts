import { createHash } from 'node:crypto'
import { crc32 } from 'node:zlib'
import { ByteWriter, ParquetWriter } from 'hyparquet-writer'
import type { PromotedColumn } from '../domain/dataset.ts'
import type { Digest } from '../domain/digest.ts'
import { formatDigest } from '../domain/digest.ts'
import type { ArchiveRecord } from '../domain/record.ts'
import { compareRecords } from '../domain/record.ts'
import { makeDigester } from './digest.ts'
import { makeIdFilterBuilder } from './id-filter.ts'
import { columnsOf, segmentSchema } from './parquet-columns.ts'
import { compressors } from './parquet-values.ts'
import { CRC_BLANK, decodeFooter, stampFooter } from './segment-footer.ts'
import type { JsonValue, RowGroup, SegmentIdentity } from './segment-format.ts'
import { METADATA_KEYS, SEGMENT_FORMAT } from './segment-format.ts'
import { encodeIndex } from './segment-index.ts'
import type { SegmentSink } from './segment-sink.ts'

export type PackedSegment = {
  readonly bytes: number
  /** SHA-256 of the bytes, base64. */
  readonly sha256: string
  readonly records: Digest
  readonly bodyBytes: number
  readonly minTime: number
  readonly maxTime: number
  readonly minId: string
  readonly maxId: string
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

/** A row group is one range read: it aims at half a megabyte and, unless it is one record, stays below one. */
const ROW_GROUP = {
  targetBytes: 512 * 1024,
  maxBytes: 1_000_000,
  maxRows: 32_768,
  maxRawBytes: 8 * 1024 * 1024,
}

/** Around the text of a record: times, lengths, levels. */
const ROW_OVERHEAD = 32

const PAGE_PER_COLUMN = 2 ** 31 - 1

/**
 * Writes one segment (format 1) to `sink`, a row group at a time: memory holds one row group of records (8 MiB of text, or
 * one record if that is larger), its encoded bytes, and 8 bytes per id for the filter.
 */
export const makeSegmentWriter = (options: {
  segment: SegmentIdentity
  promoted: readonly PromotedColumn[]
  sink: SegmentSink
}): SegmentWriter => {
  const { segment, promoted, sink } = options
  const writer = new ByteWriter()
  const parquet = new ParquetWriter({
    writer,
    schema: segmentSchema(promoted),
    codec: 'ZSTD',
    compressors,
    createdBy: 'icecore',
  })
  const sha256 = createHash('sha256')
  const digester = makeDigester()
  const idFilter = makeIdFilterBuilder()
  const rowGroups: RowGroup[] = []
  let pending: ArchiveRecord[] = []
  let bodies: Buffer[] = []
  let rawBytes = 0
  let rawLimit = ROW_GROUP.targetBytes
  let bodyBytes = 0
  let last: ArchiveRecord | undefined

  const flush = async () => {
    const bytes = new Uint8Array(writer.buffer, 0, writer.index)
    sha256.update(bytes)
    await sink.write(bytes)
    writer.index = 0
  }

  const rollBack = (to: { index: number; offset: number }) => {
    writer.index = to.index
    writer.offset = to.offset
    const dropped = parquet.row_groups.pop()
    parquet.num_rows -= dropped?.num_rows ?? 0n
    parquet.pendingIndexes.splice(parquet.pendingIndexes.length - (dropped?.columns.length ?? 0))
  }

  const writeRowGroup = async (records: ArchiveRecord[], texts: Buffer[]): Promise<void> => {
    const [first, final] = [records[0], records.at(-1)]
    if (first === undefined || final === undefined) return
    const start = { index: writer.index, offset: writer.offset }
    await parquet.write({
      columnData: columnsOf(records, texts, promoted),
      rowGroupSize: records.length,
      pageSize: PAGE_PER_COLUMN,
    })
    const bytes = writer.offset - start.offset
    if (bytes > ROW_GROUP.maxBytes && records.length > 1) {
      rollBack(start)
      const half = records.length >> 1
      await writeRowGroup(records.slice(0, half), texts.slice(0, half))
      await writeRowGroup(records.slice(half), texts.slice(half))
      return
    }
    let [minTime, maxTime] = [first.time, first.time]
    for (const { time } of records) {
      if (time < minTime) minTime = time
      if (time > maxTime) maxTime = time
    }
    const crc = crc32(new Uint8Array(writer.buffer, start.index, bytes))
    rowGroups.push({
      offset: start.offset,
      bytes,
      rows: records.length,
      crc,
      minId: first.id,
      maxId: final.id,
      minTime,
      maxTime,
    })
    await flush()
  }

  const endRowGroup = async () => {
    const [records, texts, raw, start] = [pending, bodies, rawBytes, writer.offset]
    pending = []
    bodies = []
    rawBytes = 0
    await writeRowGroup(records, texts)
    const packed = Math.max(writer.offset - start, 1)
    rawLimit = Math.min(
      ROW_GROUP.maxRawBytes,
      Math.max(ROW_GROUP.targetBytes, (raw / packed) * ROW_GROUP.targetBytes),
    )
  }

  const take = (record: ArchiveRecord): number => {
    if (last !== undefined && compareRecords(last, record) > 0)
      throw new Error('segment writer: records out of order')
    if (!record.body.isWellFormed() || !record.id.isWellFormed() || record.header?.isWellFormed() === false)
      throw new Error('segment writer: a lone surrogate in a record, which UTF-8 cannot hold')
    last = record
    const body = Buffer.from(record.body, 'utf8')
    digester.add(record)
    idFilter.add(record.id)
    pending.push(record)
    bodies.push(body)
    bodyBytes += body.length
    rawBytes += body.length + record.id.length + (record.header?.length ?? 0) + ROW_OVERHEAD
    return body.length
  }

  return {
    write: async (records) => {
      for (const record of records) {
        // a large record gets a row group of its own, so that its neighbours stay cheap to read
        if (pending.length > 0 && rawBytes + record.body.length > 2 * rawLimit) await endRowGroup()
        take(record)
        if (rawBytes >= rawLimit || pending.length >= ROW_GROUP.maxRows) await endRowGroup()
      }
    },
    finish: async ({ inputs, books }) => {
      if (pending.length > 0) await endRowGroup()
      const [head, tail] = [rowGroups[0], rowGroups.at(-1)]
      if (head === undefined || tail === undefined) throw new Error('segment writer: no records')
      const records = digester.value()
      const range = {
        minTime: rowGroups.reduce((least, { minTime }) => Math.min(least, minTime), head.minTime),
        maxTime: rowGroups.reduce((most, { maxTime }) => Math.max(most, maxTime), head.maxTime),
        minId: head.minId,
        maxId: tail.maxId,
      }
      const about = {
        ...segment,
        records: formatDigest(records),
        bodyBytes,
        ...range,
        books: { received: formatDigest(books.received), duplicates: formatDigest(books.duplicates) },
        promoted: promoted.map(({ name, type }) => ({ name, type })),
      }
      parquet.kvMetadata = [
        { key: METADATA_KEYS.format, value: String(SEGMENT_FORMAT) },
        { key: METADATA_KEYS.segment, value: JSON.stringify(about) },
        { key: METADATA_KEYS.inputs, value: JSON.stringify(inputs) },
        { key: METADATA_KEYS.rowGroups, value: JSON.stringify(rowGroups) },
        { key: METADATA_KEYS.crc, value: CRC_BLANK },
      ]
      await parquet.finish()
      const footer = new Uint8Array(writer.buffer, 0, writer.index)
      stampFooter(footer)
      const index = encodeIndex({ footer: decodeFooter(footer.slice()), filter: idFilter.build() })
      await flush()
      await sink.close()
      const bytes = writer.offset
      return { bytes, sha256: sha256.digest('base64'), records, bodyBytes, ...range, index }
    },
  }
}
