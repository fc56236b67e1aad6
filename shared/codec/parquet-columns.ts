import type { SchemaElement } from 'hyparquet'
import { OWN_COLUMNS, type PromotedColumn } from '../domain/dataset.ts'
import type { ArchiveRecord, PromotedValue } from '../domain/record.ts'

type PromotedKind = Pick<PromotedColumn, 'name' | 'type'>

/** How the library is handed one column of one row group. */
export type ColumnData = {
  name: string
  data: unknown[]
  encoding?: 'PLAIN' | 'DELTA_BINARY_PACKED'
  statistics?: boolean
}

const STRING = { type: 'BYTE_ARRAY', converted_type: 'UTF8', logical_type: { type: 'STRING' } } as const
const TIMESTAMP = {
  type: 'INT64',
  converted_type: 'TIMESTAMP_MILLIS',
  logical_type: { type: 'TIMESTAMP', isAdjustedToUTC: true, unit: 'MILLIS' },
} as const

const PROMOTED = {
  string: STRING,
  integer: { type: 'INT64' },
  number: { type: 'DOUBLE' },
  boolean: { type: 'BOOLEAN' },
  timestamp: TIMESTAMP,
} as const

/** The Parquet schema of segments with these promoted columns. Names that clash are an error. */
export const segmentSchema = (promoted: readonly PromotedKind[]): SchemaElement[] => {
  const names: string[] = [...OWN_COLUMNS, ...promoted.map(({ name }) => name)]
  const twice = names.find((name, at) => names.indexOf(name) !== at)
  if (twice !== undefined) throw new Error(`segment columns: two are named ${JSON.stringify(twice)}`)
  return [
    { name: 'icecore', num_children: names.length },
    { name: 'id', ...STRING, repetition_type: 'REQUIRED' },
    { name: 'time', ...TIMESTAMP, repetition_type: 'REQUIRED' },
    { name: 'body', ...STRING, repetition_type: 'REQUIRED' },
    { name: 'header', ...STRING, repetition_type: 'OPTIONAL' },
    { name: 'arrived', ...TIMESTAMP, repetition_type: 'REQUIRED' },
    { name: 'version', ...STRING, repetition_type: 'OPTIONAL' },
    ...promoted.map(
      ({ name, type }): SchemaElement => ({ name, ...PROMOTED[type], repetition_type: 'OPTIONAL' }),
    ),
  ]
}

const isInt64 = (value: bigint) => BigInt.asIntN(64, value) === value

/** A promoted value as its column stores it; null when it is not of the column's type. */
const storedValue = (value: PromotedValue, type: PromotedKind['type']): PromotedValue => {
  switch (type) {
    case 'string':
      return typeof value === 'string' ? value : null
    case 'boolean':
      return typeof value === 'boolean' ? value : null
    case 'number':
      return typeof value === 'number' ? value : null
    default: {
      const integer = typeof value === 'number' && Number.isSafeInteger(value) ? BigInt(value) : value
      return typeof integer === 'bigint' && isInt64(integer) ? integer : null
    }
  }
}

/** Texts in UTF-8, each of them once: the library's own encoder takes several times as long. */
const utf8Of = (texts: readonly (string | null)[]): (Buffer | null)[] => {
  const known = new Map<string, Buffer>()
  return texts.map((text) => {
    if (text === null) return null
    const found = known.get(text)
    if (found !== undefined) return found
    const bytes = Buffer.from(text)
    known.set(text, bytes)
    return bytes
  })
}

const promotedData = (records: readonly ArchiveRecord[], type: PromotedKind['type'], at: number) => {
  const values = records.map(({ promoted }) => storedValue(promoted[at] ?? null, type))
  return type === 'string'
    ? utf8Of(values.map((value) => (typeof value === 'string' ? value : null)))
    : values
}

/** Turns records into columns; `bodies` are their bodies in UTF-8. Statistics of bodies would only take room. */
export const columnsOf = (
  records: readonly ArchiveRecord[],
  bodies: readonly Uint8Array[],
  promoted: readonly PromotedKind[],
): ColumnData[] => [
  { name: 'id', data: records.map(({ id }) => Buffer.from(id)) },
  { name: 'time', data: records.map(({ time }) => BigInt(time)), encoding: 'DELTA_BINARY_PACKED' },
  { name: 'body', data: [...bodies], encoding: 'PLAIN', statistics: false },
  { name: 'header', data: utf8Of(records.map(({ header }) => header)), statistics: false },
  { name: 'arrived', data: records.map(({ arrived }) => BigInt(arrived)), encoding: 'DELTA_BINARY_PACKED' },
  { name: 'version', data: utf8Of(records.map(({ version }) => version)) },
  ...promoted.map(({ name, type }, at) => ({ name, data: promotedData(records, type, at) })),
]
