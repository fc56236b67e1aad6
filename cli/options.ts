import { parseIsoTime } from '../shared/codec/parse-time.ts'
import { parseDuration } from '../shared/domain/duration.ts'
import { WrongUsage } from './failure.ts'

/** Values of options, read; what was expected is said of those that are wrong. */

export const readLimit = (text: string): number => {
  if (text === 'all') return Number.POSITIVE_INFINITY
  if (/^[1-9]\d{0,6}$/.test(text)) return Number(text)
  throw new WrongUsage(`--limit: expected a number from 1, or all, got ${JSON.stringify(text)}`)
}

const MS = /^-?\d{9,16}$/

/** ISO 8601, in UTC unless it says otherwise, or ms since 1970. In ms; undefined where it is not given. */
export const readTime = (name: string, text: string | undefined): number | undefined => {
  if (text === undefined) return undefined
  const time = MS.test(text) ? Number(text) : parseIsoTime(text)
  if (time !== undefined) return time
  throw new WrongUsage(`--${name}: expected a time such as 2026-11-24T00:00:00Z, got ${JSON.stringify(text)}`)
}

/** Whole days. */
export const readDays = (text: string): number => {
  if (/^[1-9]\d{0,3}$/.test(text)) return Number(text)
  throw new WrongUsage(`--keep-days: expected a number of days from 1, got ${JSON.stringify(text)}`)
}

/** US dollars; undefined where they are not given. */
export const readDollars = (name: string, text: string | undefined): number | undefined => {
  if (text === undefined) return undefined
  if (/^\d{1,9}(\.\d{1,9})?$/.test(text)) return Number(text)
  throw new WrongUsage(`--${name}: expected US dollars such as 1.50, got ${JSON.stringify(text)}`)
}

/** A time as the API takes it; undefined where it is not given. */
export const readInstant = (name: string, text: string | undefined): string | undefined => {
  const time = readTime(name, text)
  return time === undefined ? undefined : new Date(time).toISOString()
}

export const readOneOf = <Name extends string>(
  option: string,
  names: readonly Name[],
  text: string | undefined,
): Name | undefined => {
  const found = names.find((name) => name === text)
  if (found !== undefined || text === undefined) return found
  throw new WrongUsage(`--${option}: expected one of ${names.join(', ')}, got ${JSON.stringify(text)}`)
}

/** An age, or how long something is kept, in ms. */
export const readAge = (name: string, text: string): number => {
  const age = parseDuration(text)
  if (age !== undefined && age > 0) return age
  throw new WrongUsage(`--${name}: expected a duration such as 7y, got ${JSON.stringify(text)}`)
}

/** A time to wait, in seconds. */
export const readSeconds = (name: string, text: string): number => {
  const seconds = Number(text)
  if (Number.isInteger(seconds) && seconds > 0 && seconds <= 86_400) return seconds
  throw new WrongUsage(`--${name}: expected seconds, from 1 to 86400, got ${JSON.stringify(text)}`)
}
