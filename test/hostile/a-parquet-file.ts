import { ByteWriter } from 'hyparquet-writer'
import { serializeTCompactProtocol } from 'hyparquet-writer/src/thrift.js'

/** A struct as Thrift has it: fields by number. A number is an i32, a bigint an i64. */
export type Struct = { readonly [field: `field_${number}`]: unknown }

const OPTIONAL = 1
const REPEATED = 2
export const REPETITION = { required: 0, optional: OPTIONAL, repeated: REPEATED } as const
export const TYPE = { boolean: 0, int32: 1, int64: 2, bytes: 6, fixed: 7 } as const
export const CODEC = { none: 0, snappy: 1, gzip: 2, lzo: 3, brotli: 4, zstd: 6 } as const
export const ENCODING = { plain: 0, rle: 3, delta: 5, deltaBytes: 7, dictionary: 8 } as const

export const thrift = (struct: Struct): Buffer => {
  const writer = new ByteWriter()
  serializeTCompactProtocol(writer, struct)
  return Buffer.from(writer.getBytes())
}

export const varint = (value: number): Buffer => {
  const bytes: number[] = []
  let rest = value
  for (; rest >= 128; rest = Math.floor(rest / 128)) bytes.push(128 + (rest % 128))
  return Buffer.from([...bytes, rest])
}

/** A run of one value that is repeated, `width` bytes of it. */
export const run = (count: number, value = 0, width = 1): Buffer =>
  Buffer.concat([varint(count * 2), Buffer.alloc(width, value)])

export const withLength = (bytes: Uint8Array): Buffer => {
  const length = Buffer.alloc(4)
  length.writeUInt32LE(bytes.length)
  return Buffer.concat([length, bytes])
}

type PageSpec = {
  readonly data: Uint8Array
  /** Instead of the data's own length. */
  readonly unpacked?: number
  readonly packed?: number
} & Struct

/** A page: its header, with the lengths of its data, then the data. */
const page = (type: number, { data, unpacked = data.length, packed = data.length, ...more }: PageSpec) =>
  Buffer.concat([thrift({ field_1: type, field_2: unpacked, field_3: packed, ...more }), data])

type Sizes = Pick<PageSpec, 'unpacked' | 'packed'>

export const dataPage = (values: number, encoding: number, data: Uint8Array, sizes: Sizes = {}): Buffer =>
  page(0, { data, ...sizes, field_5: { field_1: values, field_2: encoding, field_3: 3, field_4: 3 } })

export const dictionaryPage = (values: number, data: Uint8Array): Buffer =>
  page(2, { data, field_7: { field_1: values, field_2: 0 } })

/** Of the second version. */
export const dataPage2 = (
  about: {
    values: number
    nulls?: number
    rows?: number
    encoding: number
    definition?: number
    repetition?: number
    packed?: boolean
  },
  data: Uint8Array,
  sizes: Sizes = {},
): Buffer => {
  const { values, nulls = 0, rows = values, encoding, definition = 0, repetition = 0, packed = true } = about
  return page(3, {
    data,
    ...sizes,
    field_8: {
      field_1: values,
      field_2: nulls,
      field_3: rows,
      field_4: encoding,
      field_5: definition,
      field_6: repetition,
      field_7: packed,
    },
  })
}

export const element = (
  name: string,
  parts: { type?: number; repetition?: number; children?: number; bytes?: number } = {},
): Struct => ({
  ...(parts.type !== undefined && { field_1: parts.type }),
  ...(parts.bytes !== undefined && { field_2: parts.bytes }),
  field_3: parts.repetition ?? REPETITION.required,
  field_4: name,
  ...(parts.children !== undefined && { field_5: parts.children }),
})

export type ColumnSpec = {
  readonly path: readonly string[]
  readonly type?: number
  readonly codec?: number
  readonly values: number
  /** Where in the file it begins; its bytes are the whole of `bytes`. */
  readonly at?: number
  readonly length?: number
  readonly dictionary?: boolean
}

export const rowGroup = (rows: number | bigint, columns: readonly ColumnSpec[]): Struct => ({
  field_1: columns.map(
    ({ path, type = TYPE.bytes, codec = CODEC.none, values, at = 4, length = 0, dictionary }) => ({
      field_2: 0n,
      field_3: {
        field_1: type,
        field_2: [0],
        field_3: [...path],
        field_4: codec,
        field_5: BigInt(values),
        field_6: BigInt(length),
        field_7: BigInt(length),
        field_9: BigInt(at),
        ...(dictionary === true && { field_11: BigInt(at) }),
      },
    }),
  ),
  field_2: 0n,
  field_3: BigInt(rows),
})

/** Any bytes as the footer of a file that holds `content`. */
export const withFooter = (content: Uint8Array, footer: Uint8Array): Buffer => {
  const length = Buffer.alloc(4)
  length.writeUInt32LE(footer.length)
  return Buffer.concat([Buffer.from('PAR1'), content, footer, length, Buffer.from('PAR1')])
}

export const aParquetFile = (
  schema: readonly Struct[],
  rowGroups: readonly Struct[],
  content: Uint8Array = Buffer.alloc(0),
): Buffer =>
  withFooter(
    content,
    thrift({ field_1: 1, field_2: [...schema], field_3: 1n, field_4: [...rowGroups], field_6: 'hostile' }),
  )

/** A file of one column and one row group, made of these pages. */
export const oneColumn = (
  pages: readonly Uint8Array[],
  parts: {
    type?: number
    repetition?: number
    bytes?: number
    codec?: number
    values: number
    rows?: number
  },
): Buffer => {
  const content = Buffer.concat(pages)
  const { type = TYPE.bytes, codec = CODEC.none, values, rows = values } = parts
  return aParquetFile(
    [element('root', { children: 1 }), element('v', { ...parts, type })],
    [rowGroup(rows, [{ path: ['v'], type, codec, values, length: content.length }])],
    content,
  )
}
