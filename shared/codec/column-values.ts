import type { ColumnMetaData, SchemaElement } from 'hyparquet'
import { deltaBinaryUnpack } from 'hyparquet/src/delta.js'
import { readRleBitPackedHybrid } from 'hyparquet/src/encoding.js'
import { readPlain } from 'hyparquet/src/plain.js'
import type { TextPlace } from '../domain/record.ts'
import type { DataPage, DictionaryPage } from './column-pages.ts'
import { deltaNumbers } from './delta-numbers.ts'

/** A value of a column; an integer is a number where that is exact, and a time always. */
export type Cell = string | number | bigint | boolean | null

/** Values by their places among those that there are. */
export type Values = {
  /** Undefined where there is none of this place. */
  at(place: number): Cell | undefined
  /** Only of texts that are not told from a dictionary. */
  readonly textAt?: (place: number) => TextPlace
}

export type ColumnKind = { readonly meta: ColumnMetaData; readonly element: SchemaElement }

const LENGTH = 4

const readerOf = (page: Buffer) => ({
  view: new DataView(page.buffer, page.byteOffset, page.byteLength),
  offset: 0,
})

/** Where each of so many texts ends, each behind its length. Throws where the page ends before. */
const endsOf = (page: Buffer, count: number): Uint32Array => {
  if (count * LENGTH > page.length) throw new RangeError(`${count} texts in ${page.length} bytes`)
  const ends = new Uint32Array(count)
  let at = 0
  for (let place = 0; place < count; place += 1) {
    at += LENGTH + page.readUInt32LE(at)
    ends[place] = at
  }
  if (at > page.length) throw new RangeError(`a text that ends at ${at} of ${page.length} bytes`)
  return ends
}

const textsOf = (page: Buffer, count: number) => {
  const ends = endsOf(page, count)
  const textAt = (place: number): TextPlace => {
    const end = ends[place]
    if (end === undefined) throw new RangeError(`text ${place} of ${count}`)
    return { page, start: (place === 0 ? 0 : Number(ends[place - 1])) + LENGTH, end }
  }
  const at = (place: number): string => {
    const { start, end } = textAt(place)
    return page.toString('utf8', start, end)
  }
  return { at, textAt }
}

const numberOf = (value: bigint): number | bigint => {
  const number = Number(value)
  return Number.isSafeInteger(number) ? number : value
}

const valuesOf = (array: ArrayLike<unknown>, { meta, element }: ColumnKind): Values => {
  const isTime = element.converted_type === 'TIMESTAMP_MILLIS'
  const isBoolean = meta.type === 'BOOLEAN'
  return {
    at: (place) => {
      const value = array[place]
      if (isBoolean) return Boolean(value)
      if (typeof value === 'bigint') return isTime ? Number(value) : numberOf(value)
      return typeof value === 'number' ? value : undefined
    },
  }
}

/** In the order of the file, of nothing but values. */
const plainValues = (page: Buffer, count: number, kind: ColumnKind): Values =>
  kind.meta.type === 'BYTE_ARRAY'
    ? textsOf(page, count)
    : valuesOf(readPlain(readerOf(page), kind.meta.type, count, kind.element.type_length), kind)

const deltaValues = (page: Buffer, count: number, kind: ColumnKind): Values => {
  const numbers = deltaNumbers(page, count)
  if (numbers !== undefined) return valuesOf(numbers, kind)
  const wide = new BigInt64Array(count)
  deltaBinaryUnpack(readerOf(page), count, wide)
  return valuesOf(wide, kind)
}

const runs = (page: Buffer, from: number, width: number, count: number, length?: number): Uint32Array => {
  const reader = readerOf(page)
  reader.offset = from
  const numbers = new Uint32Array(count)
  readRleBitPackedHybrid(reader, width, numbers, length)
  return numbers
}

/** A dictionary is asked for the same values again and again. */
const remembering = ({ at }: Values): Values => {
  const known: (Cell | undefined)[] = []
  return {
    at: (place) => {
      known[place] ??= at(place)
      return known[place]
    },
  }
}

export const dictionaryValues = (dictionary: DictionaryPage, kind: ColumnKind): Values =>
  remembering(plainValues(dictionary.unpack(), dictionary.values, kind))

/** What an unpacked page of so many values holds. Throws where its bytes are of no encoding that segments use. */
export const pageValues = (
  page: Buffer,
  { encoding }: DataPage,
  count: number,
  kind: ColumnKind,
  dictionary: Values | undefined,
): Values => {
  switch (encoding) {
    case 'PLAIN':
      return plainValues(page, count, kind)
    case 'DELTA_BINARY_PACKED':
      return deltaValues(page, count, kind)
    case 'RLE':
      return valuesOf(runs(page, 0, 1, count), kind)
    case 'RLE_DICTIONARY': {
      if (dictionary === undefined) throw new RangeError('a page without its dictionary')
      const places = runs(page, 1, page.readUInt8(0), count, page.length - 1)
      return { at: (place) => dictionary.at(Number(places[place])) }
    }
    default:
      throw new RangeError(`a page in the encoding ${encoding}`)
  }
}

/** The place of each row's value among those that there are; -1 where it has none. */
export const placesOf = ({ levels, rows }: Pick<DataPage, 'levels' | 'rows'>): Int32Array => {
  const defined = runs(
    Buffer.from(levels.buffer, levels.byteOffset, levels.byteLength),
    0,
    1,
    rows,
    levels.length,
  )
  const places = new Int32Array(rows)
  let next = 0
  for (let row = 0; row < rows; row += 1) {
    if (defined[row] === 1) {
      places[row] = next
      next += 1
    } else places[row] = -1
  }
  return places
}
