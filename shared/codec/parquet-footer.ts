import type { ColumnMetaData, KeyValue, RowGroup, SchemaElement, Statistics } from 'hyparquet'
import {
  CompressionCodecs,
  ConvertedTypes,
  Encodings,
  FieldRepetitionTypes,
  PageTypes,
  ParquetTypes,
} from 'hyparquet/src/constants.js'
import { unconvertStatistics } from 'hyparquet-writer/src/unconvert.js'
import { makeThriftWriter, type ThriftWriter } from './thrift-writer.ts'

/** What a footer of flat columns is made of, as the library's writer collects it. */
export type FooterFacts = {
  readonly schema: readonly SchemaElement[]
  readonly rows: bigint
  readonly rowGroups: readonly RowGroup[]
  readonly keyValues: readonly KeyValue[]
  readonly createdBy: string
}

const VERSION = 2
const MAGIC = 'PAR1'
const LENGTH_BYTES = 4

const NOTHING = () => undefined

const writeElement = (to: ThriftWriter, element: SchemaElement) => {
  const { type, repetition_type: repetition, converted_type: converted, logical_type: logical } = element
  if (type !== undefined) to.i32(1, ParquetTypes.indexOf(type))
  if (repetition !== undefined) to.i32(3, FieldRepetitionTypes.indexOf(repetition))
  to.binary(4, element.name)
  if (element.num_children !== undefined) to.i32(5, element.num_children)
  if (converted !== undefined) to.i32(6, ConvertedTypes.indexOf(converted))
  if (logical?.type === 'STRING') to.struct(10, () => to.struct(1, NOTHING))
  if (logical?.type === 'TIMESTAMP')
    to.struct(10, () =>
      to.struct(8, () => {
        to.boolean(1, logical.isAdjustedToUTC)
        // milliseconds
        to.struct(2, () => to.struct(1, NOTHING))
      }),
    )
}

const writeStatistics = (to: ThriftWriter, statistics: Statistics, element: SchemaElement) => {
  // the library rounds bounds of long texts outwards, and says where it did
  const {
    field_3: nulls,
    field_5: max,
    field_6: min,
    field_7: isMaxExact,
    field_8: isMinExact,
    field_9: nans,
  } = unconvertStatistics(statistics, element)
  if (typeof nulls === 'bigint') to.i64(3, nulls)
  if (max instanceof Uint8Array) to.binary(5, max)
  if (min instanceof Uint8Array) to.binary(6, min)
  if (isMaxExact === false) to.boolean(7, false)
  if (isMinExact === false) to.boolean(8, false)
  if (typeof nans === 'bigint') to.i64(9, nans)
}

const writeColumn = (to: ThriftWriter, meta: ColumnMetaData, element: SchemaElement) => {
  to.i32(1, ParquetTypes.indexOf(meta.type))
  to.numbers(
    2,
    meta.encodings.map((encoding) => Encodings.indexOf(encoding)),
  )
  to.texts(3, meta.path_in_schema)
  to.i32(4, CompressionCodecs.indexOf(meta.codec))
  to.i64(5, meta.num_values)
  to.i64(6, meta.total_uncompressed_size)
  to.i64(7, meta.total_compressed_size)
  to.i64(9, meta.data_page_offset)
  if (meta.dictionary_page_offset !== undefined) to.i64(11, meta.dictionary_page_offset)
  const { statistics, encoding_stats: pages } = meta
  if (statistics !== undefined) to.struct(12, () => writeStatistics(to, statistics, element))
  if (pages !== undefined)
    to.structs(13, pages, ({ page_type: type, encoding, count }) => {
      to.i32(1, PageTypes.indexOf(type))
      to.i32(2, Encodings.indexOf(encoding))
      to.i32(3, count)
    })
}

const writeRowGroup = (to: ThriftWriter, group: RowGroup, elements: ReadonlyMap<string, SchemaElement>) => {
  to.structs(1, group.columns, ({ file_offset: offset, meta_data: meta }) => {
    to.i64(2, offset)
    const element = elements.get(String(meta?.path_in_schema[0]))
    if (meta === undefined || element === undefined)
      throw new Error('parquet footer: a column without a name')
    to.struct(3, () => writeColumn(to, meta, element))
  })
  to.i64(2, group.total_byte_size)
  to.i64(3, group.num_rows)
  if (group.total_compressed_size !== undefined) to.i64(6, group.total_compressed_size)
}

/**
 * A footer of flat columns, from its thrift metadata to the closing `PAR1`: to the byte as the library writes it, which takes
 * several times as long as encoding the records of a small segment.
 */
export const encodeFooter = ({ schema, rows, rowGroups, keyValues, createdBy }: FooterFacts): Uint8Array => {
  const to = makeThriftWriter()
  const elements = new Map(schema.map((element) => [element.name, element]))
  const columns = schema.filter(({ type }) => type !== undefined)
  to.i32(1, VERSION)
  to.structs(2, schema, (element) => writeElement(to, element))
  to.i64(3, rows)
  to.structs(4, rowGroups, (group) => writeRowGroup(to, group, elements))
  to.structs(5, keyValues, ({ key, value }) => {
    to.binary(1, key)
    if (value !== undefined) to.binary(2, value)
  })
  to.binary(6, createdBy)
  to.structs(7, columns, () => to.struct(1, NOTHING))
  const metadata = to.end()
  const footer = Buffer.alloc(metadata.length + LENGTH_BYTES + MAGIC.length)
  footer.set(metadata)
  footer.writeUInt32LE(metadata.length, metadata.length)
  footer.write(MAGIC, metadata.length + LENGTH_BYTES, 'latin1')
  return footer
}
