import { describe, expect, test } from 'vitest'
import { HOUR } from '../../shared/domain/duration.ts'
import { anApi, CALLER, problem, REQUEST } from '../support/an-api.ts'
import { aRecord } from '../support/builders.ts'
import { aWorld } from '../support/rehydration-world.ts'

describe('a quote', () => {
  test('gives each tier its price and time', async () => {
    const { world, json } = anApi()
    const { segment } = await world.land([aRecord()], { storageClass: 'GLACIER' })
    const { status, body } = await json('POST /quotes', {
      body: { dataset: 'orders', select: REQUEST.select, keepDays: 2 },
    })
    expect(status).toBe(200)
    expect(body).toMatchObject({
      dataset: 'orders',
      segments: 1,
      segmentsToThaw: 1,
      bytesToThaw: segment.bytes,
      records: { count: 1, exact: true },
      readableNow: { segments: 0, bytes: 0 },
      pruned: { partitions: 0, segments: 0, rowGroups: 0 },
      tiers: [
        { tier: 'Bulk', readyBy: { p50: '2024-03-10T20:30:00.000Z', p95: '2024-03-11T00:00:00.000Z' } },
        { tier: 'Standard', readyBy: { p95: '2024-03-10T17:00:00.000Z' } },
        { tier: 'Expedited', readyBy: { p95: '2024-03-10T12:05:00.000Z' } },
      ],
    })
  })
})

describe('a rehydration', () => {
  test('tells of the jobs that ask for its thaws', async () => {
    const { world, json } = anApi(aWorld({ batchThawsAbove: 0 }))
    await world.land([aRecord()], { storageClass: 'GLACIER' })
    const { body } = await json('POST /rehydrations', { body: { ...REQUEST, tier: 'Bulk' } })
    await world.drain()
    const status = async () =>
      (await json('GET /rehydrations/{rehydrationId}', { path: { rehydrationId: body.id } })).body
    const planned = { tier: 'Bulk', segments: 1, plannedAt: '2024-03-10T12:00:00.000Z' }
    expect((await status()).thawJobs).toEqual([{ ...planned, id: expect.any(String), ended: null }])
    world.advance(HOUR)
    await world.run.check()
    await world.drain()
    const ended = { at: '2024-03-10T13:00:00.000Z', requested: 1, failed: 0, reason: null }
    expect((await status()).thawJobs).toMatchObject([{ ...planned, ended }])
  })

  test('is accepted, then followed to its end', async () => {
    const { world, json } = anApi()
    await world.land([aRecord()], { storageClass: 'GLACIER' })
    const accepted = await json('POST /rehydrations', { body: { ...REQUEST, tier: 'Standard' } })
    const { id } = accepted.body
    expect(accepted).toMatchObject({
      status: 202,
      headers: { location: `/rehydrations/${id}` },
      body: {
        status: 'accepted',
        tier: 'Standard',
        format: 'ndjson',
        select: { to: '2024-03-11T00:00:00.000Z' },
      },
    })
    await world.drain()
    const path = { rehydrationId: id }
    expect((await json('GET /rehydrations/{rehydrationId}', { path })).body).toMatchObject({
      status: 'thawing',
      progress: {
        partitions: { planned: 0, thawing: 1, hydrating: 0, done: 0 },
        readyBy: '2024-03-10T17:00:00.000Z',
        segmentsThawedAsStandard: 0,
      },
    })
    await world.pass(5 * HOUR)
    expect((await json('GET /rehydrations/{rehydrationId}', { path })).body).toMatchObject({
      status: 'completed',
      result: {
        complete: true,
        records: 1,
        files: 1,
        manifest: `analysts/${id}/manifest.json`,
        segments: { segments: 1, read: 1 },
      },
      progress: { partitions: { done: 1 } },
    })
  })

  test('may say by when and for how much in place of a tier', async () => {
    const { world, json } = anApi()
    await world.land([aRecord()], { storageClass: 'GLACIER' })
    const body = { ...REQUEST, readyBy: '2024-03-10T17:00:00Z', maxCostUsd: 0.01 }
    expect(await json('POST /rehydrations', { body })).toMatchObject({
      status: 202,
      body: {
        tier: null,
        tiers: { GLACIER: 'Standard' },
        readyBy: '2024-03-10T17:00:00.000Z',
        maxCostUsd: 0.01,
      },
    })
    const soon = { ...REQUEST, readyBy: '2024-03-10T12:05:00Z' }
    expect(await json('POST /rehydrations/expedited', { body: soon })).toMatchObject({
      status: 202,
      body: { tiers: { GLACIER: 'Expedited' } },
    })
  })

  test('that cannot be there in time is refused, and says what could be', async () => {
    const { world, json } = anApi()
    await world.land([aRecord()], { storageClass: 'GLACIER' })
    const plan = { tiers: { GLACIER: 'Standard', DEEP_ARCHIVE: 'Bulk' }, readyBy: '2024-03-10T17:00:00.000Z' }
    const body = { ...REQUEST, readyBy: '2024-03-10T12:05:00Z' }
    const answer = await json('POST /rehydrations', { body })
    expect(answer).toMatchObject(
      problem(422, 'cannot-be-met', {
        possible: {
          earliest: { ...plan, expectedBy: '2024-03-10T16:00:00.000Z' },
          cheapest: { tiers: { GLACIER: 'Bulk' } },
          withinCost: null,
          inTime: null,
          expedited: { tiers: { GLACIER: 'Expedited' }, readyBy: '2024-03-10T12:05:00.000Z' },
        },
      }),
    )
    expect(answer.body.detail).toContain('with Expedited')
    const cheap = await json('POST /rehydrations/expedited', { body: { ...REQUEST, maxCostUsd: 0 } })
    expect(cheap).toMatchObject(
      problem(422, 'cannot-be-met', { possible: { cheapest: { tiers: { GLACIER: 'Bulk' } }, inTime: null } }),
    )
  })

  test.each([
    [{ tier: 'Bulk', readyBy: '2024-03-10T17:00:00Z' }, 'tier'],
    [{ tier: 'Bulk', maxCostUsd: 1 }, 'tier'],
    [{ maxCostUsd: -1 }, 'maxCostUsd'],
    [{ maxCostUsd: '1' }, 'maxCostUsd'],
    [{ readyBy: 'soon' }, 'readyBy'],
  ])('that says %j is refused', async (parts, field) => {
    const { json } = anApi()
    expect(await json('POST /rehydrations', { body: { ...REQUEST, ...parts } })).toMatchObject(
      problem(400, 'invalid-request', { errors: [expect.objectContaining({ field })] }),
    )
  })

  test('may say how its files are packed and which columns they have', async () => {
    const { json } = anApi()
    const body = { ...REQUEST, format: 'csv', compression: 'zstd', columns: ['time', 'id'] }
    expect((await json('POST /rehydrations', { body })).body).toMatchObject({
      format: 'csv',
      compression: 'zstd',
      columns: ['time', 'id'],
    })
    expect((await json('POST /rehydrations', { body: REQUEST })).body).toMatchObject({
      format: 'ndjson',
      compression: 'none',
      columns: null,
    })
  })

  test('[S11] with the same idempotency key is the same one, for the same role in another session', async () => {
    const { json } = anApi()
    const headers = { 'Idempotency-Key': 'abc' }
    const first = await json('POST /rehydrations', { body: REQUEST, headers })
    const caller = { ...CALLER, userArn: CALLER.userArn.replace('session-1', 'session-2') }
    const again = await json('POST /rehydrations', { body: REQUEST, headers, caller })
    expect(again).toEqual(first)
    const other = { ...REQUEST, tier: 'Bulk' }
    expect(await json('POST /rehydrations', { body: other, headers })).toMatchObject(
      problem(422, 'idempotency-key-reused'),
    )
  })

  test('[S2] of another account is as unknown as one that is not there', async () => {
    const { json } = anApi()
    const { body } = await json('POST /rehydrations', { body: REQUEST })
    const caller = { accountId: '999999999999', userArn: 'arn:aws:iam::999999999999:user/x' }
    const get = (rehydrationId: string) =>
      json('GET /rehydrations/{rehydrationId}', { path: { rehydrationId }, caller })
    const unknown = await get('01HRKZ0000000000000000ABCD')
    expect(unknown).toMatchObject(problem(404, 'unknown-rehydration'))
    expect(await get(body.id)).toEqual(unknown)
    for (const id of ['../x', '__proto__', '', 'x'.repeat(10_000)]) expect(await get(id)).toEqual(unknown)
    expect((await json('GET /rehydrations', { caller })).body.rehydrations).toEqual([])
  })

  test('is listed, newest first, page by page', async () => {
    const { world, json } = anApi()
    const ids: string[] = []
    for (let at = 0; at < 3; at += 1) {
      world.advance(1)
      ids.unshift((await json('POST /rehydrations', { body: REQUEST })).body.id)
    }
    const first = await json('GET /rehydrations', { query: 'limit=2' })
    const second = await json('GET /rehydrations', { query: `limit=2&next=${first.body.next}` })
    const listed = [...first.body.rehydrations, ...second.body.rehydrations]
    expect(listed.map(({ id }: { id: string }) => id)).toEqual(ids)
    expect(second.body.next).toBeNull()
  })

  test('is found in the list by its status, dataset and time', async () => {
    const { world, json } = anApi()
    const ids: string[] = []
    for (let at = 0; at < 3; at += 1) {
      world.advance(HOUR)
      ids.push((await json('POST /rehydrations', { body: REQUEST })).body.id)
    }
    await json('DELETE /rehydrations/{rehydrationId}', { path: { rehydrationId: ids[1] ?? '' } })
    const found = async (query: string) =>
      (await json('GET /rehydrations', { query })).body.rehydrations.map(({ id }: { id: string }) =>
        ids.indexOf(id),
      )
    expect(await found('status=cancelled')).toEqual([1])
    expect(await found('status=accepted&dataset=orders')).toEqual([2, 0])
    expect(await found('dataset=elsewhere')).toEqual([])
    expect(await found('from=2024-03-10T14:00:00Z')).toEqual([2, 1])
    expect(await found('from=2024-03-10T13:00:00Z&to=2024-03-10T15:00:00Z')).toEqual([1, 0])
  })

  test.each([
    ['status=lost', 'status'],
    ['from=noon', 'from'],
    ['from=2&to=1', 'to'],
    ['colour=red', 'colour'],
  ])('is not looked for by %s, and the field is named', async (query, field) => {
    const { json } = anApi()
    expect(await json('GET /rehydrations', { query })).toMatchObject(
      problem(400, 'invalid-request', { errors: [{ field }] }),
    )
  })

  const many = (count: number, id: string) => Array.from({ length: count }, () => ({ id }))

  test.each([
    ['a body that is not JSON', { text: '{"dataset":' }, '(whole)'],
    ['no body', {}, '(whole)'],
    ['an unknown member', { body: { ...REQUEST, colour: 'red' } }, 'colour'],
    ['a member __proto__', { text: JSON.stringify(REQUEST).replace('{', '{"__proto__":{},') }, '__proto__'],
    ['an unknown tier', { body: { ...REQUEST, tier: 'Instant' } }, 'tier'],
    ['an unknown format', { body: { ...REQUEST, format: 'xml' } }, 'format'],
    ['Parquet in gzip', { body: { ...REQUEST, format: 'parquet', compression: 'gzip' } }, 'compression'],
    ['an unknown compression', { body: { ...REQUEST, compression: 'zip' } }, 'compression'],
    ['no column at all', { body: { ...REQUEST, columns: [] } }, 'columns'],
    ['a column twice', { body: { ...REQUEST, columns: ['id', 'id'] } }, 'columns'],
    [
      'too many columns',
      { body: { ...REQUEST, columns: Array.from({ length: 101 }, (_, at) => `c${at}`) } },
      'columns',
    ],
    ['a column that is not there', { body: { ...REQUEST, columns: ['id', '__proto__'] } }, 'columns.1'],
    ['a column of 10 KB', { body: { ...REQUEST, columns: ['x'.repeat(10_240)] } }, 'columns.0'],
    ['a URL as destination', { body: { ...REQUEST, destination: 's3://mine/' } }, 'destination'],
    ['no destination', { body: { ...REQUEST, destination: undefined } }, 'destination'],
    ['an empty selection', { body: { ...REQUEST, select: {} } }, 'select'],
    [
      'ids and a range',
      { body: { ...REQUEST, select: { ...REQUEST.select, ids: [{ id: 'a' }] } } },
      'select',
    ],
    ['half a range', { body: { ...REQUEST, select: { from: 1 } } }, 'select'],
    ['a range that ends first', { body: { ...REQUEST, select: { from: 2, to: 1 } } }, 'select.to'],
    ['no id at all', { body: { ...REQUEST, select: { ids: [] } } }, 'select.ids'],
    ['too many ids', { body: { ...REQUEST, select: { ids: many(1001, 'a') } } }, 'select.ids'],
    [
      'too long ids in all',
      { body: { ...REQUEST, select: { ids: many(100, 'x'.repeat(1000)) } } },
      'select.ids',
    ],
    [
      'an id of 10 KB',
      { body: { ...REQUEST, select: { ids: many(1, 'x'.repeat(10_240)) } } },
      'select.ids.0.id',
    ],
    [
      'a time that is none',
      { body: { ...REQUEST, select: { ids: [{ id: 'a', time: 'noon' }] } } },
      'select.ids.0.time',
    ],
    [
      'a time out of range',
      { body: { ...REQUEST, select: { ids: [{ id: 'a', time: 1e300 }] } } },
      'select.ids.0.time',
    ],
    ['half a day', { body: { ...REQUEST, keepDays: 0.5 } }, 'keepDays'],
    ['a year', { body: { ...REQUEST, keepDays: 365 } }, 'keepDays'],
    ['a bad key', { body: REQUEST, headers: { 'idempotency-key': 'a b' } }, 'Idempotency-Key'],
  ])('with %s is refused, and the field is named', async (_, given, field) => {
    const { world, json } = anApi()
    const answer = await json('POST /rehydrations', given)
    expect(answer).toMatchObject(problem(400, 'invalid-request', { errors: [{ field }] }))
    for (const { expected, got } of answer.body.errors) {
      expect(expected).toMatch(/\w/)
      expect(got.length).toBeLessThan(200)
    }
    expect(world.thawQueue.receive()).toEqual([])
  })

  test('takes hostile ids as what they are', async () => {
    const { world, json } = anApi()
    const ids = ['../x', '%2f', '\u0000', '\u202e', '__proto__', 'constructor', ' ']
    await world.land(ids.map((id) => aRecord({ id, body: JSON.stringify(id) })))
    const select = { ids: [...ids.map((id) => ({ id })), { id: 'toString' }] }
    const { body } = await json('POST /rehydrations', { body: { ...REQUEST, select } })
    await world.drain()
    const lines = world.file(`${body.id}/2024-03-10.ndjson`).toString().trimEnd().split('\n')
    expect(lines.map((line) => JSON.parse(line)).toSorted()).toEqual(ids.toSorted())
    const manifest = JSON.parse(world.file(`${body.id}/manifest.json`).toString())
    expect(manifest.notFound).toEqual([{ id: 'toString', time: null }])
  })
})
