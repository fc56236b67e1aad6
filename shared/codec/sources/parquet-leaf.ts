import { isUtf8 } from 'node:buffer'
import type { SchemaElement } from 'hyparquet'
import { parseFloat16 } from 'hyparquet/src/convert.js'

const TICKS = { MILLIS: 1_000n, MICROS: 1_000_000n, NANOS: 1_000_000_000n } as const
type Unit = keyof typeof TICKS

const DAY_SECONDS = 86_400n
const DAY_MS = 86_400_000

const quote = (text: string): string => JSON.stringify(text)

/** Division towards the past, so that the remainder is never negative. */
const split = (value: bigint, by: bigint): [bigint, bigint] => {
  const rest = ((value % by) + by) % by
  return [(value - rest) / by, rest]
}

const fraction = (ticks: bigint, unit: Unit): string =>
  String(ticks).padStart(String(TICKS[unit]).length - 1, '0')

const clock = (seconds: bigint): string => new Date(Number(seconds) * 1000).toISOString().slice(11, 19)

/** With as many digits behind the second as the unit has. Beyond the calendar of `Date` (the year 275760): the number. */
const timestamp = (value: bigint, unit: Unit, zone: string): string => {
  const [seconds, ticks] = split(value, TICKS[unit])
  const date = new Date(Number(seconds) * 1000)
  if (Number.isNaN(date.getTime())) return String(value)
  return quote(`${date.toISOString().slice(0, -5)}.${fraction(ticks, unit)}${zone}`)
}

const timeOfDay = (value: bigint, unit: Unit): string => {
  const [seconds, ticks] = split(value, TICKS[unit])
  if (seconds < 0n || seconds >= DAY_SECONDS) return String(value)
  return quote(`${clock(seconds)}.${fraction(ticks, unit)}`)
}

const day = (value: number): string => {
  const date = new Date(value * DAY_MS)
  return Number.isNaN(date.getTime()) ? String(value) : quote(date.toISOString().slice(0, -14))
}

const decimal = (unscaled: bigint, scale: number): string => {
  const digits = String(unscaled < 0n ? -unscaled : unscaled).padStart(scale + 1, '0')
  const sign = unscaled < 0n ? '-' : ''
  const cut = digits.length - scale
  return quote(scale === 0 ? sign + digits : `${sign}${digits.slice(0, cut)}.${digits.slice(cut)}`)
}

const bigEndian = (bytes: Uint8Array): bigint =>
  bytes.length === 0 ? 0n : BigInt.asIntN(8 * bytes.length, BigInt(`0x${Buffer.from(bytes).toString('hex')}`))

const real = (value: number): string => {
  if (Object.is(value, -0)) return '-0'
  return Number.isFinite(value) ? String(value) : quote(String(value))
}

const uuid = (bytes: Uint8Array): string =>
  Buffer.from(bytes)
    .toString('hex')
    .replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-')

const unitOf = ({ converted_type, logical_type }: SchemaElement): Unit =>
  logical_type?.type === 'TIMESTAMP' || logical_type?.type === 'TIME'
    ? logical_type.unit
    : converted_type?.endsWith('MICROS')
      ? 'MICROS'
      : 'MILLIS'

const integerText = (value: bigint, element: SchemaElement): string => {
  const { converted_type: converted, logical_type: logical } = element
  if (converted === 'DECIMAL' || logical?.type === 'DECIMAL')
    return decimal(value, logical?.type === 'DECIMAL' ? logical.scale : (element.scale ?? 0))
  if (converted === 'DATE' || logical?.type === 'DATE') return day(Number(value))
  if (logical?.type === 'TIMESTAMP')
    return timestamp(value, unitOf(element), logical.isAdjustedToUTC ? 'Z' : '')
  if (converted?.startsWith('TIMESTAMP')) return timestamp(value, unitOf(element), 'Z')
  if (converted?.startsWith('TIME') || logical?.type === 'TIME') return timeOfDay(value, unitOf(element))
  const unsigned = converted?.startsWith('UINT') || (logical?.type === 'INTEGER' && !logical.isSigned)
  return String(unsigned ? BigInt.asUintN(element.type === 'INT32' ? 32 : 64, value) : value)
}

/** JSON within JSON: as it is, on one line. Line breaks in valid JSON stand between values only. */
const embedded = (text: string): string => {
  try {
    JSON.parse(text)
    return text.replace(/[\r\n]/g, ' ')
  } catch {
    // not JSON after all: its text
    return quote(text)
  }
}

const isText = ({ converted_type, logical_type }: SchemaElement): boolean =>
  converted_type === 'UTF8' ||
  converted_type === 'ENUM' ||
  logical_type?.type === 'STRING' ||
  logical_type?.type === 'ENUM'

const bytesText = (bytes: Uint8Array, element: SchemaElement, onInvalid: () => void): string => {
  const { converted_type: converted, logical_type: logical } = element
  if (converted === 'DECIMAL' || logical?.type === 'DECIMAL') return integerText(bigEndian(bytes), element)
  if (logical?.type === 'UUID') return quote(uuid(bytes))
  if (logical?.type === 'FLOAT16') return real(Number(parseFloat16(bytes)))
  const json = converted === 'JSON' || logical?.type === 'JSON'
  if (json || isText(element)) {
    const text = Buffer.from(bytes).toString('utf8')
    if (isUtf8(bytes)) return json ? embedded(text) : quote(text)
    onInvalid()
  }
  return quote(Buffer.from(bytes).toString('base64'))
}

/**
 * One value of a column as JSON, from its physical form. Integers by all their digits; decimals as text with all their
 * places; dates and times as ISO text with the precision of the column (`Z` when adjusted to UTC); UUIDs as text; binary as
 * base64; NaN and the infinities as text; a JSON column's value as it is.
 * @param onInvalid called when text is not UTF-8, which then comes as base64.
 */
export const leafText = (value: unknown, element: SchemaElement, onInvalid: () => void): string => {
  if (value === null || value === undefined) return 'null'
  if (typeof value === 'boolean') return String(value)
  if (value instanceof Uint8Array) return bytesText(value, element, onInvalid)
  if (element.type === 'INT96' && typeof value === 'bigint') return timestamp(value, 'NANOS', 'Z')
  if (typeof value === 'bigint') return integerText(value, element)
  if (typeof value === 'number')
    return element.type === 'INT32' ? integerText(BigInt(value), element) : real(value)
  throw new TypeError(`parquet column ${element.name}: a value of type ${typeof value}`)
}
