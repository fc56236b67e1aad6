import type { SchemaElement } from 'hyparquet'
import { parquetSchema } from 'hyparquet'
import { parquetWriteBuffer } from 'hyparquet-writer'
import { describe, expect, it } from 'vitest'
import { memorySource } from '../../../shared/codec/byte-source.ts'
import { jsonOf } from '../../../shared/codec/sources/parquet-schema.ts'
import { planSlices } from '../../../shared/codec/sources/parquet-slices.ts'
import { readObject } from '../../../shared/codec/sources/read-object.ts'
import { DecompressionLimit, SourceCorrupt } from '../../../shared/codec/sources/source-item.ts'
import {
  aParquetFile,
  CODEC,
  dataPage,
  dataPage2,
  dictionaryPage,
  ENCODING,
  element,
  oneColumn,
  REPETITION,
  rowGroup,
  run,
  TYPE,
  varint,
  withFooter,
  withLength,
} from '../../hostile/a-parquet-file.ts'
import { PARQUET_BOMBS } from '../../hostile/parquet-bombs.ts'
import { drain, texts } from './reading.ts'

const read = async (content: Uint8Array) => {
  const { items, error } = await drain(
    readObject({ format: 'parquet', source: memorySource(content) }, { maxBodyBytes: 10_000 }),
  )
  return { rows: texts(items), error }
}

const integers = (...values: number[]) =>
  Buffer.concat(values.map((value) => Buffer.from(Int32Array.of(value).buffer)))

const ofInt32 = (pages: Buffer[], values: number, parts: { repetition?: number; rows?: number } = {}) =>
  oneColumn(pages, { type: TYPE.int32, values, ...parts })

const plain = dataPage(2, ENCODING.plain, integers(7, 8))

describe('pages of a Parquet file', () => {
  it.each(['PLAIN', 'DELTA_BYTE_ARRAY', 'DELTA_LENGTH_BYTE_ARRAY', undefined] as const)(
    'of text are read in the encoding %s',
    async (encoding) => {
      const data = Array.from({ length: 3000 }, (_, at) => (at % 5 === 0 ? null : `orders/2024/${at % 40}`))
      const content = parquetWriteBuffer({
        columnData: [{ name: 'v', data, type: 'STRING', ...(encoding && { encoding }) }],
        pageSize: 2000,
      })
      const { rows, error } = await read(new Uint8Array(content))
      expect(error).toBeUndefined()
      expect(rows).toEqual(data.map((value) => JSON.stringify({ v: value })))
    },
  )

  it.each([
    ['BOOLEAN', 'RLE', [true, false, true]],
    ['INT32', 'DELTA_BINARY_PACKED', [1, -5, 70]],
    ['DOUBLE', 'BYTE_STREAM_SPLIT', [1.5, -2, 0]],
  ] as const)('of type %s are read in the encoding %s', async (type, encoding, some) => {
    const data = Array.from({ length: 999 }, (_, at) => some[at % 3])
    const content = parquetWriteBuffer({ columnData: [{ name: 'v', data, type, encoding }] })
    expect(await read(new Uint8Array(content))).toEqual({
      rows: data.map((value) => JSON.stringify({ v: value })),
      error: undefined,
    })
  })

  it('of lists are read in the second version, whether they are packed or not', async () => {
    const schema: SchemaElement[] = [
      { name: 'root', num_children: 1 },
      { name: 'v', repetition_type: 'OPTIONAL', num_children: 1, converted_type: 'LIST' },
      { name: 'list', repetition_type: 'REPEATED', num_children: 1 },
      { name: 'element', repetition_type: 'OPTIONAL', type: 'INT32' },
    ]
    const data = Array.from({ length: 400 }, (_, at) => (at % 7 === 0 ? null : Array(at % 4).fill(at)))
    for (const codec of ['SNAPPY', 'UNCOMPRESSED'] as const) {
      const content = parquetWriteBuffer({ columnData: [{ name: 'v', data }], schema, codec })
      expect((await read(new Uint8Array(content))).rows).toEqual(data.map((v) => JSON.stringify({ v })))
    }
  })

  it('may have indexes without a bit, and no runs then', async () => {
    const dictionary = dictionaryPage(1, integers(9))
    const content = ofInt32([dictionary, dataPage(3, ENCODING.dictionary, Buffer.from([0]))], 3)
    expect(await read(content)).toEqual({ rows: Array(3).fill('{"v":9}'), error: undefined })
  })

  it('may have runs for them all the same in the second version', async () => {
    const indexes = Buffer.concat([Buffer.from([0]), varint(6)])
    const content = ofInt32(
      [dictionaryPage(1, integers(9)), dataPage2({ values: 3, encoding: ENCODING.dictionary }, indexes)],
      3,
    )
    expect(await read(content)).toEqual({ rows: Array(3).fill('{"v":9}'), error: undefined })
  })

  it('may be of nothing but nulls', async () => {
    const levels = run(3)
    const pages = [
      dataPage(3, ENCODING.plain, withLength(levels)),
      dataPage2({ values: 3, nulls: 3, encoding: ENCODING.plain, definition: levels.length }, levels),
    ]
    for (const page of pages)
      expect(await read(ofInt32([page], 3, { repetition: REPETITION.optional }))).toEqual({
        rows: Array(3).fill('{"v":null}'),
        error: undefined,
      })
  })

  it('of the second version may be left unpacked in a packed column', async () => {
    const content = oneColumn(
      [dataPage2({ values: 2, encoding: ENCODING.plain, packed: false }, integers(7, 8))],
      { type: TYPE.int32, codec: CODEC.gzip, values: 2 },
    )
    expect(await read(content)).toEqual({ rows: ['{"v":7}', '{"v":8}'], error: undefined })
  })

  it('of booleans may hold them in runs', async () => {
    const content = oneColumn([dataPage(3, ENCODING.rle, withLength(run(3, 1)))], {
      type: TYPE.boolean,
      values: 3,
    })
    expect(await read(content)).toEqual({ rows: Array(3).fill('{"v":true}'), error: undefined })
  })

  it('may hold times of nanoseconds in 96 bits', async () => {
    const value = Buffer.alloc(12)
    value.writeInt32LE(2_440_589, 8)
    const content = oneColumn([dataPage(1, ENCODING.plain, value)], { type: 3, values: 1 })
    expect(await read(content)).toEqual({
      rows: ['{"v":"1970-01-02T00:00:00.000000000Z"}'],
      error: undefined,
    })
  })

  it('of repeated values without a list around them are a list', async () => {
    const levels = (...runs: Buffer[]) => withLength(Buffer.concat(runs))
    const page = dataPage(
      3,
      ENCODING.plain,
      Buffer.concat([levels(run(1), run(2, 1)), levels(run(3, 1)), integers(1, 2, 3)]),
    )
    const content = ofInt32([page], 3, { repetition: REPETITION.repeated, rows: 1 })
    expect(await read(content)).toEqual({ rows: ['{"v":[1,2,3]}'], error: undefined })
  })
})

describe('a Parquet bomb', () => {
  it.each([...PARQUET_BOMBS])('[S5] of %s ends with an error of its own', async (_, make) => {
    const { error } = await read(make())
    expect(String(error)).toMatch(/^(SourceCorrupt|DecompressionLimit): parquet/)
  })

  it('[S5] that would be decoded again and again for each of its rows is stopped', () => {
    const group = { num_rows: 2n ** 23n, columns: [], total_byte_size: 0n }
    const columns = Array.from({ length: 64 }, () => ({ values: 2 ** 23, atOnce: 2 ** 23 }))
    expect(planSlices(group, columns.slice(0, 1))).toBeGreaterThan(256)
    expect(() => planSlices(group, columns)).toThrow(DecompressionLimit)
  })
})

describe('a value of a Parquet file', () => {
  const leaf: SchemaElement = { name: 'leaf', type: 'INT32', repetition_type: 'OPTIONAL' }
  const nodeOf = (...elements: SchemaElement[]) => {
    const [node] = parquetSchema({ schema: [{ name: 'root', num_children: 1 }, ...elements] }).children
    if (node === undefined) throw new Error('no column')
    return node
  }
  const list: SchemaElement = { name: 'v', num_children: 1, converted_type: 'LIST' }
  const repeated: SchemaElement = { ...leaf, repetition_type: 'REPEATED' }
  const group: SchemaElement = { name: 'v', num_children: 1 }
  const json = (value: unknown, ...elements: SchemaElement[]) =>
    jsonOf(value, nodeOf(...elements), () => undefined)

  it('that is not what its schema says is an error, or missing', () => {
    expect(() => json(5, repeated)).toThrow('expected a list')
    expect(() => json(5, list, repeated)).toThrow('expected a list')
    expect(json(5, group, leaf)).toBe('{"leaf":null}')
    expect(json({}, { ...group, converted_type: 'MAP' }, { ...repeated, num_children: 1 }, leaf)).toBe('[]')
  })

  it('may be a list of the old kind, without a struct around its elements', () => {
    expect(json([1, null, 3], list, repeated)).toBe('[1,null,3]')
  })
})

describe('a Parquet file that contradicts itself', () => {
  const columns = (count: number) =>
    Array.from({ length: count }, (_, at) => element(`c${at}`, { type: TYPE.int32 }))
  const two = [element('root', { children: 2 }), ...columns(2)]
  const first = { path: ['c0'], type: TYPE.int32, values: 2, length: plain.length }
  const bare = { field_1: [{ field_2: 0n }], field_2: 0n, field_3: 2n }

  it.each<[string, Buffer, string]>([
    [
      'has a column less than its schema',
      aParquetFile(two, [rowGroup(2, [first])], plain),
      'expected 2 columns, got 1',
    ],
    ['has a column twice', aParquetFile(two, [rowGroup(2, [first, first])], plain), 'expected 2 rows, got 0'],
    ['has more values than it says', ofInt32([plain, plain], 2), 'expected 2 values, got 4'],
    ['has less values than it says', ofInt32([plain], 4), 'expected 4 values, got 2'],
    ['has less values than rows', ofInt32([plain], 2, { rows: 3 }), 'expected 3 values or more, got 2'],
    [
      'has less than no rows',
      aParquetFile(two, [rowGroup(-1, [first, { ...first, path: ['c1'] }])], plain),
      'a row group of -1 rows',
    ],
    [
      'has less rows than values, though they are no lists',
      ofInt32([plain, dictionaryPage(0, Buffer.alloc(0))], 2, { repetition: REPETITION.repeated, rows: 2 }),
      'parquet',
    ],
    [
      'has a page that ends behind it',
      ofInt32([dataPage(2, ENCODING.plain, integers(1), { packed: 1000 })], 2),
      'a page lies outside of it',
    ],
    [
      'has a page that ends before it begins',
      ofInt32([dataPage(2, ENCODING.plain, integers(1), { packed: -8 })], 2),
      'a page lies outside of it',
    ],
    [
      'has a page of less than no values',
      ofInt32([dataPage(-1, ENCODING.plain, integers(1))], 2),
      'a page lies outside of it',
    ],
    [
      'has a page of no kind',
      ofInt32([Buffer.from([0x15, 8, 0x15, 0, 0x15, 0, 0])], 2),
      'a page of type undefined',
    ],
    [
      'has an index where a page should be',
      ofInt32([Buffer.from([0x15, 2, 0x15, 0, 0x15, 0, 0])], 2),
      'a page of type INDEX_PAGE',
    ],
    [
      'has more nulls than values',
      ofInt32([dataPage2({ values: 2, nulls: 3, encoding: ENCODING.plain }, integers(1))], 2),
      '3 of 2 values are null',
    ],
    [
      'has less than no levels',
      ofInt32([dataPage2({ values: 2, encoding: ENCODING.plain, definition: -1 }, integers(1))], 2),
      '0 of 2 values are null',
    ],
    [
      'is packed in an unknown way',
      oneColumn([plain], { type: TYPE.int32, codec: CODEC.lzo, values: 2 }),
      'the compression LZO is not known',
    ],
    [
      'has no metadata of a column',
      aParquetFile([element('root', { children: 1 }), ...columns(1)], [bare]),
      'its metadata is missing',
    ],
    ['has no schema', aParquetFile([], []), 'parquet'],
    [
      'has two columns of one name',
      aParquetFile(
        [element('root', { children: 2 }), element('a', { type: 1 }), element('a', { type: 1 })],
        [],
      ),
      'the name "a" cannot be told apart',
    ],
    [
      'has a column named like every object’s prototype',
      aParquetFile([element('root', { children: 1 }), element('__proto__', { type: 1 })], []),
      'cannot be told apart',
    ],
    [
      'has a number of children that is none',
      aParquetFile([element('root', { children: -1 })], []),
      'it has no columns',
    ],
    [
      'begins behind its end',
      aParquetFile(
        [element('root', { children: 1 }), ...columns(1)],
        [rowGroup(2, [{ ...first, at: 2 ** 40 }])],
      ),
      'lies outside of the file',
    ],
    [
      'has a footer that is cut',
      withFooter(Buffer.alloc(0), Buffer.from([0x16, 0x80])),
      'in the middle of a value',
    ],
    [
      'has a footer with a map in it',
      withFooter(Buffer.alloc(0), Buffer.from([0x1b, 0, 0])),
      'a value of type 11',
    ],
    [
      'has a footer nested too deep',
      withFooter(Buffer.alloc(0), Buffer.alloc(100, 0x1c)),
      'nested more than 32 deep',
    ],
    [
      'has a footer longer than itself',
      Buffer.concat([Buffer.alloc(4, 0xff), Buffer.from('PAR1')]),
      'longer than the file',
    ],
    [
      'has no rows at all, but says so without a list',
      withFooter(Buffer.alloc(0), Buffer.from([0])),
      'parquet',
    ],
  ])('since it %s is corrupt', async (_, content, reason) => {
    const { rows, error } = await read(content)
    expect(error).toBeInstanceOf(SourceCorrupt)
    expect(String(error)).toContain(reason)
    expect(rows).toEqual([])
  })

  it('about where its pages end gives no rows that it has not', async () => {
    const content = ofInt32([plain], 2, { rows: 1 })
    expect(await read(content)).toMatchObject({ rows: ['{"v":7}'] })
  })

  it('has a name that is cut in the message', async () => {
    const name = 'n'.repeat(5000)
    const column = { path: [name], type: TYPE.int32, values: 3, length: plain.length }
    const content = aParquetFile(
      [element('root', { children: 1 }), element(name, { type: 1 })],
      [rowGroup(3, [column])],
      plain,
    )
    expect(String((await read(content)).error).length).toBeLessThan(200)
  })

  it('is stopped where a footer or a row group is larger than any', async () => {
    const length = Buffer.alloc(4)
    length.writeUInt32LE(65 * 2 ** 20)
    const zeros = { bytes: 100 * 2 ** 20, read: async () => Buffer.concat([length, Buffer.from('PAR1')]) }
    const { error } = await drain(readObject({ format: 'parquet', source: zeros }, { maxBodyBytes: 1 }))
    expect(error).toBeInstanceOf(DecompressionLimit)
    const huge = { path: ['c0'], type: TYPE.int32, values: 2, length: 2 ** 30 }
    const file = aParquetFile([element('root', { children: 1 }), ...columns(1)], [rowGroup(2, [huge])])
    const source = memorySource(file)
    const larger = {
      bytes: 2 ** 31,
      read: (start: number, end: number) =>
        source.read(file.length - (2 ** 31 - start), file.length - (2 ** 31 - end)),
    }
    const stopped = await drain(readObject({ format: 'parquet', source: larger }, { maxBodyBytes: 1 }))
    expect(String(stopped.error)).toContain('DecompressionLimit: parquet row group')
  })
})
