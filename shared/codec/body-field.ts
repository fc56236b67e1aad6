import { type FieldValue, holdsOf, NESTED, type ValueTest } from '../domain/compare-value.ts'
import { exactNumberOf } from '../domain/exact-number.ts'
import type { ArchiveRecord } from '../domain/record.ts'
import { parseCsvFields } from './csv-fields.ts'
import { pointerTokens, sourceAtPointer } from './json-pointer.ts'

type Body = Pick<ArchiveRecord, 'body' | 'header'>

/** The value that a JSON text stands for; null where it is none. */
export const valueOfSource = (source: string): FieldValue => {
  switch (source[0]) {
    case 'n':
      return null
    case 't':
    case 'f':
      return source === 'true'
    case '{':
    case '[':
      return NESTED
    case '"': {
      const text: unknown = source.includes('\\') ? JSON.parse(source) : source.slice(1, -1)
      return String(text)
    }
    default:
      return exactNumberOf(source) ?? null
  }
}

/** The exact value that a pointer's tokens lead to in a JSON body. */
const jsonValue = (body: string, tokens: readonly string[]): FieldValue => {
  try {
    const source = sourceAtPointer(body, tokens)
    return source === undefined ? null : valueOfSource(source)
  } catch {
    // the archive holds what it was given: a body that is no JSON has no members
    return null
  }
}

/** A CSV field has no type: it is compared as what the comparison's value is. An empty one counts as missing. */
const holdsOfText = (test: ValueTest, text: string): boolean => {
  if (text === '' || test.exists !== undefined) return holdsOf(test, text === '' ? null : text)
  const number = test.number && exactNumberOf(text)
  if (number !== undefined && holdsOf(test, number)) return true
  // the order of a number is not that of its digits
  if (number !== undefined && !test.isEquality) return false
  return holdsOf(test, text) || ((text === 'true' || text === 'false') && holdsOf(test, text === 'true'))
}

/** The place of each column, by name; the last one where names repeat. */
const columnsOf = (header: string): { places: ReadonlyMap<string, number>; columns: number } => {
  const names = parseCsvFields(header) ?? []
  return { places: new Map(names.map((name, at) => [name, at])), columns: names.length }
}

/** Reads fields of CSV rows; files are read one after the other, so one header at a time is remembered. */
const makeCsvReader = (name: string) => {
  let known: { header: string; at: number | undefined; columns: number } | undefined
  return (header: string, body: string): string => {
    if (known?.header !== header) {
      const { places, columns } = columnsOf(header)
      known = { header, at: places.get(name), columns }
    }
    const { at, columns } = known
    const fields = at === undefined ? undefined : parseCsvFields(body)
    return fields?.length === columns ? String(fields[Number(at)]) : ''
  }
}

/** A test of the value that a JSON Pointer leads to in a body: in a CSV row, of the column that its one token names. */
export const makeBodyTest = (pointer: string, test: ValueTest): ((body: Body) => boolean) => {
  const tokens = pointerTokens(pointer)
  const [name] = tokens ?? []
  const readCsv = tokens?.length === 1 && name !== undefined ? makeCsvReader(name) : () => ''
  return ({ header, body }) =>
    header === null
      ? holdsOf(test, tokens === undefined ? null : jsonValue(body, tokens))
      : holdsOfText(test, readCsv(header, body))
}
