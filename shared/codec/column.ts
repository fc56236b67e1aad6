import type { TextPlace } from '../domain/record.ts'
import type { DataPage } from './column-pages.ts'
import { readPages } from './column-pages.ts'
import {
  type Cell,
  type ColumnKind,
  dictionaryValues,
  pageValues,
  placesOf,
  type Values,
} from './column-values.ts'

/** A column of a row group, of which no more is unpacked and decoded than is asked for. */
export type Column = {
  /** The value of a row. Throws where the bytes do not hold what they say. */
  at(row: number): Cell
  /** The text of a row where it lies, where it has one that no dictionary tells. */
  textAt(row: number): TextPlace | undefined
  /** Unpacks, by other threads, what will be asked for of these rows, in ascending order; of all of them when left out. */
  prepare(rows?: readonly number[]): Promise<void>
}

type OpenPage = {
  readonly first: number
  readonly end: number
  at(row: number): Cell
  textAt(row: number): TextPlace | undefined
  prepare(): Promise<void>
}

const openPage = (page: DataPage, kind: ColumnKind, dictionary: () => Values | undefined): OpenPage => {
  const { first, rows, nulls } = page
  const values = (unpacked: Buffer): Values => pageValues(unpacked, page, rows - nulls, kind, dictionary())
  let known: Values | undefined
  const isPartial = nulls > 0 && nulls < rows
  let places: Int32Array | undefined
  /** The place of a row's value among the page's; undefined where it has none. */
  const placeOf = (row: number): number | undefined => {
    if (nulls === rows) return undefined
    if (!isPartial) return row - first
    places ??= placesOf(page)
    const place = places[row - first]
    return place === -1 ? undefined : place
  }
  return {
    first,
    end: first + rows,
    at: (row) => {
      const place = placeOf(row)
      if (place === undefined) return null
      known ??= values(page.unpack())
      return known.at(place) ?? null
    },
    textAt: (row) => {
      const place = placeOf(row)
      if (place === undefined) return undefined
      known ??= values(page.unpack())
      return known.textAt?.(place)
    },
    prepare: async () => {
      const unpacked = known === undefined && nulls < rows ? await page.unpackAside() : undefined
      if (unpacked !== undefined) known = values(unpacked)
    },
  }
}

/** @param bytes of the column, in a row group of so many rows. Throws where its pages are not what they say. */
export const openColumn = (bytes: Uint8Array, kind: ColumnKind, rows: number): Column => {
  const { pages, dictionary } = readPages(bytes, kind.meta, rows)
  let told: Values | undefined
  const open = pages.map((page) =>
    openPage(page, kind, () => {
      told ??= dictionary && dictionaryValues(dictionary, kind)
      return told
    }),
  )
  let last = open[0]
  const pageOf = (row: number): OpenPage | undefined => {
    if (last === undefined || row < last.first || row >= last.end)
      last = open.find(({ first, end }) => row >= first && row < end)
    return last
  }
  return {
    at: (row) => pageOf(row)?.at(row) ?? null,
    textAt: (row) => pageOf(row)?.textAt(row),
    prepare: async (wanted) => {
      const needed = wanted === undefined ? open : [...new Set(wanted.map(pageOf))]
      await Promise.all(needed.map((page) => page?.prepare()))
    },
  }
}
