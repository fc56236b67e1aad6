import { parquetMetadataAsync, parquetReadObjects } from 'hyparquet'
import { describe, expect, it } from 'vitest'
import { decompressors } from '../../shared/codec/parquet-values.ts'
import type { SegmentSink } from '../../shared/codec/segment-sink.ts'
import { makeTablePart } from '../../shared/codec/table-part.ts'
import { aRecord, NOON } from '../support/builders.ts'
import { fileOf, PROMOTED } from './part-files.ts'

const make = (names: readonly string[]) => (sink: SegmentSink) => makeTablePart(sink, names, PROMOTED)

const bufferOf = (content: Buffer) => new Uint8Array(content).buffer

const rowsOf = (content: Buffer) =>
  parquetReadObjects({ file: bufferOf(content), compressors: decompressors })

describe('a Parquet file of some columns', () => {
  const records = Array.from({ length: 50 }, (_, at) =>
    aRecord({ id: `o-${at}`, body: `{"n":${at}}`, promoted: [`t${at}`, at, null, true, NOON + at] }),
  )

  it('has those, in that order, and is no segment', async () => {
    const content = await fileOf(make(['count', 'id', 'body', 'seen']), records)
    const { schema, key_value_metadata } = await parquetMetadataAsync(bufferOf(content))
    expect(schema.slice(1).map(({ name, type }) => `${name} ${type}`)).toEqual([
      'count INT64',
      'id BYTE_ARRAY',
      'body BYTE_ARRAY',
      'seen INT64',
    ])
    expect(key_value_metadata ?? []).toEqual([])
    expect(await rowsOf(content)).toEqual(
      records.map(({ id, body }, at) => ({ count: BigInt(at), id, body, seen: new Date(NOON + at) })),
    )
  })

  it('takes no bodies along where none are wanted', async () => {
    expect(await rowsOf(await fileOf(make(['town']), records))).toEqual(
      records.map((_, at) => ({ town: `t${at}` })),
    )
  })

  it('has nothing but nulls in a column that has left the configuration', async () => {
    expect(await rowsOf(await fileOf(make(['id', 'gone']), [aRecord({ header: 'h' })]))).toEqual([
      { id: 'o-1', gone: null },
    ])
  })

  it('of no records has its columns all the same', async () => {
    const content = await fileOf(make(['id', 'count']))
    expect((await parquetMetadataAsync(bufferOf(content))).schema).toHaveLength(3)
    expect(await rowsOf(content)).toEqual([])
  })

  it('is the same bytes, however its records come in', async () => {
    const whole = await fileOf(make(['id', 'body']), records)
    expect(await fileOf(make(['id', 'body']), records.slice(0, 7), [], records.slice(7))).toEqual(whole)
  })

  it('begins another row group where one is full, of text or of rows', async () => {
    const groups = async (content: Buffer) =>
      (await parquetMetadataAsync(bufferOf(content))).row_groups.map(({ num_rows }) => Number(num_rows))
    const long = Array.from({ length: 3 }, (_, at) =>
      aRecord({ id: `o-${at}`, body: `"${'x'.repeat(5 * 2 ** 20)}"` }),
    )
    expect(await groups(await fileOf(make(['id', 'body']), long))).toEqual([2, 1])
    const many = Array.from({ length: 40_000 }, (_, at) =>
      aRecord({ id: String(at).padStart(6, '0'), body: '1' }),
    )
    expect(await groups(await fileOf(make(['id']), many))).toEqual([32_768, 7232])
  })
})
