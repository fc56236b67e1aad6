import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type DuckDBConnection, DuckDBInstance } from '@duckdb/node-api'
import * as fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { makeCsvPart } from '../../shared/codec/csv-part.ts'
import { partColumns } from '../../shared/codec/part-columns.ts'
import type { ArchiveRecord } from '../../shared/domain/record.ts'
import { aRecord, NOON } from '../support/builders.ts'
import { fileOf, PROMOTED } from './part-files.ts'

const csvOf = async (columns: readonly string[], ...records: readonly ArchiveRecord[]) =>
  (await fileOf((sink) => makeCsvPart(sink, partColumns(columns, PROMOTED)), records)).toString()

/** Takes away what CSV output adds before a formula. */
const asSent = (cell: string) => (/^'+[=+\-@\t\r]/.test(cell) ? cell.slice(1) : cell)

describe('a CSV file', () => {
  it('has a line of names, then a line a record', async () => {
    const record = aRecord({
      body: '{"a":"x, y"}',
      arrived: NOON + 1,
      version: '7',
      promoted: ['Ulm', 2n ** 63n - 1n, -0.5, true, NOON],
    })
    const names = ['id', 'time', 'body', 'header', 'arrived', 'version', ...PROMOTED.map(({ name }) => name)]
    expect(await csvOf(names, record, aRecord({ id: 'o-2', promoted: [null, -7, null, null, null] }))).toBe(
      `${[
        names.join(','),
        'o-1,2024-03-10T12:00:00.000Z,"{""a"":""x, y""}",,2024-03-10T12:00:00.001Z,7,Ulm,9223372036854775807,-0.5,true,2024-03-10T12:00:00.000Z',
        'o-2,2024-03-10T12:00:00.000Z,"{""id"":""o-1""}",,2024-03-10T12:00:00.000Z,,,-7,,,',
      ].join('\r\n')}\r\n`,
    )
  })

  it('has the columns that are asked for, in that order', async () => {
    expect(await csvOf(['count', 'id'], aRecord({ promoted: [null, 5] }))).toBe('count,id\r\n5,o-1\r\n')
  })

  it('leaves a column empty that has left the configuration since', async () => {
    expect(await csvOf(['id', 'gone'], aRecord())).toBe('id,gone\r\no-1,\r\n')
  })

  it.each([
    ['=1+1', "'=1+1"],
    ['+1', "'+1"],
    ['-1', "'-1"],
    ['@SUM(A1)', "'@SUM(A1)"],
    ['\t=1', "'\t=1"],
    ['\r=1', '"\'\r=1"'],
    ['=cmd|\'/C calc\'!A0,"x"', '"\'=cmd|\'/C calc\'!A0,""x"""'],
    ["'=1", "''=1"],
    ["'tis", "'tis"],
    ['1-1', '1-1'],
    ['', '""'],
  ])('[S7] writes the text %j as %j', async (text, cell) => {
    const record = aRecord({ header: text, promoted: [text] })
    expect(await csvOf(['header', 'town'], record)).toBe(`header,town\r\n${cell},${cell}\r\n`)
  })

  describe('read by DuckDB', () => {
    let folder = ''
    let connection: DuckDBConnection
    beforeAll(async () => {
      folder = await mkdtemp(join(tmpdir(), 'icecore-csv-'))
      connection = await (await DuckDBInstance.create(':memory:')).connect()
    })
    afterAll(async () => {
      connection.closeSync()
      await rm(folder, { recursive: true })
    })

    const text = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.string({
        unit: fc.constantFrom('=', '+', '-', '@', '\t', '\r', '\n', '"', ',', "'", ' ', 'a', '😀'),
      }),
    )
    // DuckDB's client ends a text at a NUL, and drops a byte order mark
    const cell = text.map((given) => given.replaceAll(/[\0\ufeff]/g, ''))
    const record = fc.record({
      id: cell.filter((id) => id !== ''),
      body: cell,
      header: fc.option(cell),
      town: fc.option(cell),
      count: fc.option(fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n })),
    })

    it('gives every cell back to the byte, and nothing that a spreadsheet would run', () =>
      fc.assert(
        fc.asyncProperty(fc.array(record, { minLength: 1, maxLength: 20 }), async (given) => {
          const records = given.map(({ town, count, ...rest }) =>
            aRecord({ ...rest, promoted: [town, count] }),
          )
          const file = join(folder, 'part.csv')
          const columns = ['id', 'body', 'header', 'town', 'count']
          await writeFile(file, await csvOf(columns, ...records))
          const rows = await connection.runAndReadAll(
            `SELECT * FROM read_csv('${file}', header = true, all_varchar = true, auto_detect = false, delim = ',', quote = '"',
              escape = '"', new_line = '\\r\\n', allow_quoted_nulls = false, nullstr = '', max_line_size = 10000000,
              columns = {${columns.map((name) => `'${name}': 'VARCHAR'`).join(', ')}})`,
          )
          const read = rows.getRowObjectsJson()
          const sent = read.map((row) =>
            Object.fromEntries(
              Object.entries(row).map(([name, value]) => [
                name,
                value === null ? null : asSent(String(value)),
              ]),
            ),
          )
          expect(sent).toEqual(
            given.map((one) => ({ ...one, count: one.count === null ? null : `${one.count}` })),
          )
          for (const row of read)
            for (const [name, value] of Object.entries(row))
              if (name !== 'count' && value !== null) expect(String(value)).not.toMatch(/^[=+\-@\t\r]/)
        }),
        { numRuns: 60 },
      ))
  })
})
