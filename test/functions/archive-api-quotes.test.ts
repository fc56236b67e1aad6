import { describe, expect, test } from 'vitest'
import { HOUR } from '../../shared/domain/duration.ts'
import { anApi, problem, REQUEST } from '../support/an-api.ts'
import { aRecord } from '../support/builders.ts'

const { dataset, select } = REQUEST

const coldApi = async () => {
  const api = anApi()
  await api.world.land([aRecord()], { storageClass: 'GLACIER' })
  const ask = async (more: object) =>
    (await api.json('POST /quotes', { body: { dataset, select, ...more } })).body
  const accept = (body: object) => api.json('POST /rehydrations', { body: { ...REQUEST, ...body } })
  return { ...api, ask, accept }
}

describe('a quote', () => {
  test('can be accepted for an hour, and the rehydration says so', async () => {
    const { world, ask, accept } = await coldApi()
    const { id: quoteId, expiresAt, tiers } = await ask({})
    expect(expiresAt).toBe('2024-03-10T13:00:00.000Z')
    const { status, body } = await accept({ quoteId, tier: 'Bulk' })
    expect([status, body.quoteId]).toEqual([202, quoteId])
    // shown in millionths
    expect(body.cost.atMost).toBeCloseTo(tiers[0].dollars.total, 6)
    world.advance(HOUR)
    expect(await accept({ quoteId })).toMatchObject(problem(409, 'quote-expired'))
  })

  test.each([
    [{}, { format: 'csv' }, 'format'],
    [{}, { select: { ids: [{ id: 'o-1' }] } }, 'select'],
    [{ format: 'csv' }, {}, 'format'],
    [{ destination: 'analysts' }, { destination: 'inline' }, 'destination'],
    [{ columns: ['id'] }, { columns: ['body'] }, 'columns'],
    [{ compression: 'gzip' }, {}, 'compression'],
    [{ keepDays: 2 }, {}, 'keepDays'],
  ])('of %j is not accepted with %j', async (quoted, wanted, field) => {
    const { ask, accept } = await coldApi()
    const { id: quoteId } = await ask(quoted)
    expect(await accept({ quoteId, ...wanted })).toMatchObject(problem(422, 'quote-mismatch', { field }))
  })

  test('is named by its id, and there has to be one', async () => {
    const { accept } = await coldApi()
    expect(await accept({ quoteId: 'q' })).toMatchObject(
      problem(400, 'invalid-request', { errors: [{ field: 'quoteId' }] }),
    )
    expect(await accept({ quoteId: '01HRKZ0000000000000000ABCD' })).toMatchObject(
      problem(409, 'quote-expired'),
    )
  })

  test('knows its destination', async () => {
    const { json } = await coldApi()
    const body = { dataset, select, destination: 'nowhere' }
    expect(await json('POST /quotes', { body })).toMatchObject(
      problem(400, 'invalid-request', { errors: [{ field: 'destination', got: '"nowhere"' }] }),
    )
  })
})
