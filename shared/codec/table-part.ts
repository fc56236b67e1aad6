import { ByteWriter, ParquetWriter } from 'hyparquet-writer'
import type { PromotedColumn } from '../domain/dataset.ts'
import type { ArchiveRecord } from '../domain/record.ts'
import { columnsOf, segmentSchema } from './parquet-columns.ts'
import { compressors } from './parquet-values.ts'
import type { PartFormat } from './part-format.ts'
import type { SegmentSink } from './segment-sink.ts'

/** A row group holds about this much text, or one record if that is longer. */
const ROW_GROUP_TEXT = 8 * 1024 * 1024
const MAX_ROWS = 32_768
const PAGE_PER_COLUMN = 2 ** 31 - 1

const textOf = ({ id, body, header }: ArchiveRecord): number =>
  id.length + body.length + (header?.length ?? 0)

/** Some columns of a segment, in an order of one's own, as a Parquet file that is no segment. */
export const makeTablePart = (
  sink: SegmentSink,
  names: readonly string[],
  promoted: readonly PromotedColumn[],
): PartFormat => {
  // a promoted column that has left the configuration is one of nothing but nulls
  const known = new Set(segmentSchema(promoted).map(({ name }) => name))
  const left = names.filter((name) => !known.has(name)).map((name) => ({ name, type: 'string' }) as const)
  const all = [...promoted, ...left]
  const fields = segmentSchema(all)
  const pick = <Column extends { name: string }>(columns: readonly Column[]): Column[] =>
    names.flatMap((name) => columns.filter((column) => column.name === name))
  const writer = new ByteWriter()
  const parquet = new ParquetWriter({
    writer,
    schema: [{ name: 'icecore', num_children: names.length }, ...pick(fields)],
    codec: 'ZSTD',
    compressors,
    createdBy: 'icecore',
  })
  const wantsBodies = names.includes('body')
  let pending: ArchiveRecord[] = []
  let text = 0

  const flush = async () => {
    const bytes = new Uint8Array(writer.buffer, 0, writer.index)
    await sink.write(bytes)
    writer.index = 0
  }

  const endRowGroup = async () => {
    const records = pending
    pending = []
    text = 0
    const bodies = wantsBodies ? records.map(({ body }) => Buffer.from(body)) : []
    await parquet.write({
      columnData: pick(columnsOf(records, bodies, all)),
      rowGroupSize: records.length,
      pageSize: PAGE_PER_COLUMN,
    })
    await flush()
  }

  return {
    write: async (records) => {
      for (const record of records) {
        pending.push(record)
        text += textOf(record)
        if (text >= ROW_GROUP_TEXT || pending.length >= MAX_ROWS) await endRowGroup()
      }
    },
    finish: async () => {
      if (pending.length > 0) await endRowGroup()
      await parquet.finish()
      await flush()
      await sink.close()
    },
  }
}
