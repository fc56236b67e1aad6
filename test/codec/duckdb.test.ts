import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DuckDBInstance } from '@duckdb/node-api'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { PromotedColumn } from '../../shared/domain/dataset.ts'
import { aRecord, NOON } from '../support/builders.ts'
import { pack, someRecords } from './packing.ts'

const promoted: PromotedColumn[] = [
  { name: 'delay', path: ['delay'], type: 'integer' },
  { name: 'ratio', path: ['ratio'], type: 'number' },
  { name: 'late', path: ['late'], type: 'boolean' },
  { name: 'seen at', path: ['seen'], type: 'timestamp' },
  { name: 'town', path: ['town'], type: 'string' },
]

describe('a segment in DuckDB', () => {
  let folder = ''
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'icecore-duckdb-'))
  })
  afterAll(() => rm(folder, { recursive: true }))

  const query = async (content: Uint8Array, sql: string) => {
    const file = join(folder, 'segment.parquet')
    await writeFile(file, content)
    const instance = await DuckDBInstance.create(':memory:')
    const connection = await instance.connect()
    try {
      return (await connection.runAndReadAll(sql.replaceAll('$file', `'${file}'`))).getRowObjectsJson()
    } finally {
      connection.closeSync()
      instance.closeSync()
    }
  }

  const records = [
    ...someRecords(20_000).map((record, at) => ({
      ...record,
      promoted: [at, at / 2, at % 2 === 0, NOON, `t${at % 9}`],
    })),
    aRecord({
      id: '\ue000',
      body: '\ufeff{"a":"😀"}',
      header: 'a,b',
      version: '2',
      promoted: [null, null, null, null, null],
    }),
    aRecord({ id: '😀', time: -1, body: '', promoted: [2n ** 63n - 1n, -0.5, false, -1, ''] }),
  ]

  it('is plain Parquet: every column reads as what it is', async () => {
    const { content } = await pack(records, { promoted })
    const types = await query(content, 'SELECT column_name, column_type FROM (DESCRIBE SELECT * FROM $file)')
    expect(types.map((row) => `${row.column_name} ${row.column_type}`)).toEqual([
      'id VARCHAR',
      'time TIMESTAMP WITH TIME ZONE',
      'body VARCHAR',
      'header VARCHAR',
      'arrived TIMESTAMP WITH TIME ZONE',
      'version VARCHAR',
      'delay BIGINT',
      'ratio DOUBLE',
      'late BOOLEAN',
      'seen at TIMESTAMP WITH TIME ZONE',
      'town VARCHAR',
    ])
    const rows = await query(
      content,
      `SELECT id, epoch_ms(time) AS time, hex(encode(body)) AS body, header, version, delay, ratio, late, epoch_ms("seen at") AS seen, town
       FROM $file WHERE NOT starts_with(id, 'o-') ORDER BY id`,
    )
    expect(rows).toEqual([
      {
        id: '\ue000',
        time: String(NOON),
        // as bytes: DuckDB's Node client drops the mark
        body: Buffer.from('\ufeff{"a":"😀"}').toString('hex').toUpperCase(),
        header: 'a,b',
        version: '2',
        delay: null,
        ratio: null,
        late: null,
        seen: null,
        town: null,
      },
      {
        id: '😀',
        time: '-1',
        body: '',
        header: null,
        version: null,
        delay: '9223372036854775807',
        ratio: -0.5,
        late: false,
        seen: '-1',
        town: '',
      },
    ])
  })

  it('has the digest that SQL computes over its rows', async () => {
    const { content, records: digest } = await pack(records, { promoted })
    const text = `strlen(id) || ',' || coalesce(strlen(header)::VARCHAR, '-') || ',' || epoch_ms(time) || ':' || id ||
      coalesce(header, '') || body`
    const [row] = await query(
      content,
      `SELECT count(*)::VARCHAR AS count, sum(('0x' || left(md5, 16))::UBIGINT)::VARCHAR AS upper,
       sum(('0x' || right(md5, 16))::UBIGINT)::VARCHAR AS lower FROM (SELECT md5(${text}) AS md5 FROM $file)`,
    )
    expect(row).toEqual({
      count: String(digest.count),
      upper: String(digest.upper),
      lower: String(digest.lower),
    })
  })

  it('is pruned by its statistics to the right rows, also beyond the first 65,536 characters of Unicode', async () => {
    const { content } = await pack(records, { promoted })
    const count = async (where: string) =>
      (await query(content, `SELECT count(*)::INT AS n FROM $file WHERE ${where}`))[0]?.n
    expect(await count("id = '😀'")).toBe(1)
    expect(await count("id = '\ue000'")).toBe(1)
    expect(await count("id >= '\ue000'")).toBe(2)
    expect(await count("time < TIMESTAMPTZ '1970-01-01 00:00:00+00'")).toBe(1)
    expect(await count('delay = 777')).toBe(1)
    expect(await count("town = 't3'")).toBe(
      records.filter(({ promoted: values }) => values[4] === 't3').length,
    )
  })

  it('carries its metadata where SQL can read it', async () => {
    const { content } = await pack(records, { promoted })
    const rows = await query(content, 'SELECT key::VARCHAR AS key FROM parquet_kv_metadata($file)')
    expect(rows.map((row) => row.key)).toEqual([
      'icecore.format',
      'icecore.segment',
      'icecore.inputs',
      'icecore.rowGroups',
      'icecore.crc',
    ])
  })
})
