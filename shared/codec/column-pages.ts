import type { ColumnMetaData, PageHeader } from 'hyparquet'
import { parquetHeader } from 'hyparquet/src/column.js'
import { decompressors, unzstdAside } from './parquet-values.ts'

/** Some rows of a column, as they are stored. Unpacked when they are asked for. */
export type DataPage = {
  /** The row group's row that it begins with. */
  readonly first: number
  readonly rows: number
  readonly nulls: number
  readonly encoding: string
  /** Which rows have a value, where not all or none have. */
  readonly levels: Uint8Array
  /** Its values, unpacked. */
  unpack(): Buffer
  /** The same by another thread; undefined where that costs more than it saves. */
  unpackAside(): Promise<Buffer> | undefined
}

export type DictionaryPage = { readonly values: number; unpack(): Buffer }

/** A column's pages within one row group. */
export type ColumnPages = { readonly pages: readonly DataPage[]; readonly dictionary?: DictionaryPage }

/** What is shorter is unpacked sooner than another thread is told of it. */
const WORTH_A_THREAD = 32 * 1024
/** A page above this is one record by itself, and not unpacked before the one before it has gone. */
const LONGEST_ASIDE = 16 * 2 ** 20

const view = (bytes: Uint8Array): Buffer => Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)

const checked = (page: Uint8Array, length: number): Buffer => {
  if (page.length !== length) throw new RangeError(`a page of ${page.length} bytes, expected ${length}`)
  return view(page)
}

const unpacker = (packed: Uint8Array, length: number, codec: string) => {
  if (codec === 'UNCOMPRESSED') return { unpack: () => checked(packed, length), unpackAside: () => undefined }
  if (codec !== 'ZSTD') throw new RangeError(`a page packed by ${codec}`)
  return {
    unpack: () => checked(decompressors.ZSTD(packed, length), length),
    unpackAside: () =>
      length < WORTH_A_THREAD || length > LONGEST_ASIDE
        ? undefined
        : unzstdAside(packed, length).then((page) => checked(page, length)),
  }
}

const dataPage = (header: PageHeader, bytes: Uint8Array, codec: string, first: number): DataPage => {
  const about = header.data_page_header_v2
  if (about === undefined) throw new RangeError(`a page of type ${header.type}`)
  const { num_rows: rows, num_nulls: nulls, encoding } = about
  // levels are never packed
  const start = about.repetition_levels_byte_length + about.definition_levels_byte_length
  const isPacked = about.is_compressed !== false
  return {
    ...{ first, rows, nulls, encoding },
    levels: bytes.subarray(about.repetition_levels_byte_length, start),
    ...unpacker(
      bytes.subarray(start),
      header.uncompressed_page_size - start,
      isPacked ? codec : 'UNCOMPRESSED',
    ),
  }
}

/**
 * Takes apart the bytes of a column of a row group of so many rows; none of its pages is unpacked yet. Throws where they are not
 * what the column's metadata says.
 */
export const readPages = (bytes: Uint8Array, { codec }: ColumnMetaData, rows: number): ColumnPages => {
  const reader = { view: new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength), offset: 0 }
  const pages: DataPage[] = []
  let dictionary: DictionaryPage | undefined
  let found = 0
  while (found < rows) {
    const header = parquetHeader(reader)
    const end = reader.offset + header.compressed_page_size
    if (!(end >= reader.offset && end <= bytes.length)) throw new RangeError(`a page that ends at ${end}`)
    const own = bytes.subarray(reader.offset, end)
    reader.offset = end
    if (header.dictionary_page_header !== undefined) {
      const { unpack } = unpacker(own, header.uncompressed_page_size, codec)
      dictionary = { values: header.dictionary_page_header.num_values, unpack }
    } else {
      const page = dataPage(header, own, codec, found)
      if (!(page.rows > 0)) throw new RangeError('a page without rows')
      pages.push(page)
      found += page.rows
    }
  }
  if (found !== rows) throw new RangeError(`expected ${rows} rows, got ${found}`)
  return { pages, ...(dictionary && { dictionary }) }
}
