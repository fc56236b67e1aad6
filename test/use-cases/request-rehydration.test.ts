import { describe, expect, test } from 'vitest'
import { DAY, HOUR } from '../../shared/domain/duration.ts'
import { aRecord } from '../support/builders.ts'
import { aRequest, aWorld } from '../support/rehydration-world.ts'

describe('a request', () => {
  test('with the same idempotency key is the same rehydration, and another request is refused', async () => {
    const { run, thawQueue, drain } = aWorld()
    const who = { caller: 'tester', idempotencyKey: 'once' }
    const first = await run.request(aRequest(), who)
    const again = await run.request(aRequest(), who)
    expect(first.kind).toBe('accepted')
    expect(again).toEqual({ ...first, kind: 'repeated' })
    expect(thawQueue.receive()).toHaveLength(2)
    expect(await run.request(aRequest({ tier: 'Bulk' }), who)).toEqual({ kind: 'key-reused' })
    for (const narrowing of [{ where: { field: 'id', eq: 'a' } }, { limit: 1 }]) {
      const selection = { ...aRequest().selection, ...narrowing }
      expect(await run.request(aRequest({ selection }), who)).toEqual({ kind: 'key-reused' })
    }
    const other = await run.request(aRequest(), { ...who, caller: 'somebody' })
    expect(other.kind).toBe('accepted')
    await drain()
    expect(thawQueue.receive()).toEqual([])
  })

  test('that comes again after it was planned sends nothing', async () => {
    const { run, thawQueue, drain } = aWorld()
    const who = { caller: 'tester', idempotencyKey: 'once' }
    await run.request(aRequest(), who)
    await drain()
    expect(await run.request(aRequest(), who)).toMatchObject({
      kind: 'repeated',
      rehydration: { state: { name: 'completed' } },
    })
    expect(thawQueue.receive()).toEqual([])
  })

  test('for a column that the dataset does not have is refused, and says which there are', async () => {
    const { run, thawQueue } = aWorld()
    const who = { caller: 'tester', idempotencyKey: null }
    const known = ['id', 'time', 'body', 'header', 'arrived', 'version']
    expect(await run.request(aRequest({ columns: known }), who)).toMatchObject({ kind: 'accepted' })
    thawQueue.receive()
    const refused = await run.request(aRequest({ columns: ['id', '__proto__', 'x'] }), who)
    expect(refused).toEqual({ kind: 'unknown-column', position: 1, known })
    expect(thawQueue.receive()).toEqual([])
  })

  test('in another form is another one', async () => {
    const { run } = aWorld()
    const who = { caller: 'tester', idempotencyKey: 'once' }
    await run.request(aRequest(), who)
    for (const parts of [{ compression: 'gzip' }, { format: 'csv' }, { columns: ['id'] }] as const)
      expect(await run.request(aRequest(parts), who)).toEqual({ kind: 'key-reused' })
  })

  test('for an unknown dataset or destination is refused', async () => {
    const { run } = aWorld()
    const who = { caller: 'tester', idempotencyKey: null }
    for (const dataset of ['nope', '__proto__', 'constructor'])
      expect(await run.request(aRequest({ dataset }), who)).toEqual({ kind: 'unknown-dataset' })
    expect(await run.request(aRequest({ destination: '__proto__' }), who)).toEqual({
      kind: 'unknown-destination',
    })
  })

  test('whose message was lost is planned by the check', async () => {
    const world = aWorld()
    await world.land([aRecord()])
    const id = await world.ask()
    world.thawQueue.receive()
    expect(await world.run.check()).toEqual({ sent: 0, failed: 0 })
    world.advance(2 * HOUR)
    expect(await world.run.check()).toEqual({ sent: 1, failed: 0 })
    await world.drain()
    expect(await world.stateOf(id)).toMatchObject({ name: 'completed' })
    world.advance(DAY)
    expect(await world.run.check()).toEqual({ sent: 0, failed: 0 })
  })

  test('that was never planned fails after 14 days, and says so', async () => {
    const world = aWorld()
    const id = await world.ask()
    world.advance(14 * DAY)
    expect(await world.run.check()).toEqual({ sent: 0, failed: 1 })
    expect(await world.stateOf(id)).toEqual({
      name: 'failed',
      failedAt: world.now(),
      reason: 'not finished within 14 days; open partitions: not planned',
    })
  })

  test('that nothing brings to its end fails after 14 days', async () => {
    const world = aWorld()
    await world.land([aRecord()])
    const id = await world.ask()
    await world.run.thaw({ rehydrationId: id, partition: null })
    world.thawQueue.receive()
    world.advance(14 * DAY)
    expect(await world.run.check()).toEqual({ sent: 0, failed: 1 })
    expect(await world.stateOf(id)).toMatchObject({
      name: 'failed',
      reason: expect.stringContaining('2024-03-10'),
    })
  })
})
