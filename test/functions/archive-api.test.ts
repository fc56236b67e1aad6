import { describe, expect, test } from 'vitest'
import { createHandler } from '../../functions/archive-api/create-handler.ts'
import type { ApiResponse } from '../../functions/archive-api/respond.ts'
import { emptyDigest } from '../../shared/domain/digest.ts'
import { DAY, HOUR } from '../../shared/domain/duration.ts'
import { makeLedger } from '../../shared/domain/ledger.ts'
import { aRecord, NOON } from '../support/builders.ts'
import { aWorld, type World } from '../support/rehydration-world.ts'
import { keptTelemetry } from '../support/silent-telemetry.ts'
import { aContext } from '../support/sqs-event.ts'

const ACCOUNT = '123456789012'

type Call = {
  readonly body?: unknown
  readonly text?: string
  readonly query?: string
  readonly path?: Record<string, string>
  readonly headers?: Record<string, string>
  readonly caller?: { accountId: string; userArn: string } | null
}

const CALLER = { accountId: ACCOUNT, userArn: `arn:aws:sts::${ACCOUNT}:assumed-role/analyst/session-1` }

const anApi = (world: World = aWorld()) => {
  const { telemetry, lines } = keptTelemetry()
  const handler = createHandler({
    ...world.ports,
    telemetry,
    mayRead: ({ account }, dataset) => account === ACCOUNT && dataset !== 'secret',
    readLedger: async () =>
      makeLedger({
        received: { count: 2, upper: 2n ** 64n, lower: 1n },
        archived: { count: 2, upper: 2n ** 64n, lower: 1n },
        duplicates: emptyDigest,
        quarantined: emptyDigest,
        expired: emptyDigest,
      }),
  })
  const call = async (routeKey: string, given: Call = {}) => {
    const { body, text, query = '', path, headers = {}, caller = CALLER } = given
    const event = {
      version: '2.0',
      routeKey,
      rawPath: '/hidden',
      rawQueryString: query,
      headers,
      ...(path && { pathParameters: path }),
      ...(body !== undefined && { body: JSON.stringify(body) }),
      ...(text !== undefined && { body: text }),
      isBase64Encoded: false,
      requestContext: { requestId: 'api-1', ...(caller && { authorizer: { iam: caller } }) },
    }
    const response: ApiResponse = await handler(event, aContext)
    const content = response.isBase64Encoded ? Buffer.from(response.body, 'base64') : response.body
    return { ...response, text: content.toString() }
  }
  const json = async (routeKey: string, given: Call = {}) => {
    const { statusCode, headers, text } = await call(routeKey, given)
    return { status: statusCode, headers, body: JSON.parse(text) }
  }
  return { world, call, json, lines }
}

const RECORD = 'GET /datasets/{dataset}/records/{id+}'
const REQUEST = {
  dataset: 'orders',
  select: { from: '2024-03-09T00:00:00Z', to: '2024-03-11T00:00:00Z' },
  destination: 'analysts',
}

const problem = (status: number, name: string, more: object = {}) => ({
  status,
  headers: { 'content-type': 'application/problem+json' },
  body: {
    type: `urn:icecore:problem:${name}`,
    status,
    title: expect.any(String),
    requestId: 'api-1',
    ...more,
  },
})

describe('every route', () => {
  const ROUTES = [
    'GET /datasets',
    'GET /datasets/{dataset}',
    'GET /datasets/{dataset}/segments',
    'GET /datasets/{dataset}/ledger',
    RECORD,
    'POST /quotes',
    'POST /rehydrations',
    'GET /rehydrations',
    'GET /rehydrations/{rehydrationId}',
  ]

  test.each(ROUTES)('%s is closed to a caller without an identity', async (route) => {
    const { json } = anApi()
    expect(await json(route, { caller: null, path: { dataset: 'orders', id: 'x' } })).toMatchObject(
      problem(403, 'no-identity'),
    )
  })

  test('that is not there is a 404', async () => {
    for (const route of ['DELETE /datasets', '$default', '__proto__', 'constructor'])
      expect(await anApi().json(route)).toMatchObject(problem(404, 'unknown-route'))
  })

  test.each(['nope', 'secret', '__proto__', 'constructor', '../orders', '', 'a'.repeat(10_000)])(
    'answers the same for dataset %j, unknown or not the caller’s',
    async (dataset) => {
      const { json } = anApi()
      const answers = await Promise.all([
        json('GET /datasets/{dataset}', { path: { dataset } }),
        json('GET /datasets/{dataset}/segments', { path: { dataset } }),
        json('GET /datasets/{dataset}/ledger', { path: { dataset } }),
        json(RECORD, { path: { dataset, id: 'x' } }),
        json('POST /quotes', { body: { dataset, select: REQUEST.select } }),
        json('POST /rehydrations', { body: { ...REQUEST, dataset } }),
      ])
      const [first] = answers
      for (const answer of answers) expect(answer).toEqual(first)
      expect(first).toMatchObject(problem(404, 'unknown-dataset'))
    },
  )

  test('logs its route and status, and neither ids nor bodies', async () => {
    const { world, call, lines } = anApi()
    await world.land([aRecord({ id: 'top-secret', body: '{"card":4111}' })])
    await call(RECORD, { path: { dataset: 'orders', id: 'top-secret' } })
    await call('POST /rehydrations', { text: '{"card":4111' })
    const text = JSON.stringify(lines)
    expect(lines).toContainEqual(
      expect.objectContaining({ message: 'request answered', status: 200, route: RECORD }),
    )
    expect(text).not.toContain('top-secret')
    expect(text).not.toContain('4111')
    expect(text).not.toContain('hidden')
  })

  test('answers a fault with a 500 that tells nothing', async () => {
    const world = aWorld()
    const failing = { ...world.ports.log, read: () => Promise.reject(new Error('table is gone')) }
    await world.land([aRecord()])
    const { json, lines } = anApi({ ...world, ports: { ...world.ports, log: failing } })
    const answer = await json(RECORD, { path: { dataset: 'orders', id: 'o-1' } })
    expect(answer).toMatchObject(problem(500, 'internal'))
    expect(JSON.stringify(answer)).not.toContain('table is gone')
    expect(JSON.stringify(lines)).toContain('table is gone')
  })
})

describe('datasets', () => {
  test('are listed with their policy', async () => {
    const { json } = anApi()
    const { status, body } = await json('GET /datasets')
    expect(status).toBe(200)
    expect(body.datasets).toMatchObject([{ name: 'orders', partition: 'day', retention: null }])
    const one = await json('GET /datasets/{dataset}', { path: { dataset: 'orders' } })
    expect(one.body).toEqual(body.datasets[0])
    expect(one.body.classes).toEqual([
      { after: '0d', storageClass: 'STANDARD' },
      { after: '30d', storageClass: 'GLACIER_IR' },
      { after: '180d', storageClass: 'DEEP_ARCHIVE' },
    ])
  })

  test('show their ledger', async () => {
    const { json } = anApi()
    const { body } = await json('GET /datasets/{dataset}/ledger', { path: { dataset: 'orders' } })
    expect(body).toMatchObject({
      dataset: 'orders',
      balanced: true,
      archived: { records: 2, digest: '2:10000000000000000:1' },
    })
  })

  test('show their segments, page by page', async () => {
    const { world, json } = anApi()
    const landed = []
    for (const at of [0, 0, 1, 2]) {
      world.advance(1)
      landed.push((await world.land([aRecord({ time: NOON - at * DAY })])).segment.id)
    }
    const path = { dataset: 'orders' }
    const seen: string[] = []
    let next: string | null = ''
    for (let pages = 0; next !== null; pages += 1) {
      expect(pages).toBeLessThan(4)
      const query = `limit=2${next === '' ? '' : `&next=${next}`}`
      const { body } = await json('GET /datasets/{dataset}/segments', { path, query })
      seen.push(...body.segments.map(({ id }: { id: string }) => id))
      expect(body.complete).toBe(body.next === null)
      next = body.next
    }
    expect(seen).toHaveLength(4)
    expect(seen.toSorted()).toEqual(landed.toSorted())
    const range = 'from=2024-03-08T00:00:00Z&to=2024-03-09T00:00:00Z'
    const { body } = await json('GET /datasets/{dataset}/segments', { path, query: range })
    expect(body.segments).toMatchObject([
      { id: landed[3], partition: '2024-03-08', storageClass: 'STANDARD', readable: true, records: 1 },
    ])
  })

  test.each([
    ['limit=0', 'limit'],
    ['limit=1001', 'limit'],
    ['limit=ten', 'limit'],
    ['next=!!!', 'next'],
    ['next=eyJhIjoxfQ', 'next'],
    ['from=yesterday', 'from'],
    ['from=2024-03-10&to=2024-03-10', 'to'],
    ['limit=1&limit=2', 'limit'],
    ['colour=red', '(whole)'],
  ])('refuse segments with %s, and name %s', async (query, field) => {
    const { json } = anApi()
    const answer = await json('GET /datasets/{dataset}/segments', { path: { dataset: 'orders' }, query })
    expect(answer).toMatchObject(problem(400, 'invalid-request', { errors: [{ field }] }))
  })
})

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
      }),
    )
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
      recordsAtMost: 1,
      tiers: [
        { tier: 'Bulk', readyBy: '2024-03-11T00:00:00.000Z' },
        { tier: 'Standard', readyBy: '2024-03-10T17:00:00.000Z', dollars: { requests: 0.00005 } },
        { tier: 'Expedited', readyBy: '2024-03-10T12:05:00.000Z', dollars: { requests: 0.01 } },
      ],
    })
  })

  test('asks for no destination, and refuses one', async () => {
    const { json } = anApi()
    const { format: _, ...body } = { ...REQUEST, format: 'ndjson' }
    expect(await json('POST /quotes', { body })).toMatchObject(problem(400, 'invalid-request'))
  })
})

describe('a rehydration', () => {
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

  test('with the same idempotency key is the same one, for the same role in another session', async () => {
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

  test('of another account is as unknown as one that is not there', async () => {
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

  const many = (count: number, id: string) => Array.from({ length: count }, () => ({ id }))

  test.each([
    ['a body that is not JSON', { text: '{"dataset":' }, '(whole)'],
    ['no body', {}, '(whole)'],
    ['an unknown member', { body: { ...REQUEST, colour: 'red' } }, '(whole)'],
    ['a member __proto__', { text: JSON.stringify(REQUEST).replace('{', '{"__proto__":{},') }, '(whole)'],
    ['an unknown tier', { body: { ...REQUEST, tier: 'Instant' } }, 'tier'],
    ['an unknown format', { body: { ...REQUEST, format: 'xml' } }, 'format'],
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
