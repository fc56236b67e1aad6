import type { ColumnMetaData, DataPageHeader, SchemaTree } from 'hyparquet'
import { deltaBinaryUnpack } from 'hyparquet/src/delta.js'
import { readRleBitPackedHybrid } from 'hyparquet/src/encoding.js'
import { getMaxDefinitionLevel, getMaxRepetitionLevel } from 'hyparquet/src/schema.js'
import { DecompressionLimit, SourceCorrupt } from './source-item.ts'

/**
 * One data page, unpacked, before the library decodes it: that writes as many values as a run says that it has, and takes as
 * much memory as a prefix says that it is long.
 */
export type Page = {
  /** What the levels, and in pages of the first version also the values, are in. */
  readonly bytes: Uint8Array
  /** How many values the header says that there are, nulls included. */
  readonly values: number
  readonly encoding: DataPageHeader['encoding']
  /** In pages of the second version the levels have no length before them, and the values are packed by themselves. */
  readonly apart?: { readonly bytes: Uint8Array; readonly definitionsAt: number; readonly nulls: number }
}

/** A bit-packed run is filled up to eight values; some writers fill up more. */
const PADDING = 512
/** Of all values of one page. */
const MAX_VALUE_BYTES = 512 * 1024 * 1024

const LENGTH = 4

const widthOf = (level: number): number => 32 - Math.clz32(level)

const corrupt = (what: string) => new SourceCorrupt(`parquet page: ${what}`)

const viewOf = (bytes: Uint8Array) => new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)

/** Walks over the runs of a stream that begins at `start` until it has that many values. Throws where a run has more. */
const checkRuns = (view: DataView, start: number, width: number, values: number): void => {
  let at = start
  const varint = (): number => {
    let value = 0
    for (let place = 0; ; place += 1) {
      const byte = view.getUint8(at)
      at += 1
      value += (byte % 128) * 2 ** (7 * place)
      if (byte < 128) return value
    }
  }
  for (let seen = 0; seen < values; ) {
    const head = varint()
    const packed = head % 2 === 1
    const count = Math.floor(head / 2) * (packed ? 8 : 1)
    if (seen + count > values + (packed ? PADDING : 0))
      throw corrupt(`a run of ${count} behind ${seen} of ${values} values`)
    seen += count
    at += Math.ceil((packed ? count * width : width) / 8)
  }
}

/** Levels with their length before them, as the first version of pages has them; returns the place behind them. */
const checkLevels = (view: DataView, at: number, most: number, values: number): number => {
  if (most === 0) return at
  checkRuns(view, at + LENGTH, widthOf(most), values)
  return at + LENGTH + view.getUint32(at, true)
}

/** Levels cost memory in the reader once more, so they are only looked at where the number of nulls is not known. */
const countNulls = (view: DataView, at: number, most: number, values: number): number => {
  if (most === 0) return 0
  const levels = new Array<number>(values)
  readRleBitPackedHybrid({ view, offset: at }, widthOf(most), levels)
  return levels.reduce((nulls, level) => (level === most ? nulls : nulls + 1), 0)
}

/** Each value of this encoding begins like the one before it. */
const checkPrefixes = (view: DataView, offset: number, values: number): void => {
  const reader = { view, offset }
  let bytes = 0
  for (let stream = 0; stream < 2; stream += 1) {
    const lengths = new Int32Array(values)
    deltaBinaryUnpack(reader, values, lengths)
    for (const length of lengths) bytes += Math.abs(length)
  }
  if (bytes > MAX_VALUE_BYTES)
    throw new DecompressionLimit(`parquet page: expected at most ${MAX_VALUE_BYTES} bytes of values`)
}

const checkIndexes = (view: DataView, at: number, values: number): void =>
  checkRuns(view, at + 1, view.getUint8(at), values)

const checkValues = (
  { encoding, apart }: Page,
  type: ColumnMetaData['type'],
  view: DataView,
  at: number,
  values: number,
): void => {
  if (values === 0) return
  if (encoding === 'DELTA_BYTE_ARRAY') checkPrefixes(view, at, values)
  const dictionary = encoding === 'PLAIN_DICTIONARY' || encoding === 'RLE_DICTIONARY'
  if (!dictionary && encoding !== 'RLE') return
  // how the library reads them: in the first version it goes by the type, in the second by the encoding
  if (apart === undefined ? type === 'BOOLEAN' : !dictionary) checkRuns(view, at + LENGTH, 1, values)
  // indexes without a bit are all 0: in the first version there need be no runs
  else if (apart !== undefined || view.getUint8(at) > 0) checkIndexes(view, at, values)
}

/** Throws where decoding this page would take more memory than its header says, or would not end. */
export const checkPage = (page: Page, path: SchemaTree[], type: ColumnMetaData['type']): void => {
  const { bytes, values, apart } = page
  const view = viewOf(bytes)
  const [repetition, definition] = [getMaxRepetitionLevel(path), getMaxDefinitionLevel(path)]
  if (apart === undefined) {
    const definitionsAt = checkLevels(view, 0, repetition, values)
    const valuesAt = checkLevels(view, definitionsAt, definition, values)
    const nulls = countNulls(view, definitionsAt, definition, values)
    checkValues(page, type, view, valuesAt, values - nulls)
    return
  }
  if (repetition > 0) checkRuns(view, 0, widthOf(repetition), values)
  if (definition > 0) checkRuns(view, apart.definitionsAt, widthOf(definition), values)
  checkValues(page, type, viewOf(apart.bytes), 0, values - apart.nulls)
}
