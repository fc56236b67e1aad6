import { compareNumbers, type ExactNumber, type WantedNumber, wantedNumberOf } from './exact-number.ts'
import type { Comparison, FilterValue } from './filter.ts'

/** An array or an object: it is there, and nothing compares with it. */
export const NESTED = Symbol('nested')

/** The value of a field; null when it is missing or null. */
export type FieldValue = string | boolean | ExactNumber | typeof NESTED | null

/** What a comparison says of a value, by the value's type. Where a member is missing it says no. */
export type ValueTest = {
  readonly text?: (value: string) => boolean
  readonly number?: (value: ExactNumber) => boolean
  readonly boolean?: (value: boolean) => boolean
  /** Of every value, whatever it is, and of none. */
  readonly exists?: boolean
  /** One that asks for equality: a text that is also a number may be equal as either. */
  readonly isEquality?: boolean
}

const ORDERS = {
  lt: (order: number) => order < 0,
  lte: (order: number) => order <= 0,
  gt: (order: number) => order > 0,
  gte: (order: number) => order >= 0,
} as const

/** Text by its UTF-16 units, as ids are ordered in a segment. */
const orderOfText = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0)

const ordered = (value: FilterValue, holds: (order: number) => boolean): ValueTest => {
  const wanted = wantedNumberOf(value)
  return {
    ...(typeof value === 'string' && { text: (found) => holds(orderOfText(found, value)) }),
    ...(wanted && { number: (found) => holds(compareNumbers(found, wanted)) }),
  }
}

const isNumber = (value: WantedNumber | undefined): value is WantedNumber => value !== undefined

const oneOf = (values: readonly FilterValue[]): ValueTest => {
  const texts = new Set<FilterValue>(values.filter((value) => typeof value === 'string'))
  const booleans = new Set<FilterValue>(values.filter((value) => typeof value === 'boolean'))
  const wanted = values.map(wantedNumberOf).filter(isNumber)
  const plain = new Set(wanted.map((one) => one.plain))
  // an integer is a number where that is exact, else a bigint, in a column and in a filter alike
  const number = (found: ExactNumber): boolean =>
    typeof found === 'object' ? wanted.some((one) => compareNumbers(found, one) === 0) : plain.has(found)
  return {
    isEquality: true,
    ...(texts.size > 0 && { text: (found) => texts.has(found) }),
    ...(wanted.length > 0 && { number }),
    ...(booleans.size > 0 && { boolean: (found) => booleans.has(found) }),
  }
}

/** A comparison as a test of values. Made once, asked for each record. */
export const testOf = (comparison: Comparison): ValueTest => {
  if ('eq' in comparison) return oneOf([comparison.eq])
  if ('in' in comparison) return oneOf(comparison.in)
  if ('lt' in comparison) return ordered(comparison.lt, ORDERS.lt)
  if ('lte' in comparison) return ordered(comparison.lte, ORDERS.lte)
  if ('gt' in comparison) return ordered(comparison.gt, ORDERS.gt)
  if ('gte' in comparison) return ordered(comparison.gte, ORDERS.gte)
  if ('exists' in comparison) return { exists: comparison.exists }
  const { prefix } = comparison
  return { text: (found) => found.startsWith(prefix) }
}

/** What a test says of a value. */
export const holdsOf = ({ text, number, boolean, exists }: ValueTest, value: FieldValue): boolean => {
  if (exists !== undefined) return (value !== null) === exists
  if (value === null || value === NESTED) return false
  if (typeof value === 'string') return text?.(value) ?? false
  if (typeof value === 'boolean') return boolean?.(value) ?? false
  return number?.(value) ?? false
}
