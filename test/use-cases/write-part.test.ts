import { gunzipSync, zstdDecompressSync } from 'node:zlib'
import { parquetReadObjects } from 'hyparquet'
import { describe, expect, test } from 'vitest'
import { decompressors } from '../../shared/codec/parquet-values.ts'
import { aRecord, NOON } from '../support/builders.ts'
import { aWorld } from '../support/rehydration-world.ts'
import { aRange, someIds } from '../support/selections.ts'

const HOLE = aRange(NOON + 1, NOON + 5)

describe.each(['ndjson', 'csv', 'parquet'] as const)('a part as %s', (format) => {
  test('is not written where the range falls between the records of a segment', async () => {
    const world = aWorld()
    await world.land([aRecord({ id: 'a' }), aRecord({ id: 'b', time: NOON + 9 })])
    const id = await world.ask({ format, selection: HOLE })
    await world.drain()
    expect(await world.stateOf(id)).toMatchObject({
      name: 'completed',
      summary: { files: 0, records: { count: 0 } },
    })
    expect(world.files()).toEqual([`analysts/${id}/manifest.json`])
  })

  test('is not written where ids and times are there, and not together', async () => {
    const world = aWorld()
    await world.land([aRecord({ id: 'a', time: NOON + 1 }), aRecord({ id: 'b' })])
    const ids = [
      { id: 'a', time: NOON },
      { id: 'b', time: NOON + 1 },
    ]
    const id = await world.ask({ format, selection: someIds(ids) })
    await world.drain()
    expect(await world.stateOf(id)).toMatchObject({ name: 'completed', summary: { files: 0, notFound: 2 } })
  })

  test('holds long records whole, and short ones beside them', async () => {
    const world = aWorld()
    const bodies = ['"1"', `"${'x'.repeat(1.5 * 2 ** 20)}"`, '"2"', `"${'y'.repeat(2 ** 20)}"`]
    await world.land(bodies.map((body, at) => aRecord({ id: `o-${at}`, body })))
    const id = await world.ask({ format })
    await world.drain()
    expect(await world.stateOf(id)).toMatchObject({
      name: 'completed',
      summary: { files: 1, records: { count: 4 } },
    })
    if (format === 'ndjson')
      expect(world.file(`${id}/2024-03-10.ndjson`).toString()).toBe(`${bodies.join('\n')}\n`)
  })
})

describe('a packed part', () => {
  const records = [aRecord({ id: 'a', body: '"1"' }), aRecord({ id: 'b', body: '"2"' })]
  const time = '2024-03-10T12:00:00.000Z'

  test.each([
    ['ndjson', 'gzip', '.ndjson.gz', 'application/gzip', '"1"\n"2"\n'],
    ['ndjson', 'zstd', '.ndjson.zst', 'application/zstd', '"1"\n"2"\n'],
    [
      'csv',
      'gzip',
      '.csv.gz',
      'application/gzip',
      `id,time,body,header\r\na,${time},"""1""",\r\nb,${time},"""2""",\r\n`,
    ],
  ] as const)('of %s in %s is a file %s', async (format, compression, ending, type, content) => {
    const world = aWorld()
    await world.land(records)
    const id = await world.ask({ format, compression })
    await world.drain()
    const key = `analysts/${id}/2024-03-10${ending}`
    expect(world.files()).toEqual([key, `analysts/${id}/manifest.json`])
    const { version } = world.s3.headObject({ bucket: 'rehydrated', key })
    expect(version.headers['content-type']).toBe(type)
    const packed = world.file(`${id}/2024-03-10${ending}`)
    expect((compression === 'gzip' ? gunzipSync : zstdDecompressSync)(packed).toString()).toBe(content)
    expect(JSON.parse(world.file(`${id}/manifest.json`).toString())).toMatchObject({
      format,
      compression,
      columns: null,
      bytes: packed.length,
      files: [{ key, bytes: packed.length }],
    })
  })

  test('is the same bytes when another attempt makes it', async () => {
    const world = aWorld()
    await world.land(records)
    const id = await world.ask({ compression: 'gzip' })
    await world.drain()
    const content = world.file(`${id}/2024-03-10.ndjson.gz`)
    const other = await world.ask({ compression: 'gzip' })
    world.advance(86_400_000)
    await world.drain()
    expect(world.file(`${other}/2024-03-10.ndjson.gz`)).toEqual(content)
  })

  test('fails, and says why, when it is too large for a file', async () => {
    const world = aWorld({ maxPartBytes: 20 })
    await world.land(records)
    const id = await world.ask({ compression: 'zstd' })
    expect(await world.drain()).toContain('failed')
    expect(await world.stateOf(id)).toMatchObject({
      name: 'failed',
      reason: expect.stringContaining('more than the 20 bytes'),
    })
  })
})

describe('a part of some columns', () => {
  test.each([
    ['ndjson', '{"body":"\\"1\\"","id":"a"}\n'],
    ['csv', 'body,id\r\n"""1""",a\r\n'],
  ] as const)('as %s has them in the order that was asked for', async (format, content) => {
    const world = aWorld()
    await world.land([aRecord({ id: 'a', body: '"1"' })])
    const id = await world.ask({ format, columns: ['body', 'id'] })
    await world.drain()
    expect(world.file(`${id}/2024-03-10.${format}`).toString()).toBe(content)
  })

  test('as Parquet has them and nothing else', async () => {
    const world = aWorld()
    await world.land([aRecord({ id: 'a', body: '"1"' })])
    const id = await world.ask({ format: 'parquet', columns: ['body', 'id'] })
    await world.drain()
    const file = new Uint8Array(world.file(`${id}/2024-03-10.parquet`)).buffer
    const rows = await parquetReadObjects({ file, compressors: decompressors })
    expect(rows).toEqual([{ body: '"1"', id: 'a' }])
  })
})
