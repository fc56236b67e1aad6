import { describe, expect, test } from 'vitest'
import { DAY, HOUR } from '../../shared/domain/duration.ts'
import { anApi, CALLER, problem, REQUEST } from '../support/an-api.ts'
import { aRecord, NOON } from '../support/builders.ts'

const FILES = 'GET /rehydrations/{rehydrationId}/files'
const RECORDS = 'GET /rehydrations/{rehydrationId}/records'

const onDay = (at: number) => aRecord({ id: `o-${at}`, time: NOON - at * DAY, body: `{"n":${at}}` })

const asked = async (more: object = {}, isCold = false) => {
  const api = anApi()
  await api.world.land([onDay(0)])
  await api.world.land([onDay(1)], isCold ? { storageClass: 'GLACIER' } : {})
  const select = { from: '2024-03-08T00:00:00Z', to: '2024-03-11T00:00:00Z' }
  const { body } = await api.json('POST /rehydrations', { body: { ...REQUEST, select, ...more } })
  await api.world.drain()
  return { ...api, path: { rehydrationId: String(body.id) } }
}

describe('the route of the files', () => {
  test('gives each its URL for a quarter of an hour, and the manifest once all are there', async () => {
    const { json, path, world } = await asked({}, true)
    const urlExpiresAt = '2024-03-10T12:15:00.000Z'
    const file = {
      bytes: 8,
      records: 1,
      sha256: expect.any(String),
      url: expect.stringContaining('900'),
      urlExpiresAt,
    }
    const partial = await json(FILES, { path })
    expect(partial).toMatchObject({ status: 200, headers: { 'cache-control': 'no-store' } })
    expect(partial.body).toEqual({
      complete: false,
      status: 'hydrating',
      files: [{ partition: '2024-03-10', key: expect.any(String), ...file }],
      manifest: null,
      next: null,
    })
    await world.pass(6 * HOUR)
    const first = await json(FILES, { path, query: 'limit=1' })
    expect(first.body).toMatchObject({ complete: true, files: [{ partition: '2024-03-09' }], manifest: null })
    const last = await json(FILES, { path, query: `limit=1&next=${first.body.next}` })
    expect(last.body).toMatchObject({
      complete: true,
      status: 'completed',
      files: [{ partition: '2024-03-10' }],
      manifest: { key: expect.stringContaining('manifest.json'), url: expect.any(String) },
      next: null,
    })
  })

  test('says of a removed file that it has no URL', async () => {
    const { json, path, world } = await asked()
    for (const key of world.files()) world.s3.deleteObject({ bucket: 'rehydrated', key })
    const { body } = await json(FILES, { path })
    expect(body.files[0]).toMatchObject({ url: null, urlExpiresAt: null })
    expect(body.manifest).toMatchObject({ url: null, urlExpiresAt: null })
  })

  test('[S12] tells no log of a URL', async () => {
    const { json, path, lines } = await asked()
    expect(JSON.stringify((await json(FILES, { path })).body)).toContain('X-Amz-Signature')
    expect(JSON.stringify(lines)).not.toMatch(/X-Amz|\.ndjson/)
  })

  test.each([
    'limit=0',
    'limit=501',
    'limit=x',
    'next=x',
    'from=1',
    `next=${Buffer.from('"../x"').toString('base64url')}`,
  ])('refuses %s', async (query) => {
    const { json, path } = await asked()
    expect(await json(FILES, { path, query })).toMatchObject(problem(400, 'invalid-request'))
  })
})

describe('the route of the records', () => {
  test('answers them as they are in the files', async () => {
    const { call, path } = await asked({ destination: 'inline', compression: 'zstd' })
    const answer = await call(RECORDS, { path })
    expect(answer).toMatchObject({ statusCode: 200, text: '{"n":1}\n{"n":0}\n' })
    expect(answer.headers).toMatchObject({
      'content-type': 'application/x-ndjson',
      'content-encoding': 'identity',
      'icecore-complete': 'true',
      'icecore-records': '2',
      'icecore-segments': 'segments=2, read=2, cold=0, unreadable=0, missing=0',
    })
  })

  test('answers CSV as CSV', async () => {
    const { call, path } = await asked({ format: 'csv', columns: ['id'] })
    const { headers, text } = await call(RECORDS, { path })
    expect(headers['content-type']).toBe('text/csv; charset=utf-8; header=present')
    expect(text).toBe('id\r\no-1\r\no-0\r\n')
  })

  test('waits until all is delivered, unless a part will do', async () => {
    const { call, json, path } = await asked({}, true)
    expect(await json(RECORDS, { path })).toMatchObject(
      problem(409, 'not-completed', {
        rehydrationStatus: 'hydrating',
        files: { path: `/rehydrations/${path.rehydrationId}/files` },
      }),
    )
    const { headers, text } = await call(RECORDS, { path, query: 'partial=true' })
    expect(text).toBe('{"n":0}\n')
    expect(headers).toMatchObject({ 'icecore-complete': 'false', 'icecore-records': '1' })
  })

  test('says that an answer is not complete where a segment was lost', async () => {
    const api = anApi()
    const { segment } = await api.world.land([onDay(0)])
    api.world.removeObject(segment.key)
    const { body } = await api.json('POST /rehydrations', { body: REQUEST })
    await api.world.drain()
    const { headers } = await api.call(RECORDS, { path: { rehydrationId: body.id } })
    expect(headers).toMatchObject({
      'icecore-complete': 'false',
      'icecore-segments': expect.stringContaining('missing=1'),
    })
  })

  test('names the files for what is more than 4 MiB', async () => {
    const api = anApi()
    await api.world.land([aRecord({ body: `"${'x'.repeat(4 * 2 ** 20)}"` })])
    const { body } = await api.json('POST /rehydrations', { body: { ...REQUEST, compression: 'gzip' } })
    await api.world.drain()
    expect(await api.json(RECORDS, { path: { rehydrationId: body.id } })).toMatchObject(
      problem(422, 'answer-too-large', { files: { method: 'GET', path: `/rehydrations/${body.id}/files` } }),
    )
  })

  test('names the files for what cannot be joined', async () => {
    const { json, path } = await asked({ format: 'parquet' })
    expect(await json(RECORDS, { path })).toMatchObject(problem(422, 'answer-in-several-files'))
  })

  test('says that the files were removed, or are others', async () => {
    const { json, path, world } = await asked()
    const key = `analysts/${path.rehydrationId}/2024-03-10.ndjson`
    world.s3.putObject({ bucket: 'rehydrated', key, body: Buffer.from('{"n":9}\n') })
    expect(await json(RECORDS, { path })).toMatchObject(problem(503, 'incomplete'))
    world.s3.deleteObject({ bucket: 'rehydrated', key })
    expect(await json(RECORDS, { path })).toMatchObject(problem(410, 'answer-expired'))
  })

  test.each(['partial=yes', 'limit=1'])('refuses %s', async (query) => {
    const { json, path } = await asked()
    expect(await json(RECORDS, { path, query })).toMatchObject(problem(400, 'invalid-request'))
  })
})

test.each([FILES, RECORDS])(
  '[S2] %s of another account is as unknown as one that is not there',
  async (route) => {
    const { json, path } = await asked()
    const caller = { ...CALLER, accountId: '999999999999' }
    const unknown = await json(route, { path: { rehydrationId: '01HRKZ0000000000000000ABCD' }, caller })
    expect(unknown).toMatchObject(problem(404, 'unknown-rehydration'))
    expect(await json(route, { path, caller })).toEqual(unknown)
    expect(await json(route, { path: { rehydrationId: '../x' } })).toEqual(unknown)
  },
)

describe('a destination that is a queue', () => {
  test('has no records to answer with, and its manifest alone among the files', async () => {
    const { json, path } = await asked({ destination: 'standard' })
    expect(await json(RECORDS, { path })).toMatchObject(problem(422, 'answer-in-a-queue'))
    expect((await json(FILES, { path })).body).toMatchObject({
      complete: true,
      files: [],
      manifest: { key: `replays/standard/${path.rehydrationId}/manifest.json` },
    })
    const status = await json('GET /rehydrations/{rehydrationId}', { path })
    expect(status.body.result).toMatchObject({ records: 2, files: 0, notSent: 0 })
  })

  test.each([
    ['format', { format: 'csv' }],
    ['compression', { compression: 'zstd' }],
    ['columns', { columns: ['id'] }],
  ])('takes no %s', async (field, more) => {
    const { json } = anApi()
    const body = { ...REQUEST, destination: 'fifo', ...more }
    expect(await json('POST /rehydrations', { body })).toMatchObject(
      problem(400, 'invalid-request', { errors: [{ field }] }),
    )
  })
})
