import { describe, expect, test } from 'vitest'
import { DAY } from '../../shared/domain/duration.ts'
import { anApi, problem, RECORD } from '../support/an-api.ts'
import { aRecord, NOON } from '../support/builders.ts'

describe('a record', () => {
  const get = (api: ReturnType<typeof anApi>, id: string, query = '') =>
    api.call(RECORD, { path: { dataset: 'orders', id }, query })

  test('comes back to the byte, with its type and how complete the search was', async () => {
    const api = anApi()
    const body = '{ "id": "o-1",\t"n": 9007199254740993, "n": 1, "é": "\\ud800" }'
    await api.world.land([aRecord({ body })])
    const answer = await get(api, 'o-1', 'time=2024-03-10T12:00:00Z')
    expect(answer).toMatchObject({
      statusCode: 200,
      isBase64Encoded: true,
      text: body,
      headers: {
        'content-type': 'application/json',
        'icecore-time': '2024-03-10T12:00:00.000Z',
        'icecore-complete': 'true',
        'icecore-versions': '1',
        'icecore-segments': 'segments=1, read=1, cold=0, unreadable=0, missing=0',
      },
    })
  })

  test('of a CSV file comes with its header line', async () => {
    const api = anApi()
    await api.world.land([aRecord({ body: '1;é', header: 'id;näme' })])
    const { headers, text } = await get(api, 'o-1')
    expect(text).toBe('1;é')
    expect(headers['content-type']).toBe('text/csv; charset=utf-8; header=absent')
    expect(decodeURIComponent(headers['icecore-header'] ?? '')).toBe('id;näme')
  })

  test('is the current version, and all of them when asked for', async () => {
    const api = anApi()
    await api.world.land([
      aRecord({ body: '"ten"', version: '10' }),
      aRecord({ body: '"nine"', version: '9', arrived: NOON + 1 }),
    ])
    await api.world.land([aRecord({ body: '"ten"', version: '10', arrived: NOON + 9 })])
    expect(await get(api, 'o-1')).toMatchObject({ text: '"ten"', headers: { 'icecore-versions': '2' } })
    const all = await api.json(RECORD, { path: { dataset: 'orders', id: 'o-1' }, query: 'all=true' })
    expect(all.body).toMatchObject({
      complete: true,
      versions: [
        { body: '"nine"', version: '9' },
        { body: '"ten"', version: '10', arrived: '2024-03-10T12:00:00.000Z' },
      ],
    })
  })

  test.each([
    '../../etc/passwd',
    'a%2fb',
    'a/b//c',
    '\u0000',
    '\u202egnp.exe',
    '?x=1&y',
    '__proto__',
    ' ',
    '%',
  ])('of id %j is found by path and by query', async (id) => {
    const api = anApi()
    await api.world.land([aRecord({ id, body: '1' }), aRecord({ id: `${id}x`, body: '2' })])
    expect(await get(api, id)).toMatchObject({ statusCode: 200, text: '1' })
    const query = `id=${encodeURIComponent(id)}`
    expect(await get(api, 'by-id', query)).toMatchObject({ statusCode: 200, text: '1' })
  })

  test.each([
    ['longer than an id may be', 'x'.repeat(10_240)],
    ['with a lone surrogate', 'a\ud800'],
    ['empty', ''],
  ])('of an id that is %s is refused', async (_, id) => {
    const answer = await anApi().json(RECORD, { path: { dataset: 'orders', id } })
    expect(answer).toMatchObject(problem(400, 'invalid-request', { errors: [{ field: 'id' }] }))
    expect(JSON.stringify(answer.body).length).toBeLessThan(1000)
  })

  test('that is nowhere is a 404, and the search was complete', async () => {
    const api = anApi()
    await api.world.land([aRecord()])
    const answer = await api.json(RECORD, { path: { dataset: 'orders', id: 'o-2' } })
    expect(answer).toMatchObject(problem(404, 'unknown-record', { complete: true }))
  })

  test('that may be in a cold segment is a 409 that says how to have it', async () => {
    const api = anApi()
    await api.world.land([aRecord()], { storageClass: 'DEEP_ARCHIVE' })
    const answer = await api.json(RECORD, { path: { dataset: 'orders', id: 'o-1' } })
    expect(answer).toMatchObject(
      problem(409, 'record-is-cold', {
        complete: false,
        segments: { segments: 1, cold: 1 },
        rehydrate: { body: { dataset: 'orders', select: { ids: [{ id: 'o-1' }] } } },
        quote: { segmentsToThaw: 1, records: { count: 1 }, tiers: [{ tier: 'Bulk' }, { tier: 'Standard' }] },
      }),
    )
    const { rehydrate, quote } = answer.body
    const body = { ...rehydrate.body, destination: 'analysts', tier: 'Bulk' }
    expect(await api.json('POST /rehydrations', { body })).toMatchObject({
      status: 202,
      body: { quoteId: quote.id, cost: { atMost: expect.closeTo(quote.tiers[0].dollars.total, 5) } },
    })
    expect(await get(api, 'o-2')).toMatchObject({ statusCode: 404 })
  })

  test('is answered at once from what is readable, and says that it may not be all', async () => {
    const api = anApi()
    await api.world.land([aRecord({ body: '"old"' })])
    await api.world.land([aRecord({ body: '"new"', arrived: NOON + 5 })], { storageClass: 'GLACIER' })
    expect(await get(api, 'o-1')).toMatchObject({
      text: '"old"',
      headers: { 'icecore-complete': 'false' },
    })
  })

  test('that could not be read is a 503, never a 404', async () => {
    const api = anApi()
    const { segment } = await api.world.land([aRecord()])
    api.world.corrupt(segment.key, Buffer.alloc(segment.bytes))
    const answer = await api.json(RECORD, { path: { dataset: 'orders', id: 'o-1' } })
    expect(answer).toMatchObject(problem(503, 'incomplete', { segments: { unreadable: 1 } }))
  })

  test('that is too large for an answer is to be rehydrated', async () => {
    const api = anApi()
    await api.world.land([aRecord({ body: JSON.stringify('x'.repeat(5_000_000)) })])
    const answer = await api.json(RECORD, { path: { dataset: 'orders', id: 'o-1' } })
    expect(answer).toMatchObject(problem(422, 'record-too-large', { rehydrate: { path: '/rehydrations' } }))
  })

  test('without a time, where there are too many partitions to look through, asks for one', async () => {
    const api = anApi()
    const { registry } = api.world.ports
    for (let at = 0; at <= 1000; at += 1) {
      const partition = new Date(NOON - at * DAY).toISOString().slice(0, 10)
      await registry.expect({ dataset: 'orders', partition }, NOON)
    }
    const answer = await api.json(RECORD, { path: { dataset: 'orders', id: 'o-1' } })
    expect(answer).toMatchObject(
      problem(422, 'too-broad', { limit: 1000, detail: expect.stringContaining('time') }),
    )
    expect(await get(api, 'o-1', `time=${NOON}`)).toMatchObject({ statusCode: 404 })
  })
})
