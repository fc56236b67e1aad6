import { type FieldValue, holdsOf, NESTED, type ValueTest } from '../domain/compare-value.ts'
import type { TextPlace } from '../domain/record.ts'
import { valueOfSource } from './body-field.ts'
import { isIndex, pointerTokens } from './json-pointer.ts'

/** Of a JSON body as it was read, without making text of it: false only where a comparison surely does not hold. */
export type BodyScan = (body: TextPlace) => boolean

const QUOTE = 0x22
const COMMA = 0x2c
const ZERO = 0x30
const NINE = 0x39
const COLON = 0x3a
const OPEN_BRACKET = 0x5b
const BACKSLASH = 0x5c
const CLOSE_BRACKET = 0x5d
const OPEN_BRACE = 0x7b
const CLOSE_BRACE = 0x7d

/** Digits of an integer that a JavaScript number holds, whatever they are. */
const MOST_DIGITS = 15

const isSpace = (byte: number | undefined) => byte === 0x20 || byte === 0x0a || byte === 0x0d || byte === 0x09

const endsScalar = (byte: number | undefined) =>
  byte === COMMA || byte === CLOSE_BRACE || byte === CLOSE_BRACKET || isSpace(byte)

/** Finds bytes in one body of a page after the other: what lies between two finds is gone through once. */
const makeFinder = (wanted: Buffer | number) => {
  let page: Buffer | undefined
  let [from, found] = [0, 0]
  /** Where they begin at or behind `start`; the page's end where they are no more. */
  return (inside: Buffer, start: number): number => {
    if (inside === page && from <= start && start <= found) return found
    const place = inside.indexOf(wanted, start)
    page = inside
    from = start
    found = place < 0 ? inside.length : place
    return found
  }
}

const skipSpace = (page: Buffer, from: number, end: number): number => {
  let at = from
  while (at < end && isSpace(page[at])) at += 1
  return at
}

/** Most numbers have few digits and no point. */
const shortInteger = (page: Buffer, from: number, end: number): number | undefined => {
  let [at, number] = [from, 0]
  for (; at < end; at += 1) {
    const byte = Number(page[at])
    if (byte < ZERO || byte > NINE) break
    number = 10 * number + byte - ZERO
  }
  const digits = at - from
  const isPlain = digits > 0 && digits <= MOST_DIGITS && (digits === 1 || page[from] !== ZERO)
  return isPlain && (at === end || endsScalar(page[at])) ? number : undefined
}

/** The value that begins there, in a document without a backslash. Of what is no JSON, anything. */
const valueAt = (page: Buffer, from: number, end: number): FieldValue => {
  switch (page[from]) {
    case OPEN_BRACE:
    case OPEN_BRACKET:
      return NESTED
    case QUOTE: {
      const close = page.indexOf(QUOTE, from + 1)
      return page.toString('utf8', from + 1, close < 0 ? end : Math.min(close, end))
    }
    default: {
      const number = shortInteger(page, from, end)
      if (number !== undefined) return number
      let at = from
      while (at < end && !endsScalar(page[at])) at += 1
      return valueOfSource(page.toString('utf8', from, at))
    }
  }
}

/**
 * Looks at every value that stands behind the last name of a pointer, wherever in the body: where the comparison holds of none, it does
 * not hold of the one that the pointer leads to. Bodies with a backslash are left to those who parse them, for a name may be written
 * with escapes. Undefined where the name tells nothing: of an element, or where a missing value is wanted.
 */
export const makeBodyScan = (pointer: string, test: ValueTest): BodyScan | undefined => {
  const name = pointerTokens(pointer)?.at(-1)
  const isWritten = name !== undefined && JSON.stringify(name) === `"${name}"` && !isIndex(name)
  if (!isWritten || holdsOf(test, null)) return undefined
  // not from the quote before it on: of quotes a document is full
  const wanted = Buffer.from(`${name}"`)
  const nextName = makeFinder(wanted)
  const nextBackslash = makeFinder(BACKSLASH)

  const mayHoldBehind = (page: Buffer, from: number, end: number): boolean => {
    const colon = skipSpace(page, from, end)
    if (colon >= end || page[colon] !== COLON) return false
    const start = skipSpace(page, colon + 1, end)
    return start < end && holdsOf(test, valueAt(page, start, end))
  }

  return ({ page, start, end }) => {
    if (nextBackslash(page, start) < end) return true
    for (let at = nextName(page, start); at < end; at = nextName(page, at + 1))
      if (at > start && page[at - 1] === QUOTE && mayHoldBehind(page, at + wanted.length, end)) return true
    return false
  }
}
