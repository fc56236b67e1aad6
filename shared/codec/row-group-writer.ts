import { crc32 } from 'node:zlib'
import { ByteWriter, ParquetWriter } from 'hyparquet-writer'
import type { PromotedColumn } from '../domain/dataset.ts'
import type { ArchiveRecord } from '../domain/record.ts'
import { giveBack } from './give-back.ts'
import { type ColumnData, columnsOf, segmentSchema } from './parquet-columns.ts'
import { encodeFooter } from './parquet-footer.ts'
import { CRC_BLANK, stampFooter } from './segment-footer.ts'
import type { RowGroup } from './segment-format.ts'
import { METADATA_KEYS, SEGMENT_FORMAT } from './segment-format.ts'

/** A row group is one range read: unless it is a single record, it stays below this. */
const MAX_BYTES = 1_000_000

const CREATED_BY = 'icecore'

/**
 * A page of a column is unpacked whole, so that one record costs one of these of each column. Below 256 KiB zstd searches by
 * other tables, and what is larger takes longer to unpack, for it leaves the processor's cache.
 */
const PAGE_BYTES = 240_000

/** A buffer that a large record has made larger than this is given back: it would stay so until the segment is done. */
const KEPT_BUFFER = 16 * 2 ** 20

/** Bodies of fewer bytes than this are stored as they are, with all that goes with them: frames cost more than they save. */
const WORTH_COMPRESSING = 4096

/** Encodes a segment's bytes, piece by piece; who takes them says where they go. */
export type RowGroupWriter = {
  /**
   * Encodes records, at least one, that stand in order as one row group, or as several when they do not compress into a megabyte.
   * @param bodies their bodies in UTF-8.
   * @returns the bytes that it took.
   */
  write(records: ArchiveRecord[], bodies: Buffer[]): Promise<number>
  readonly rowGroups: readonly RowGroup[]
  /** The footer, with its metadata (JSON texts) and its checksum. Nothing can be written after it. */
  footer(metadata: { segment: string; inputs: string }): Promise<Uint8Array>
}

export type RowGroupOptions = {
  readonly promoted: readonly PromotedColumn[]
  /** What becomes of a page: zstd. */
  readonly compress: (page: Uint8Array) => Uint8Array
}

/** Then nothing is left to compress once it is encoded, and the tables of zstd take longer to lay out than all else of such a column. */
const isOneValue = (values: readonly unknown[]): boolean => values.every((value) => value === values[0])

const timeRange = (records: readonly ArchiveRecord[]) => {
  let [minTime, maxTime] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY]
  for (const { time } of records) {
    if (time < minTime) minTime = time
    if (time > maxTime) maxTime = time
  }
  return { minTime, maxTime }
}

/** @param take gets the bytes in order, and may not keep them once it resolves. */
export const makeRowGroupWriter = (
  { promoted, compress }: RowGroupOptions,
  take: (bytes: Uint8Array) => Promise<void>,
): RowGroupWriter => {
  const writer = new ByteWriter()
  // pages, and what became of them, are copied into `writer`: once a row group is written nobody needs them
  const spent: Uint8Array[] = []
  const ZSTD = (page: Uint8Array): Uint8Array => {
    const packed = compress(page)
    spent.push(page, packed)
    return packed
  }
  const schema = segmentSchema(promoted)
  const parquet = new ParquetWriter({
    writer,
    schema,
    codec: 'ZSTD',
    compressors: { ZSTD },
    createdBy: CREATED_BY,
  })
  const rowGroups: RowGroup[] = []

  const rollBack = (to: { index: number; offset: number }) => {
    writer.index = to.index
    writer.offset = to.offset
    for (const dropped of parquet.row_groups.splice(-1)) {
      parquet.num_rows -= dropped.num_rows
      parquet.pendingIndexes.splice(parquet.pendingIndexes.length - dropped.columns.length)
    }
  }

  const flush = async () => {
    await take(new Uint8Array(writer.buffer, 0, writer.index))
    writer.index = 0
    if (writer.buffer.byteLength <= KEPT_BUFFER) return
    // not a new one: this gives the old one's memory back at once
    writer.buffer = writer.buffer.transfer(1024)
    writer.view = new DataView(writer.buffer)
  }

  const write = async (records: ArchiveRecord[], bodies: Buffer[]): Promise<number> => {
    const start = { index: writer.index, offset: writer.offset }
    const bodyBytes = bodies.reduce((sum, { length }) => sum + length, 0)
    const codecOf = ({ name, data }: ColumnData) =>
      bodyBytes < WORTH_COMPRESSING || (name !== 'body' && isOneValue(data)) ? 'UNCOMPRESSED' : 'ZSTD'
    await parquet.write({
      columnData: columnsOf(records, bodies, promoted).map((column) => ({
        ...column,
        codec: codecOf(column),
      })),
      rowGroupSize: records.length,
      pageSize: PAGE_BYTES,
    })
    for (const bytes of spent.splice(0)) giveBack(bytes)
    const bytes = writer.offset - start.offset
    if (bytes > MAX_BYTES && records.length > 1) {
      rollBack(start)
      const half = records.length >> 1
      const before = await write(records.slice(0, half), bodies.slice(0, half))
      return before + (await write(records.slice(half), bodies.slice(half)))
    }
    rowGroups.push({
      offset: start.offset,
      bytes,
      rows: records.length,
      crc: crc32(new Uint8Array(writer.buffer, start.index, bytes)),
      minId: String(records[0]?.id),
      maxId: String(records.at(-1)?.id),
      ...timeRange(records),
    })
    await flush()
    return bytes
  }

  return {
    write,
    rowGroups,
    footer: async ({ segment, inputs }) => {
      const footer = encodeFooter({
        schema,
        rows: parquet.num_rows,
        rowGroups: parquet.row_groups,
        keyValues: [
          { key: METADATA_KEYS.format, value: String(SEGMENT_FORMAT) },
          { key: METADATA_KEYS.segment, value: segment },
          { key: METADATA_KEYS.inputs, value: inputs },
          { key: METADATA_KEYS.rowGroups, value: JSON.stringify(rowGroups) },
          { key: METADATA_KEYS.crc, value: CRC_BLANK },
        ],
        createdBy: CREATED_BY,
      })
      stampFooter(footer)
      await take(footer)
      return footer
    },
  }
}
