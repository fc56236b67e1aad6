import type { PromotedType } from '../domain/dataset.ts'
import { MAX_TIME, MIN_TIME } from '../domain/partition.ts'
import type { PromotedValue } from '../domain/record.ts'
import { parseIsoTime } from './parse-time.ts'

const INTEGER = /^-?\d{1,20}$/
const NUMBER = /^-?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d{1,3})?$/

const timestamp = (time: number | undefined): number | null =>
  time !== undefined && time >= MIN_TIME && time <= MAX_TIME ? time : null

/** Digits → a number where that is exact, else a bigint; null beyond 64 bits. Minus zero is zero. */
const integer = (digits: string | undefined): PromotedValue => {
  if (digits === undefined || !INTEGER.test(digits)) return null
  const value = BigInt(digits)
  if (BigInt.asIntN(64, value) !== value) return null
  const number = Number(value)
  return Number.isSafeInteger(number) ? number : value
}

/**
 * The column value of a JSON value; null when it is missing or not of the type. `source` gives the value's text, which is
 * asked for only where `JSON.parse` was not exact. A `timestamp` is ISO text or a whole number of ms.
 */
export const promoteJson = (
  value: unknown,
  type: PromotedType,
  source: () => string | undefined,
): PromotedValue => {
  switch (type) {
    case 'string':
      return typeof value === 'string' && value.isWellFormed() ? value : null
    case 'boolean':
      return typeof value === 'boolean' ? value : null
    case 'number':
      return typeof value === 'number' && Number.isFinite(value) ? value : null
    case 'timestamp':
      if (typeof value === 'string') return timestamp(parseIsoTime(value))
      return typeof value === 'number' && Number.isInteger(value) ? timestamp(value + 0) : null
    case 'integer':
      if (typeof value !== 'number') return null
      return Number.isSafeInteger(value) ? value + 0 : integer(source())
  }
}

/** The column value of a CSV field; null when it is empty or not of the type. */
export const promoteText = (text: string, type: PromotedType): PromotedValue => {
  switch (type) {
    case 'string':
      return text === '' ? null : text
    case 'boolean':
      return text === 'true' || text === 'false' ? text === 'true' : null
    case 'number': {
      const value = NUMBER.test(text) ? Number(text) : Number.NaN
      return Number.isFinite(value) ? value : null
    }
    case 'timestamp':
      return timestamp(parseIsoTime(text) ?? (INTEGER.test(text) ? Number(text) : undefined))
    case 'integer':
      return integer(text)
  }
}
