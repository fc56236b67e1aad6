import type { Dataset, PromotedType } from '../../shared/domain/dataset.ts'
import type { Comparison, Filter, FilterValue } from '../../shared/domain/filter.ts'
import type { Selection } from '../../shared/domain/rehydration.ts'
import { type FieldError, invalid, show } from './problem.ts'
import { instantSchema } from './request.ts'

/** Types of what every record has; a JSON Pointer leads to any of JSON's. */
const OWN = new Map<string, PromotedType>([
  ['id', 'string'],
  ['time', 'timestamp'],
  ['arrived', 'timestamp'],
  ['version', 'string'],
])

const DIGITS = /^-?\d{1,30}$/
const BEYOND = 'an integer beyond 2^53 as text of its digits'

/** A value as a column of the type holds it; undefined for one of another type. */
const FIT: Readonly<Record<PromotedType | 'any', (value: FilterValue) => FilterValue | undefined>> = {
  string: (value) => (typeof value === 'string' ? value : undefined),
  boolean: (value) => (typeof value === 'boolean' ? value : undefined),
  number: (value) => (typeof value === 'number' ? value : undefined),
  integer: (value) => {
    if (typeof value === 'number') return Number.isSafeInteger(value) ? value : undefined
    if (typeof value !== 'string' || !DIGITS.test(value)) return undefined
    const integer = BigInt(value)
    return Number.isSafeInteger(Number(integer)) ? Number(integer) : String(integer)
  },
  timestamp: (value) => instantSchema.safeParse(value).data,
  any: (value) =>
    typeof value === 'number' && Number.isInteger(value) && !Number.isSafeInteger(value) ? undefined : value,
}

const EXPECTED: Readonly<Record<PromotedType | 'any', string>> = {
  string: 'text',
  boolean: 'true or false',
  number: 'a number',
  integer: `a whole number, ${BEYOND}`,
  timestamp: 'an ISO 8601 time such as 2024-03-10T12:00:00Z, or ms since 1970',
  any: BEYOND,
}

type Fitting = { readonly types: ReadonlyMap<string, PromotedType>; readonly errors: FieldError[] }

const fitComparison = (comparison: Comparison, path: string, { types, errors }: Fitting): Filter => {
  const { field } = comparison
  const type = field.startsWith('/') ? 'any' : types.get(field)
  const complain = (member: string, expected: string, got: unknown): void => {
    errors.push({ field: `${path}.${member}`, expected: `expected ${expected}`, got: show(got) })
  }
  if (type === undefined) {
    complain('field', `one of ${[...types.keys()].join(', ')}, or a JSON Pointer such as /customer/id`, field)
    return comparison
  }
  const fitted = (member: string, value: FilterValue): FilterValue => {
    const held = FIT[type](value)
    if (held === undefined) complain(member, EXPECTED[type], value)
    return held ?? value
  }
  const ordered = (member: string, value: FilterValue): FilterValue => {
    if (type !== 'boolean') return fitted(member, value)
    complain(member, `eq, in or exists: ${field} is true or false, which has no order`, value)
    return value
  }
  if ('eq' in comparison) return { field, eq: fitted('eq', comparison.eq) }
  if ('in' in comparison) return { field, in: comparison.in.map((value, at) => fitted(`in.${at}`, value)) }
  if ('lt' in comparison) return { field, lt: ordered('lt', comparison.lt) }
  if ('lte' in comparison) return { field, lte: ordered('lte', comparison.lte) }
  if ('gt' in comparison) return { field, gt: ordered('gt', comparison.gt) }
  if ('gte' in comparison) return { field, gte: ordered('gte', comparison.gte) }
  if ('prefix' in comparison && type !== 'string' && type !== 'any')
    complain(
      'prefix',
      `another comparison: ${field} is ${EXPECTED[type]}, and only text has a prefix`,
      comparison.prefix,
    )
  return comparison
}

const fitFilter = (filter: Filter, path: string, fitting: Fitting): Filter => {
  const all = (parts: readonly Filter[], key: string) =>
    parts.map((part, at) => fitFilter(part, `${path}.${key}.${at}`, fitting))
  if ('and' in filter) return { and: all(filter.and, 'and') }
  if ('or' in filter) return { or: all(filter.or, 'or') }
  if ('not' in filter) return { not: fitFilter(filter.not, `${path}.not`, fitting) }
  return fitComparison(filter, path, fitting)
}

/**
 * A selection whose filter has values as the dataset's columns hold them: times in ms, integers as numbers where that is exact.
 * Throws a problem that names each field that the dataset does not have, and each value of another type than its column.
 */
export const fitSelection = (selection: Selection, dataset: Dataset): Selection => {
  if (selection.where === null) return selection
  const types = new Map([...OWN, ...dataset.promoted.map(({ name, type }) => [name, type] as const)])
  const errors: FieldError[] = []
  const where = fitFilter(selection.where, 'select.where', { types, errors })
  if (errors.length > 0) throw invalid(errors)
  return { ...selection, where }
}
