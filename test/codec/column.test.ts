import type { ColumnMetaData, PageHeader } from 'hyparquet'
import { ByteWriter } from 'hyparquet-writer'
import { writePageHeader } from 'hyparquet-writer/src/datapage.js'
import { describe, expect, it } from 'vitest'
import { openColumn } from '../../shared/codec/column.ts'
import { zstdAt } from '../../shared/codec/parquet-values.ts'
import type { PromotedColumn } from '../../shared/domain/dataset.ts'
import type { PromotedValue } from '../../shared/domain/record.ts'
import { aRecord, NOON } from '../support/builders.ts'
import { noise, pack, readAll } from './packing.ts'

const text = (value: string) => {
  const bytes = Buffer.from(value)
  const length = Buffer.alloc(4)
  length.writeUInt32LE(bytes.length)
  return Buffer.concat([length, bytes])
}

type PageFacts = Partial<PageHeader['data_page_header_v2']> & { readonly levels?: readonly number[] }

const bytesOf = (header: PageHeader, content: Uint8Array) => {
  const writer = new ByteWriter()
  writePageHeader(writer, header)
  return Buffer.concat([Buffer.from(writer.getBytes()), content])
}

const aPage = (
  content: Uint8Array,
  rows: number,
  { levels = [], ...facts }: PageFacts = {},
  packed = content,
) =>
  bytesOf(
    {
      type: 'DATA_PAGE_V2',
      uncompressed_page_size: levels.length + content.length,
      compressed_page_size: levels.length + packed.length,
      data_page_header_v2: {
        num_values: rows,
        num_nulls: 0,
        num_rows: rows,
        encoding: 'PLAIN',
        definition_levels_byte_length: levels.length,
        repetition_levels_byte_length: 0,
        is_compressed: true,
        ...facts,
      },
    },
    Buffer.concat([Buffer.from(levels), packed]),
  )

const aDictionary = (content: Uint8Array, values: number) =>
  bytesOf(
    {
      type: 'DICTIONARY_PAGE',
      uncompressed_page_size: content.length,
      compressed_page_size: content.length,
      dictionary_page_header: { num_values: values, encoding: 'PLAIN' },
    },
    content,
  )

const open = (bytes: Uint8Array, rows: number, meta: Partial<ColumnMetaData> = {}, length = 0) =>
  openColumn(
    bytes,
    {
      meta: {
        type: 'BYTE_ARRAY',
        encodings: [],
        path_in_schema: ['x'],
        codec: 'UNCOMPRESSED',
        num_values: BigInt(rows),
        total_uncompressed_size: 0n,
        total_compressed_size: 0n,
        data_page_offset: 0n,
        ...meta,
      },
      element: { name: 'x', repetition_type: 'OPTIONAL', type_length: length },
    },
    rows,
  )

const values = (column: ReturnType<typeof open>, rows: number) =>
  Array.from({ length: rows }, (_, row) => column.at(row))

describe('a column', () => {
  const pages = Buffer.concat([
    aPage(Buffer.concat([text('a'), text('é')]), 2),
    aPage(Buffer.concat([text('c')]), 3, { num_nulls: 2, levels: [3, 2] }),
    aPage(Buffer.alloc(0), 2, { num_nulls: 2, levels: [4, 0] }),
  ])

  it('is read row by row, in any order, across its pages', () => {
    const column = open(pages, 7)
    expect(values(column, 7)).toEqual(['a', 'é', null, 'c', null, null, null])
    expect([6, 3, 0, 4, 1].map((row) => column.at(row))).toEqual([null, 'c', 'a', null, 'é'])
    expect(column.at(7)).toBe(null)
  })

  it('tells where its texts lie', () => {
    const column = open(pages, 7)
    const places = [1, 2, 3, 6, 7].map((row) => column.textAt(row))
    expect(places.map((place) => place?.page.toString('utf8', place.start, place.end))).toEqual([
      'é',
      undefined,
      'c',
      undefined,
      undefined,
    ])
  })

  it('is read as it is where it says that it is not packed', () => {
    expect(open(aPage(text('a'), 1, { is_compressed: false }), 1, { codec: 'ZSTD' }).at(0)).toBe('a')
  })

  it('has no values of types that segments have not', () => {
    const column = open(aPage(Buffer.from([1, 2, 3, 4]), 2, {}), 2, { type: 'FIXED_LEN_BYTE_ARRAY' }, 2)
    expect(values(column, 2)).toEqual([null, null])
  })

  it('is told from a dictionary, which is looked at once', () => {
    const dictionary = aDictionary(Buffer.concat([text('x'), text('y')]), 2)
    const page = aPage(Buffer.from([1, 3, 0b0110]), 3, { encoding: 'RLE_DICTIONARY' })
    const column = open(Buffer.concat([dictionary, page, page]), 6)
    expect(values(column, 6)).toEqual(['x', 'y', 'y', 'x', 'y', 'y'])
    expect(column.textAt(1)).toBe(undefined)
    expect(() => open(page, 3).at(0)).toThrow('without its dictionary')
    const beyond = aPage(Buffer.from([2, 3, 0b11, 0]), 1, { encoding: 'RLE_DICTIONARY' })
    expect(() => open(Buffer.concat([dictionary, beyond]), 1).at(0)).toThrow('text 3 of 2')
  })

  it.each([undefined, [0], [1, 2]])(
    'is unpacked by other threads where it is long: rows %j',
    async (rows) => {
      const long = noise(40_000)
      const zstd = zstdAt(3)
      const content = [text(long), Buffer.concat([text('short'), text('')])]
      const bytes = Buffer.concat([
        aPage(text(long), 1, {}, zstd(text(long))),
        aPage(content[1] ?? Buffer.alloc(0), 2, {}, zstd(content[1] ?? Buffer.alloc(0))),
        aPage(Buffer.alloc(0), 1, { num_nulls: 1, levels: [2, 0] }, Buffer.alloc(0)),
      ])
      const column = open(bytes, 4, { codec: 'ZSTD' })
      await column.prepare(rows)
      expect(values(column, 4)).toEqual([long, 'short', '', null])
      await column.prepare()
      expect(column.at(0)).toBe(long)
      const plain = open(aPage(text(long), 1), 1)
      await plain.prepare()
      expect(plain.at(0)).toBe(long)
    },
  )

  it.each<[string, () => unknown]>([
    ['of a page that ends elsewhere', () => open(aPage(text('a'), 1).subarray(0, -1), 1)],
    ['of too few rows', () => open(aPage(text('a'), 1), 2)],
    ['of too many rows', () => open(aPage(Buffer.concat([text('a'), text('b')]), 2), 1)],
    ['of no rows', () => open(aPage(text('a'), 0), 1)],
    [
      'of a page that is neither',
      () =>
        open(
          bytesOf(
            { type: 'INDEX_PAGE', uncompressed_page_size: 0, compressed_page_size: 0 },
            Buffer.alloc(0),
          ),
          1,
        ),
    ],
    ['packed by others', () => open(aPage(text('a'), 1), 1, { codec: 'SNAPPY' })],
    ['of another length', () => open(aPage(text('a'), 1, {}, Buffer.alloc(7)), 1).at(0)],
    ['of texts beyond their page', () => open(aPage(Buffer.from([9, 0, 0, 0, 1]), 1), 1).at(0)],
    ['of more texts than fit', () => open(aPage(text(''), 2), 2).at(0)],
    [
      'of an encoding that segments have not',
      () => open(aPage(text('a'), 1, { encoding: 'DELTA_BYTE_ARRAY' }), 1).at(0),
    ],
  ])('%s is an error', (_, look) => {
    expect(look).toThrow(Error)
  })
})

it('numbers of every width and kind come back from a segment of several pages', async () => {
  const promoted: PromotedColumn[] = (['string', 'integer', 'number', 'boolean', 'timestamp'] as const).map(
    (type) => ({ name: `p_${type}`, path: [type], type }),
  )
  const wide = 2n ** 62n
  const valuesAt = (at: number): PromotedValue[] =>
    at % 7 === 0
      ? [null, null, null, null, null]
      : [`s${at % 3}`, at % 5 === 0 ? wide + BigInt(at) : at, at / 7, at % 2 === 0, NOON + at * 1000]
  const records = Array.from({ length: 3000 }, (_, at) =>
    aRecord({ id: `o-${10_000 + at}`, body: noise(200, at + 1), promoted: valuesAt(at) }),
  )
  const { source, sorted } = await pack(records, { promoted })
  expect(await readAll(source)).toEqual(sorted)
})
