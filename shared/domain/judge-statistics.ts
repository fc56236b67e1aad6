import { compareNumbers, type WantedNumber, wantedNumberOf } from './exact-number.ts'
import type { Comparison, Filter, FilterValue } from './filter.ts'
import { compileFilter, type Verdict } from './filter-logic.ts'

export type Bound = string | number | bigint | boolean

/** What is known of the values of one field in a set of records, without reading any. */
export type FieldStatistics = {
  /** Every value that is there lies within. Null: there is none. Undefined: nothing is known of them. */
  readonly range: { readonly min: Bound; readonly max: Bound } | null | undefined
  /** Whether the field may be missing in some record. */
  readonly mayLack: boolean
}

/** By field; undefined for one of which nothing is known. */
export type Statistics = (field: string) => FieldStatistics | undefined

type Span = { readonly min: Bound; readonly max: Bound }

/** In which order the ends of a span lie to a value; undefined where they do not compare. */
type Place = { readonly min: number; readonly max: number }

const SURROGATES_BEGIN = 0xd800

/**
 * Parquet orders text by code points and icecore by UTF-16 units. A text without surrogates or what comes after them has the
 * same place in both.
 */
const hasOnePlace = (text: string): boolean => {
  for (let at = 0; at < text.length; at += 1) if (text.charCodeAt(at) >= SURROGATES_BEGIN) return false
  return true
}

const order = <T extends string | boolean>(a: T, b: T): number => (a < b ? -1 : a > b ? 1 : 0)

const isNumeric = (bound: Bound): bound is number | bigint =>
  typeof bound === 'number' || typeof bound === 'bigint'

const placeOfNumber = ({ min, max }: Span, wanted: WantedNumber | undefined): Place | undefined =>
  wanted && isNumeric(min) && isNumeric(max)
    ? { min: compareNumbers(min, wanted), max: compareNumbers(max, wanted) }
    : undefined

type Makers = { readonly place: (span: Span) => Place | undefined; readonly isSure: boolean }

/** `isSure`: where nothing compares, nothing is equal; else nothing is known. */
const placing = (value: FilterValue): Makers => {
  const wanted = wantedNumberOf(value)
  const isSure = typeof value !== 'string' || hasOnePlace(value)
  const place = (span: Span): Place | undefined => {
    const { min, max } = span
    if (typeof value === 'string' && typeof min === 'string' && typeof max === 'string')
      return isSure ? { min: order(min, value), max: order(max, value) } : undefined
    if (typeof value === 'boolean' && typeof min === 'boolean' && typeof max === 'boolean')
      return { min: order(min, value), max: order(max, value) }
    return placeOfNumber(span, wanted)
  }
  return { place, isSure }
}

/** What a comparison says of every value within a span. */
type OnSpan = (span: Span) => Verdict

const onPlace = (value: FilterValue, decide: (place: Place) => Verdict): OnSpan => {
  const { place, isSure } = placing(value)
  return (span) => {
    const found = place(span)
    return found === undefined ? (isSure ? false : undefined) : decide(found)
  }
}

const equal = ({ min, max }: Place): Verdict =>
  min > 0 || max < 0 ? false : min === 0 && max === 0 ? true : undefined

const ORDERED = {
  lt: ({ min, max }: Place): Verdict => (min >= 0 ? false : max < 0 ? true : undefined),
  lte: ({ min, max }: Place): Verdict => (min > 0 ? false : max <= 0 ? true : undefined),
  gt: ({ min, max }: Place): Verdict => (max <= 0 ? false : min > 0 ? true : undefined),
  gte: ({ min, max }: Place): Verdict => (max < 0 ? false : min >= 0 ? true : undefined),
} as const

const prefixed = (prefix: string): OnSpan => {
  const isSure = hasOnePlace(prefix)
  return ({ min, max }) => {
    if (typeof min !== 'string' || typeof max !== 'string') return false
    if (!isSure) return undefined
    const [first, last] = [min.startsWith(prefix), max.startsWith(prefix)]
    if (first && last) return true
    return !first && (min > prefix || max < prefix) ? false : undefined
  }
}

const listed = (values: readonly FilterValue[]): OnSpan => {
  const parts = values.map((value) => onPlace(value, equal))
  return (span) => {
    let verdict: Verdict = false
    for (const part of parts) {
      const found = part(span)
      if (found === true) return true
      if (found === undefined) verdict = undefined
    }
    return verdict
  }
}

type Valued = Exclude<Comparison, { readonly exists: boolean }>

const onSpan = (comparison: Valued): OnSpan => {
  if ('eq' in comparison) return onPlace(comparison.eq, equal)
  if ('in' in comparison) return listed(comparison.in)
  if ('lt' in comparison) return onPlace(comparison.lt, ORDERED.lt)
  if ('lte' in comparison) return onPlace(comparison.lte, ORDERED.lte)
  if ('gt' in comparison) return onPlace(comparison.gt, ORDERED.gt)
  return 'gte' in comparison ? onPlace(comparison.gte, ORDERED.gte) : prefixed(comparison.prefix)
}

const judgeField = (comparison: Comparison): ((known: FieldStatistics) => Verdict) => {
  if ('exists' in comparison) {
    const { exists } = comparison
    return ({ range, mayLack }) => (range === null ? !exists : mayLack ? undefined : exists)
  }
  const judge = onSpan(comparison)
  return ({ range, mayLack }) => {
    if (range === null) return false
    const verdict = range && judge(range)
    return verdict === true && mayLack ? undefined : verdict
  }
}

/** What a comparison says of all records of which these statistics are. */
const judgeComparison = (comparison: Comparison): ((statistics: Statistics) => Verdict) => {
  const judge = judgeField(comparison)
  return (statistics) => {
    const known = statistics(comparison.field)
    return known && judge(known)
  }
}

/**
 * What a filter says of a set of records by their statistics alone: true of each, false of each, or undefined. `false` is what
 * pruning rests on: no such record has to be read.
 */
export const judgeStatistics = (filter: Filter): ((statistics: Statistics) => Verdict) =>
  compileFilter(filter, judgeComparison)
