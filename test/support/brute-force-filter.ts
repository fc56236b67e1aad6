import type { Comparison, Filter, FilterValue } from '../../shared/domain/filter.ts'
import type { ArchiveRecord } from '../../shared/domain/record.ts'

/**
 * What a filter wants of a record, worked out the slow way and by other means than icecore's: the whole body is parsed, and
 * numbers are compared as fractions of whole numbers.
 */

/** A number as `top` over a power of ten. */
type Fraction = { readonly top: bigint; readonly places: number }

const fractionOf = (text: string): Fraction | undefined => {
  const match = /^(-?)(\d+)(?:\.(\d+))?(?:e([+-]?\d+))?$/i.exec(text)
  if (match === null) return undefined
  const [, sign, whole, fraction = '', exponent = '0'] = match
  const top = BigInt(`${whole}${fraction}`) * (sign === '-' ? -1n : 1n)
  const places = fraction.length - Number(exponent)
  return places >= 0 ? { top, places } : { top: top * 10n ** BigInt(-places), places: 0 }
}

const compareFractions = (a: Fraction, b: Fraction): number => {
  const [left, right] = [a.top * 10n ** BigInt(b.places), b.top * 10n ** BigInt(a.places)]
  return left < right ? -1 : left > right ? 1 : 0
}

/** How a value compares with a filter's; undefined when it does not. */
type Compare = (value: FilterValue) => number | undefined

const asText =
  (text: string): Compare =>
  (value) =>
    typeof value === 'string' ? (text < value ? -1 : text > value ? 1 : 0) : undefined

const isBeyond = (value: FilterValue): boolean =>
  typeof value === 'string' && /^-?[1-9]\d*$/.test(value) && !Number.isSafeInteger(Number(value))

const asNumber =
  (text: string): Compare =>
  (value) => {
    const found = fractionOf(text)
    const wanted = typeof value === 'number' || isBeyond(value) ? fractionOf(String(value)) : undefined
    return found && wanted && compareFractions(found, wanted)
  }

const asBoolean =
  (flag: boolean): Compare =>
  (value) =>
    value === flag ? 0 : undefined

type Found = { readonly text: string | null; readonly compare: Compare } | undefined

class Exact {
  readonly source: string
  constructor(source: string) {
    this.source = source
  }
}

const foundInJson = (value: unknown): Found => {
  if (value === undefined || value === null) return undefined
  if (value instanceof Exact) return { text: null, compare: asNumber(value.source) }
  if (typeof value === 'boolean') return { text: null, compare: asBoolean(value) }
  if (typeof value === 'string') return { text: value, compare: asText(value) }
  return { text: null, compare: () => undefined }
}

const foundInCsv = (text: string): Found => {
  if (text === '') return undefined
  const isNumber = fractionOf(text) !== undefined
  return {
    text,
    compare: (value) => {
      if (typeof value === 'boolean') return text === String(value) ? 0 : undefined
      if (typeof value === 'number' || (isBeyond(value) && isNumber)) return asNumber(text)(value)
      return asText(text)(value)
    },
  }
}

const tokensOf = (pointer: string) =>
  pointer
    .split('/')
    .slice(1)
    .map((token) => token.replaceAll('~1', '/').replaceAll('~0', '~'))

const lookUp = (body: string, tokens: readonly string[]): unknown => {
  let value: unknown = JSON.parse(body, (_, member: unknown, context?: { source?: string }) =>
    typeof member === 'number' ? new Exact(String(context?.source)) : member,
  )
  for (const token of tokens) {
    if (typeof value !== 'object' || value === null || value instanceof Exact) return undefined
    if (Array.isArray(value) && !/^(0|[1-9]\d*)$/.test(token)) return undefined
    value = Object.getOwnPropertyDescriptor(value, token)?.value
  }
  return value
}

/** Rows of test data have no quotes. */
const lookUpCsv = (header: string, body: string, [name, ...more]: readonly string[]): string => {
  const at = header.split(',').lastIndexOf(String(name))
  return more.length > 0 || at < 0 ? '' : String(body.split(',')[at])
}

const ofPromoted = (value: unknown): Found =>
  typeof value === 'number' || typeof value === 'bigint'
    ? { text: null, compare: asNumber(String(value)) }
    : foundInJson(value)

const find = (record: ArchiveRecord, field: string, promoted: readonly string[]): Found => {
  if (field === 'id') return foundInJson(record.id)
  if (field === 'version') return foundInJson(record.version)
  if (field === 'time') return ofPromoted(record.time)
  if (field === 'arrived') return ofPromoted(record.arrived)
  if (!field.startsWith('/')) return ofPromoted(record.promoted[promoted.indexOf(field)])
  return record.header === null
    ? foundInJson(lookUp(record.body, tokensOf(field)))
    : foundInCsv(lookUpCsv(record.header, record.body, tokensOf(field)))
}

const compares = (comparison: Comparison, found: Found): boolean => {
  if ('exists' in comparison) return (found !== undefined) === comparison.exists
  if (found === undefined) return false
  const { text, compare } = found
  if ('prefix' in comparison) return text?.slice(0, comparison.prefix.length) === comparison.prefix
  if ('eq' in comparison) return compare(comparison.eq) === 0
  if ('in' in comparison) return comparison.in.some((value) => compare(value) === 0)
  if ('lt' in comparison) return Number(compare(comparison.lt)) < 0
  if ('lte' in comparison) return Number(compare(comparison.lte)) <= 0
  if ('gt' in comparison) return Number(compare(comparison.gt)) > 0
  return Number(compare(comparison.gte)) >= 0
}

/** Whether a filter wants a record, whose promoted values are of these columns. */
export const wants = (filter: Filter, record: ArchiveRecord, promoted: readonly string[]): boolean => {
  if ('and' in filter) return filter.and.every((part) => wants(part, record, promoted))
  if ('or' in filter) return filter.or.some((part) => wants(part, record, promoted))
  if ('not' in filter) return !wants(filter.not, record, promoted)
  return compares(filter, find(record, filter.field, promoted))
}
