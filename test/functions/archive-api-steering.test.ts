import { describe, expect, test } from 'vitest'
import { HOUR } from '../../shared/domain/duration.ts'
import { NO_CAPS, NO_GUARDS } from '../../shared/domain/guards.ts'
import { anApi, CALLER, COLLEAGUE, problem, REQUEST, STRANGER } from '../support/an-api.ts'
import { aRecord } from '../support/builders.ts'
import { aWorld } from '../support/rehydration-world.ts'

const ROUTE = '/rehydrations/{rehydrationId}'
const UNKNOWN = '01HRKZ0000000000000000ABCD'

/** An API with one rehydration whose only segment has to be thawed. */
const underWay = async (guards = NO_GUARDS) => {
  const api = anApi(aWorld({ guards }))
  await api.world.land([aRecord()], { storageClass: 'GLACIER' })
  const { body } = await api.json('POST /rehydrations', { body: REQUEST })
  await api.world.drain()
  return { ...api, id: body.id, path: { rehydrationId: body.id } }
}

describe('DELETE of a rehydration', () => {
  test('cancels it, again and again, and the status says that it is partial', async () => {
    const { world, json, path, id } = await underWay()
    const first = await json(`DELETE ${ROUTE}`, { path })
    expect(first).toMatchObject({
      status: 200,
      body: { id, status: 'cancelled', complete: false, progress: { files: 0, records: 0, bytes: 0 } },
    })
    expect(first.body).not.toHaveProperty('result')
    expect(await json(`DELETE ${ROUTE}`, { path, caller: COLLEAGUE })).toEqual(first)
    await world.pass(5 * HOUR)
    expect((await json(`GET ${ROUTE}`, { path })).body).toEqual(first.body)
    expect(world.files()).toEqual([])
  })

  test('is refused once it is over', async () => {
    const { world, json, path } = await underWay()
    await world.pass(5 * HOUR)
    expect(await json(`DELETE ${ROUTE}`, { path })).toMatchObject(
      problem(409, 'rehydration-is-over', { detail: 'it is completed' }),
    )
  })

  test('[S2] of another account is as unknown as of one that is not there', async () => {
    const { json, path } = await underWay()
    const unknown = await json(`DELETE ${ROUTE}`, { path: { rehydrationId: UNKNOWN } })
    expect(unknown).toMatchObject(problem(404, 'unknown-rehydration'))
    expect(await json(`DELETE ${ROUTE}`, { path, caller: STRANGER })).toEqual(unknown)
    expect(await json(`DELETE ${ROUTE}`, { path: { rehydrationId: '../x' } })).toEqual(unknown)
    expect((await json(`GET ${ROUTE}`, { path })).body.status).toBe('thawing')
  })
})

describe('POST of an approval', () => {
  const APPROVAL = `POST ${ROUTE}/approval`
  const guards = { ...NO_GUARDS, approvalAboveUsd: 0.000001 }

  test('[S11] lets another principal than the asker set off what is dear', async () => {
    const { world, json, path } = await underWay(guards)
    expect((await json(`GET ${ROUTE}`, { path })).body).toMatchObject({
      status: 'awaiting-approval',
      approval: null,
      cost: { atMost: expect.any(Number) },
    })
    const own = { ...CALLER, userArn: CALLER.userArn.replace('session-1', 'session-2') }
    expect(await json(APPROVAL, { path, caller: own })).toMatchObject(problem(403, 'own-request'))
    const approved = await json(APPROVAL, { path, caller: COLLEAGUE })
    expect(approved).toMatchObject({
      status: 200,
      body: {
        status: 'accepted',
        approval: {
          by: COLLEAGUE.userArn.replace('/session-1', ''),
          at: '2024-03-10T12:00:00.000Z',
        },
      },
    })
    expect(await json(APPROVAL, { path, caller: COLLEAGUE })).toEqual(approved)
    await world.drain()
    expect((await json(`GET ${ROUTE}`, { path })).body.status).toBe('thawing')
  })

  test('is refused where none is waited for, or it is over', async () => {
    const { json, path } = await underWay()
    expect(await json(APPROVAL, { path, caller: COLLEAGUE })).toMatchObject(
      problem(409, 'not-awaiting-approval'),
    )
    await json(`DELETE ${ROUTE}`, { path })
    expect(await json(APPROVAL, { path, caller: COLLEAGUE })).toMatchObject(
      problem(409, 'rehydration-is-over'),
    )
    expect(await json(APPROVAL, { path, caller: STRANGER })).toMatchObject(
      problem(404, 'unknown-rehydration'),
    )
  })

  test('[S11] is refused where the day has no room for it', async () => {
    const perDay = { ...NO_CAPS, maxCostUsd: 0.0002 }
    const { json, path } = await underWay({ ...guards, perDay })
    const { body } = await json('POST /rehydrations', { body: REQUEST })
    await json(APPROVAL, { path, caller: COLLEAGUE })
    const refused = await json(APPROVAL, { path: { rehydrationId: body.id }, caller: COLLEAGUE })
    expect(refused).toMatchObject(
      problem(422, 'over-cap', { cap: 'guards.perDay.maxCostUsd', limit: 0.0002 }),
    )
    expect(refused.body.detail).toMatch(/^\$0\.0001\d* at most, and of the \$0\.0002 .* tomorrow/)
  })
})

describe('[S11] a request of a guarded dataset', () => {
  test('that is over a cap is told which, its value, what was asked, and what to do', async () => {
    const perRehydration = { maxCostUsd: null, maxBytes: 10 }
    const { world, json } = anApi(aWorld({ guards: { ...NO_GUARDS, perRehydration } }))
    const { segment } = await world.land([aRecord()])
    const refused = await json('POST /rehydrations', { body: REQUEST })
    expect(refused).toMatchObject(
      problem(422, 'over-cap', {
        cap: 'guards.perRehydration.maxBytes',
        limit: 10,
        asked: segment.bytes,
        left: 10,
        detail: expect.stringContaining('ask for less'),
      }),
    )
    expect((await json('GET /rehydrations')).body.rehydrations).toEqual([])
  })

  test('with Expedited is told its own route, and is taken there', async () => {
    const { world, json } = anApi()
    await world.land([aRecord()], { storageClass: 'GLACIER' })
    const body = { ...REQUEST, tier: 'Expedited' }
    expect(await json('POST /rehydrations', { body })).toMatchObject(
      problem(403, 'expedited-not-permitted', {
        detail: expect.stringContaining('POST /rehydrations/expedited'),
      }),
    )
    expect((await json('GET /rehydrations')).body.rehydrations).toEqual([])
    expect(await json('POST /rehydrations/expedited', { body })).toMatchObject({
      status: 202,
      body: { tier: 'Expedited' },
    })
    await world.drain()
    expect(world.metered('s3.restore-request.GLACIER.Expedited')).toBe(1)
  })
})

describe('POST of an extension', () => {
  const EXTENSION = `POST ${ROUTE}/extension`

  test('keeps the copies longer, and says what that adds at most and until when S3 keeps them', async () => {
    const { world, json, path } = await underWay()
    await world.pass(5 * HOUR)
    expect((await json(`GET ${ROUTE}`, { path })).body).toMatchObject({
      status: 'completed',
      keepDays: null,
      keptUntil: '2024-03-14T00:00:00.000Z',
      extension: null,
    })
    const extended = await json(EXTENSION, { path, body: { keepDays: 10 } })
    expect(extended).toMatchObject({
      status: 200,
      body: {
        status: 'completed',
        keepDays: 10,
        keptUntil: '2024-03-14T00:00:00.000Z',
        extension: {
          keepDays: 10,
          askedAt: '2024-03-10T17:00:00.000Z',
          until: '2024-03-20T17:00:00.000Z',
          cost: { atMost: expect.any(Number) },
        },
      },
    })
    expect(extended.body.extension.cost.atMost).toBeGreaterThan(0)
    await world.drain()
    expect((await json(`GET ${ROUTE}`, { path })).body).toMatchObject({
      keptUntil: '2024-03-21T00:00:00.000Z',
      progress: { segmentsLapsed: 0 },
    })
  })

  test.each([
    [{}, 'keepDays'],
    [{ keepDays: 0 }, 'keepDays'],
    [{ keepDays: 31 }, 'keepDays'],
    [{ keepDays: 2, until: 'noon' }, 'until'],
  ])('with %j is refused, and the field is named', async (body, field) => {
    const { json, path } = await underWay()
    expect(await json(EXTENSION, { path, body })).toMatchObject(
      problem(400, 'invalid-request', { errors: [{ field }] }),
    )
  })

  test('of what is over, waits for approval, is too dear or another’s is refused', async () => {
    const body = { keepDays: 10 }
    const waits = await underWay({ ...NO_GUARDS, approvalAboveUsd: 0.000001 })
    expect(await waits.json(EXTENSION, { path: waits.path, body })).toMatchObject(
      problem(409, 'awaiting-approval'),
    )
    await waits.json(`DELETE ${ROUTE}`, { path: waits.path })
    expect(await waits.json(EXTENSION, { path: waits.path, body })).toMatchObject(
      problem(409, 'rehydration-is-over'),
    )
    const capped = await underWay({ ...NO_GUARDS, approvalAboveUsd: 0.00014 })
    expect(await capped.json(EXTENSION, { path: capped.path, body })).toMatchObject(
      problem(422, 'over-cap', {
        cap: 'guards.approvalAboveUsd',
        detail: expect.stringContaining('a rehydration of its own'),
      }),
    )
    expect(await capped.json(EXTENSION, { path: capped.path, body, caller: STRANGER })).toMatchObject(
      problem(404, 'unknown-rehydration'),
    )
  })
})
