/** A decimal number of any length: 0.`digits` times ten to the `magnitude`; `digits` begins and ends with none that is 0. */
export type Decimal = { readonly sign: -1 | 0 | 1; readonly magnitude: number; readonly digits: string }

/** A number as it is written. `number` only where that is exact, or where no other text would be the same number. */
export type ExactNumber = number | bigint | Decimal

/** A number to compare with, in both its forms. */
export type WantedNumber = { readonly plain: number | bigint; readonly decimal: Decimal }

const DECIMAL = /^(-?)(\d*)(?:\.(\d*))?(?:[eE]([+-]?\d+))?$/
const ZERO = 0x30

/** JSON's numbers, and those that begin or end with a point. Undefined for what is no number. */
export const decimalOf = (text: string): Decimal | undefined => {
  const match = DECIMAL.exec(text)
  if (match === null) return undefined
  const [, minus, whole = '', fraction = '', exponent = '0'] = match
  const all = whole + fraction
  if (all === '') return undefined
  let [start, end] = [0, all.length]
  while (start < end && all.charCodeAt(start) === ZERO) start += 1
  while (end > start && all.charCodeAt(end - 1) === ZERO) end -= 1
  if (start === end) return { sign: 0, magnitude: 0, digits: '' }
  return {
    sign: minus === '-' ? -1 : 1,
    magnitude: whole.length - start + Number(exponent),
    digits: all.slice(start, end),
  }
}

/**
 * The number that a text is, exactly; undefined for what is no number. Below 2^53 a text that JavaScript would print itself stands
 * for one number alone, and compares as that.
 */
export const exactNumberOf = (text: string): ExactNumber | undefined => {
  const number = Number(text)
  return Math.abs(number) <= Number.MAX_SAFE_INTEGER && String(number) === text ? number : decimalOf(text)
}

const compare = <T extends number | bigint | string>(a: T, b: T): number => (a < b ? -1 : a > b ? 1 : 0)

const compareDecimals = (a: Decimal, b: Decimal): number =>
  a.sign !== b.sign
    ? compare(a.sign, b.sign)
    : a.sign * (compare(a.magnitude, b.magnitude) || compare(a.digits, b.digits))

/** Below 0 for a number less than the wanted one, 0 for the same, above 0 for a greater one. */
export const compareNumbers = (value: ExactNumber, wanted: WantedNumber): number =>
  typeof value === 'object' ? compareDecimals(value, wanted.decimal) : compare(value, wanted.plain)

const DIGITS = /^-?[1-9]\d{15,}$/

/**
 * The number that a filter's value stands for: a number, or the digits of an integer that no JavaScript number holds. Undefined
 * for every other text.
 */
export const wantedNumberOf = (value: string | number | boolean): WantedNumber | undefined => {
  const isBeyond = typeof value === 'string' && DIGITS.test(value) && !Number.isSafeInteger(Number(value))
  if (typeof value !== 'number' && !isBeyond) return undefined
  const decimal = decimalOf(String(value))
  return decimal && { plain: isBeyond ? BigInt(value) : Number(value), decimal }
}
