import { brotliCompressSync, gzipSync, zstdCompressSync } from 'node:zlib'
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
} from './a-parquet-file.ts'

const NOTHING = Buffer.alloc(0)
const MOST = 2 ** 31 - 1

/** The head of a list in Thrift: of so many elements of a type. */
const list = (type: number, length: number) => Buffer.concat([Buffer.from([0xf0 + type]), varint(length)])
const LIST = 9
const STRUCT = 12
const FIELD_2_LIST = 0x29

const chain = (depth: number) =>
  Array.from({ length: depth }, (_, at) => element(`n${at}`, { children: at < depth - 1 ? 1 : 0 }))

const dictionary = dictionaryPage(1, withLength(Buffer.from('x')))

const nulls = (count: number) => dataPage(count, ENCODING.plain, withLength(run(count)))

/** Length, count of blocks, count, first value, then blocks without a bit: the same number again and again. */
const constantLengths = (count: number, value: number) =>
  Buffer.concat([
    varint(128),
    varint(1),
    varint(count),
    varint(value * 2),
    ...Array.from({ length: Math.ceil(count / 128) }, () => Buffer.from([0, 0])),
  ])

const packedPage = (codec: number, data: Buffer, unpacked: number) =>
  oneColumn([dataPage(1, ENCODING.plain, data, { unpacked })], { codec, values: 1 })

const columnsOf = (count: number) => Array.from({ length: count }, (_, at) => `c${at}`)

const wide = (count: number, content: Buffer, values: number, repetition: number, rows = values) =>
  aParquetFile(
    [
      element('root', { children: count }),
      ...columnsOf(count).map((name) => element(name, { type: TYPE.bytes, repetition })),
    ],
    [
      rowGroup(
        rows,
        columnsOf(count).map((name) => ({ path: [name], values, length: content.length })),
      ),
    ],
    content,
  )

/** Small files that a decoder takes gigabytes for, or minutes, if it believes them. */
export const PARQUET_BOMBS: ReadonlyMap<string, () => Buffer> = new Map([
  [
    'lists within lists, each said to be long',
    () =>
      withFooter(
        NOTHING,
        Buffer.concat([
          Buffer.from([FIELD_2_LIST]),
          ...Array.from({ length: 60 }, () => list(LIST, 2 ** 25)),
        ]),
      ),
  ],
  [
    'millions of empty structs',
    () =>
      withFooter(
        NOTHING,
        Buffer.concat([Buffer.from([FIELD_2_LIST]), list(STRUCT, 2 ** 23), Buffer.alloc(2 ** 23 + 1)]),
      ),
  ],
  [
    'an integer of a megabyte',
    () =>
      withFooter(
        NOTHING,
        Buffer.concat([Buffer.from([0x16]), Buffer.alloc(2 ** 20, 0xff), Buffer.from([1, 0])]),
      ),
  ],
  ['a schema 9,000 deep', () => aParquetFile(chain(9000), [rowGroup(1, [])])],
  ['a schema of 20,000 elements', () => aParquetFile(chain(2).concat(chain(19_998)), [rowGroup(1, [])])],
  ['rows without columns', () => aParquetFile([element('root', { children: 0 })], [rowGroup(2n ** 60n, [])])],
  [
    'a page header with a list that is said to be long',
    () =>
      oneColumn(
        [Buffer.concat([Buffer.from([0x29]), ...Array.from({ length: 40 }, () => list(LIST, 2 ** 25))])],
        { values: 1 },
      ),
  ],
  [
    'a run of levels without end',
    () =>
      oneColumn([dataPage(1, ENCODING.plain, withLength(run(MOST)))], {
        repetition: REPETITION.optional,
        values: 1,
      }),
  ],
  [
    'a run of levels without end, in a page of version 2',
    () => {
      const levels = run(MOST)
      const about = { values: 1, nulls: 1, encoding: ENCODING.plain, definition: levels.length }
      return oneColumn([dataPage2(about, levels)], { repetition: REPETITION.optional, values: 1 })
    },
  ],
  [
    'a run of indexes without end',
    () =>
      oneColumn(
        [dictionary, dataPage(1, ENCODING.dictionary, Buffer.concat([Buffer.from([1]), run(MOST)]))],
        { values: 1 },
      ),
  ],
  [
    'a run of booleans without end',
    () => oneColumn([dataPage(1, ENCODING.rle, withLength(run(MOST)))], { type: TYPE.boolean, values: 1 }),
  ],
  [
    'packed indexes without a bit, less than none of them',
    () => {
      const indexes = Buffer.concat([Buffer.from([0]), varint(2 ** 32 - 1), Buffer.from([0])])
      return oneColumn([dictionary, dataPage2({ values: 1, encoding: ENCODING.dictionary }, indexes)], {
        values: 1,
      })
    },
  ],
  [
    'a value of 256 KiB that a million others begin like',
    () => {
      const count = 2 ** 20
      const size = 2 ** 18
      const data = Buffer.concat([
        constantLengths(count, size),
        constantLengths(count, 0),
        Buffer.alloc(size, 'x'),
      ])
      return oneColumn([dataPage(count, ENCODING.deltaBytes, data)], { values: count })
    },
  ],
  [
    'fifty million nulls in a page',
    () => oneColumn([nulls(50_000_000)], { repetition: REPETITION.optional, values: 50_000_000 }),
  ],
  [
    'more values than a column may have',
    () => oneColumn([nulls(1)], { repetition: REPETITION.optional, values: 60_000_000 }),
  ],
  ...(
    [
      ['gzip', CODEC.gzip, gzipSync],
      ['zstd', CODEC.zstd, zstdCompressSync],
      ['brotli', CODEC.brotli, brotliCompressSync],
    ] as const
  ).flatMap(([name, codec, compress]): [string, () => Buffer][] => [
    [
      `a page that unpacks to more than it says (${name})`,
      () => packedPage(codec, compress(Buffer.alloc(2 ** 26)), 100),
    ],
    [
      `a page that is said to unpack to 2 GiB (${name})`,
      () => packedPage(codec, compress(Buffer.alloc(100)), MOST),
    ],
  ]),
  [
    'a page of snappy that is said to unpack to 2 GiB',
    () => packedPage(CODEC.snappy, Buffer.from([0]), MOST),
  ],
  [
    '64 KiB of text in each of a million rows',
    () => {
      const count = 2 ** 20
      const value = dictionaryPage(1, withLength(Buffer.alloc(2 ** 16, 'x')))
      const indexes = Buffer.concat([Buffer.from([1]), run(count)])
      return oneColumn([value, dataPage(count, ENCODING.dictionary, indexes)], { values: count })
    },
  ],
  [
    'lists sixty deep',
    () => {
      const depth = 60
      const count = 2 ** 20
      const levels = withLength(run(count))
      const content = dataPage(count, ENCODING.plain, Buffer.concat([levels, levels]))
      const names = columnsOf(depth)
      return aParquetFile(
        [
          element('root', { children: 1 }),
          ...names.map((name, at) =>
            element(name, {
              repetition: REPETITION.repeated,
              ...(at === depth - 1 ? { type: TYPE.bytes } : { children: 1 }),
            }),
          ),
        ],
        [rowGroup(count, [{ path: names, values: count, length: content.length }])],
        content,
      )
    },
  ],
  [
    'two thousand columns of the same millions of nulls',
    () => wide(2000, nulls(8_000_000), 8_000_000, REPETITION.optional),
  ],
  [
    'a column that is said to be there a thousand times',
    () => {
      const content = nulls(8_000_000)
      const column = { path: ['v'], values: 8_000_000, length: content.length }
      return aParquetFile(
        [
          element('root', { children: 1 }),
          element('v', { type: TYPE.bytes, repetition: REPETITION.optional }),
        ],
        [
          rowGroup(
            8_000_000,
            Array.from({ length: 1000 }, () => column),
          ),
        ],
        content,
      )
    },
  ],
])
