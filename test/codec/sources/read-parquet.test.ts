import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DuckDBInstance } from '@duckdb/node-api'
import { parquetWriteBuffer } from 'hyparquet-writer'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { memorySource } from '../../../shared/codec/byte-source.ts'
import { readObject } from '../../../shared/codec/sources/read-object.ts'
import { DecompressionLimit, SourceCorrupt } from '../../../shared/codec/sources/source-item.ts'
import { counting } from '../packing.ts'
import { drain, texts } from './reading.ts'

const read = (content: Uint8Array, maxBodyBytes = 1_000_000) =>
  drain(readObject({ format: 'parquet', source: memorySource(content) }, { maxBodyBytes }))

describe('a Parquet object', () => {
  let folder = ''
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'icecore-parquet-'))
  })
  afterAll(() => rm(folder, { recursive: true }))

  /** What DuckDB writes for a query. */
  const write = async (sql: string, options = ''): Promise<Buffer> => {
    const file = join(folder, 'object.parquet')
    const instance = await DuckDBInstance.create(':memory:')
    const connection = await instance.connect()
    try {
      await connection.run("SET TimeZone = 'UTC'")
      await connection.run(`COPY (${sql}) TO '${file}' (FORMAT parquet${options})`)
      return await readFile(file)
    } finally {
      connection.closeSync()
      instance.closeSync()
    }
  }
  const rowOf = async (columns: string) => texts((await read(await write(`SELECT ${columns}`))).items)[0]

  it.each([
    ['9223372036854775807::BIGINT', '9223372036854775807'],
    ['(-9223372036854775808)::BIGINT', '-9223372036854775808'],
    ['18446744073709551615::UBIGINT', '18446744073709551615'],
    ['4294967295::UINTEGER', '4294967295'],
    ['(-128)::TINYINT', '-128'],
    ['255::UTINYINT', '255'],
    ['1.5::DOUBLE', '1.5'],
    ['1e300::DOUBLE', '1e+300'],
    ["'-0'::DOUBLE", '-0'],
    ["'nan'::DOUBLE", '"NaN"'],
    ["'-inf'::FLOAT", '"-Infinity"'],
    ['0.1::FLOAT', '0.10000000149011612'],
    ['12345678901234.56789::DECIMAL(38,5)', '"12345678901234.56789"'],
    ['99999999999999999999999999999999999999::DECIMAL(38,0)', '"99999999999999999999999999999999999999"'],
    ['(-0.05)::DECIMAL(9,2)', '"-0.05"'],
    ['9999999999999999.99::DECIMAL(18,2)', '"9999999999999999.99"'],
    ['true', 'true'],
    ['\'text \u{1f600} "q" \\\'::VARCHAR', '"text \u{1f600} \\"q\\" \\\\"'],
    ["'\ufeffmark'::VARCHAR", '"\ufeffmark"'],
    ["''::VARCHAR", '""'],
    ["'\\x00\\xFF'::BLOB", '"AP8="'],
    ["DATE '2018-02-07'", '"2018-02-07"'],
    ["DATE '0001-01-01'", '"0001-01-01"'],
    ["TIMESTAMP '2018-02-07 13:05:09.123456'", '"2018-02-07T13:05:09.123456"'],
    ["TIMESTAMPTZ '1969-12-31 23:59:59.999999+00'", '"1969-12-31T23:59:59.999999Z"'],
    ["TIMESTAMP_MS '2018-02-07 13:05:09.123'", '"2018-02-07T13:05:09.123"'],
    ["TIMESTAMP_NS '2018-02-07 13:05:09.123456789'", '"2018-02-07T13:05:09.123456789"'],
    ["TIME '13:05:09.5'", '"13:05:09.500000"'],
    ["'6ba7b810-9dad-11d1-80b4-00c04fd430c8'::UUID", '"6ba7b810-9dad-11d1-80b4-00c04fd430c8"'],
    ['NULL::INTEGER', 'null'],
    ['[1, NULL, 3]', '[1,null,3]'],
    ['[]::INTEGER[]', '[]'],
    ['NULL::INTEGER[]', 'null'],
    ["[['a'], [], NULL, ['b', NULL]]", '[["a"],[],null,["b",null]]'],
    ["{'x': 1, 'y': {'z': [9007199254740993::BIGINT]}}", '{"x":1,"y":{"z":[9007199254740993]}}'],
    ["[{'a': 1, 'b': 'x'}, NULL, {'a': NULL, 'b': NULL}]", '[{"a":1,"b":"x"},null,{"a":null,"b":null}]'],
    ['NULL::STRUCT(a INTEGER, b STRUCT(c INTEGER))', 'null'],
    ["MAP {'k': 1, '__proto__': 2}", '[{"key":"k","value":1},{"key":"__proto__","value":2}]'],
    ['MAP {1.5::DECIMAL(5,2): [1]}', '[{"key":"1.50","value":[1]}]'],
    ['MAP {}::MAP(VARCHAR, INTEGER)', '[]'],
    ['NULL::MAP(VARCHAR, INTEGER)', 'null'],
    ['\'{"n": 12345678901234567890,\n "a":1}\'::JSON', '{"n": 12345678901234567890,  "a":1}'],
  ])('gives %s as %s', async (value, expected) => {
    expect(await rowOf(`${value} AS v`)).toBe(`{"v":${expected}}`)
  })

  it('keeps the order of its columns, and names that objects treat otherwise', async () => {
    expect(await rowOf('1 AS "2", 2 AS "1", 3 AS "constructor", 4 AS "a b", 5 AS "a.b"')).toBe(
      '{"2":1,"1":2,"constructor":3,"a b":4,"a.b":5}',
    )
  })

  it.each(['uncompressed', 'snappy', 'gzip', 'zstd', 'brotli'])(
    'is read when compressed with %s',
    async (codec) => {
      const rows = 3000
      const content = await write(
        `SELECT range AS n, 'text ' || range % 7 AS t, [range, range + 1] AS l, CASE WHEN range % 3 = 0 THEN NULL ELSE range / 2 END AS d
       FROM range(${rows})`,
        `, COMPRESSION ${codec}, ROW_GROUP_SIZE 2048`,
      )
      const { items, error } = await read(content)
      expect(error).toBeUndefined()
      expect(texts(items)).toEqual(
        Array.from(
          { length: rows },
          (_, n) => `{"n":${n},"t":"text ${n % 7}","l":[${n},${n + 1}],"d":${n % 3 === 0 ? 'null' : n / 2}}`,
        ),
      )
      expect(items.map(({ row }) => row)).toEqual(Array.from({ length: rows }, (_, n) => n + 1))
    },
  )

  it('is read a row group at a time, in slices when one is large', async () => {
    const content = await write(
      'SELECT range AS n, repeat(md5(range::VARCHAR), 40) AS pad, [range % 5] AS l FROM range(60000)',
      ', ROW_GROUP_SIZE 51200',
    )
    const { source, reads } = counting(memorySource(content))
    let next = 0
    for await (const batch of readObject({ format: 'parquet', source }, { maxBodyBytes: 10_000 })) {
      expect(batch.length).toBeLessThanOrEqual(1000)
      for (const item of batch) {
        if (
          item.kind !== 'text' ||
          !item.text.startsWith(`{"n":${next},`) ||
          !item.text.endsWith(`,"l":[${next % 5}]}`)
        )
          throw new Error(`row ${next}: ${JSON.stringify(item).slice(0, 100)}`)
        next += 1
      }
    }
    expect(next).toBe(60_000)
    // the end, the footer, two row groups
    expect(reads.length).toBe(4)
  })

  it('gives a row that is too long, or whose text is not UTF-8, as invalid', async () => {
    expect((await read(await write("SELECT repeat('x', 500) AS v"), 100)).items).toMatchObject([
      { kind: 'invalid', reason: 'body-too-long', complete: true, row: 1 },
    ])
    const content = parquetWriteBuffer({
      columnData: [{ name: 'v', data: [Buffer.from('ok'), Buffer.from([0xff, 0xfe])] }],
      schema: [
        { name: 'root', num_children: 1 },
        { name: 'v', type: 'BYTE_ARRAY', converted_type: 'UTF8', repetition_type: 'REQUIRED' },
      ],
      codec: 'UNCOMPRESSED',
      statistics: false,
    })
    expect(texts((await read(new Uint8Array(content))).items)).toEqual([
      '{"v":"ok"}',
      'invalid-utf8:{"v":"//4="}',
    ])
  })

  it('without rows has none', async () => {
    expect(await read(await write('SELECT 1 AS a WHERE false'))).toEqual({
      items: [],
      error: undefined,
      sizes: [],
    })
  })

  it('that is cut off anywhere, or is something else, is corrupt', async () => {
    const content = await write("SELECT range AS n, 'x' || range AS t, [range] AS l FROM range(20)")
    for (let length = 0; length < content.length; length += 1)
      expect((await read(content.subarray(0, length))).error).toBeInstanceOf(SourceCorrupt)
  })

  it('that is damaged in any byte ends: with rows, or with an error of its own', async () => {
    const content = await write(
      "SELECT range AS n, 'x' || range % 2 AS t, [range] AS l FROM range(20)",
      ', COMPRESSION gzip',
    )
    for (let at = 0; at < content.length; at += 1)
      for (const mask of [0xff, 0x01, 0x40]) {
        const damaged = Buffer.from(content)
        damaged[at] = (damaged[at] ?? 0) ^ mask
        const { error } = await read(damaged)
        expect(
          error === undefined || error instanceof SourceCorrupt || error instanceof DecompressionLimit,
          `byte ${at}: ${error}`,
        ).toBe(true)
      }
  })

  it('with too many columns is stopped before it is decoded', async () => {
    const columns = Array.from({ length: 10_001 }, (_, at) => ({ name: `c${at}`, data: [1] }))
    const content = parquetWriteBuffer({ columnData: columns, codec: 'UNCOMPRESSED' })
    expect((await read(new Uint8Array(content))).error).toBeInstanceOf(DecompressionLimit)
  })
})
