import { describe, expect, test } from 'vitest'
import { DAY } from '../../shared/domain/duration.ts'
import { anApi, CALLER, problem, RECORD, REQUEST } from '../support/an-api.ts'
import { aRecord, NOON } from '../support/builders.ts'
import { aWorld } from '../support/rehydration-world.ts'

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

  test('are not the whole: what named no known dataset has a ledger of its own', async () => {
    const { json } = anApi()
    const route = 'GET /datasets/{dataset}/ledger'
    const path = { dataset: '_unknown' }
    expect(await json(route, { path })).toMatchObject({ status: 200, body: { dataset: '_unknown' } })
    const stranger = { ...CALLER, accountId: '999999999999' }
    expect(await json(route, { path, caller: stranger })).toMatchObject(problem(404, 'unknown-dataset'))
    expect(await json('GET /datasets/{dataset}', { path })).toMatchObject(problem(404, 'unknown-dataset'))
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
    ['colour=red', 'colour'],
  ])('refuse segments with %s, and name %s', async (query, field) => {
    const { json } = anApi()
    const answer = await json('GET /datasets/{dataset}/segments', { path: { dataset: 'orders' }, query })
    expect(answer).toMatchObject(problem(400, 'invalid-request', { errors: [{ field }] }))
  })
})
