import { describe, expect, test } from 'vitest'
import { HOUR } from '../../shared/domain/duration.ts'
import { anApi, COLLEAGUE, problem, REQUEST, STRANGER } from '../support/an-api.ts'
import { aRecord } from '../support/builders.ts'

const ROUTE = '/rehydrations/{rehydrationId}'
const UNKNOWN = '01HRKZ0000000000000000ABCD'

/** An API with one rehydration whose only segment has to be thawed. */
const underWay = async () => {
  const api = anApi()
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
