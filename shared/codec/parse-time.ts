import type { TimeUnit } from '../domain/dataset.ts'

const ISO =
  /^(\d{4})-(\d{2})-(\d{2})(?:[T ](\d{2}):(\d{2})(?::(\d{2})(?:[.,](\d+))?)?(Z|z|[+-]\d{2}(?::?\d{2})?)?)?$/

const DAYS = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31] as const

const daysInMonth = (year: number, month: number): number =>
  month === 2 && year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0) ? 29 : Number(DAYS[month - 1])

/** `Date.UTC` takes the years 0 to 99 for 1900 to 1999. */
const utc = (year: number, month: number, day: number): number =>
  year > 99 ? Date.UTC(year, month - 1, day) : new Date(0).setUTCFullYear(year, month - 1, day)

/** Fields → ms since 1970, by UTC; undefined when no calendar or clock has them. */
const timeOf = (
  [year, month, day]: readonly [number, number, number],
  [hour, minute, second, millis]: readonly [number, number, number, number],
): number | undefined => {
  if (month < 1 || month > 12 || day < 1 || day > daysInMonth(year, month)) return undefined
  if (hour > 23 || minute > 59 || second > 59) return undefined
  return utc(year, month, day) + hour * 3_600_000 + minute * 60_000 + second * 1000 + millis
}

/** The digits from `start` to `end` as a number; not a number when another character is among them. */
const digits = (text: string, start: number, end: number): number => {
  let value = 0
  for (let at = start; at < end; at += 1) {
    const digit = text.charCodeAt(at) - 0x30
    value = digit >= 0 && digit <= 9 ? 10 * value + digit : Number.NaN
  }
  return value
}

const isUsual = (text: string): boolean =>
  text.length === 24 &&
  text[4] === '-' &&
  text[7] === '-' &&
  text[10] === 'T' &&
  text[13] === ':' &&
  text[16] === ':' &&
  text[19] === '.' &&
  text[23] === 'Z'

/** What `toISOString` writes, which is most of what comes, without the regular expression: a fifth of its time. */
const parseUsual = (text: string): number | undefined => {
  const date = [digits(text, 0, 4), digits(text, 5, 7), digits(text, 8, 10)] as const
  const clock = [
    digits(text, 11, 13),
    digits(text, 14, 16),
    digits(text, 17, 19),
    digits(text, 20, 23),
  ] as const
  const time = timeOf(date, clock)
  return Number.isNaN(time) ? undefined : time
}

const zoneOffset = (zone: string): number | undefined => {
  if (zone === '' || zone === 'Z' || zone === 'z') return 0
  const [hours, minutes] = [Number(zone.slice(1, 3)), Number(zone.slice(3).replace(':', '') || '0')]
  if (hours > 23 || minutes > 59) return undefined
  return (zone.startsWith('-') ? -1 : 1) * (hours * 60 + minutes) * 60_000
}

/**
 * ISO 8601 text → ms since 1970 UTC. Without a zone it is UTC; a date alone is its midnight; what is finer than a millisecond
 * is cut off. Undefined when the text is no such time.
 */
export const parseIsoTime = (text: string): number | undefined => {
  if (isUsual(text)) return parseUsual(text)
  const match = ISO.exec(text)
  if (match === null) return undefined
  const [year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0] = match
    .slice(1, 7)
    .map((part) => Number(part ?? 0))
  const offset = zoneOffset(match[8] ?? '')
  if (offset === undefined) return undefined
  const millis = Number((match[7] ?? '').slice(0, 3).padEnd(3, '0'))
  const time = timeOf([year, month, day], [hour, minute, second, millis])
  return time === undefined ? undefined : time - offset
}

const DECIMAL = /^-?\d{1,16}(?:\.(\d+))?$/

/** Decimal text of a number of seconds or milliseconds → ms, finer parts cut off towards the past. */
const scaleDecimal = (text: string, unit: 's' | 'ms'): number | undefined => {
  const match = DECIMAL.exec(text)
  if (match === null) return undefined
  const fraction = match[1] ?? ''
  const places = unit === 's' ? 3 : 0
  const whole = fraction === '' ? text : text.slice(0, -fraction.length - 1)
  const scaled = Number(whole + fraction.slice(0, places).padEnd(places, '0'))
  const cut = text.startsWith('-') && /[1-9]/.test(fraction.slice(places))
  return (cut ? scaled - 1 : scaled) + 0
}

/** A JSON value → ms by unit: `iso` takes text, `ms` and `s` take a number. Undefined when it is no such time. */
export const parseJsonTime = (value: unknown, unit: TimeUnit): number | undefined => {
  if (unit === 'iso') return typeof value === 'string' ? parseIsoTime(value) : undefined
  if (typeof value !== 'number' || !Number.isFinite(value)) return undefined
  const scaled = unit === 'ms' ? value : value * 1000
  if (Number.isSafeInteger(value) && Number.isSafeInteger(scaled)) return scaled + 0
  // too large for any calendar, but a number: the caller says that it is out of range
  if (Math.abs(scaled) >= 1e15) return scaled
  // the shortest decimal of the number, so that 1700000000.123 s is not cut to .122
  return Math.abs(value) < 1e-6 ? Math.floor(scaled) : scaleDecimal(String(value), unit)
}

/** The text of a CSV field → ms by unit. Undefined when it is no such time. */
export const parseTextTime = (text: string, unit: TimeUnit): number | undefined =>
  unit === 'iso' ? parseIsoTime(text) : scaleDecimal(text, unit)
