import { describe, expect, test } from 'vitest'
import { DAY, HOUR } from '../../shared/domain/duration.ts'
import { describeRehydration } from '../../shared/use-cases/describe-rehydration.ts'
import { makePurse } from '../../shared/use-cases/pay-for-thaws.ts'
import { quote } from '../../shared/use-cases/quote.ts'
import { aRecord, NOON } from '../support/builders.ts'
import { coldWorld, holdingOf, STANDARD_RESTORES } from '../support/cold-world.ts'
import { aRequest, aWorld, type World } from '../support/rehydration-world.ts'
import { AS_USUAL } from '../support/selections.ts'

const DEEP_RESTORES = 's3.restore-request.DEEP_ARCHIVE.Standard'

const accept = async (world: World, parts = {}) => {
  const { selection, keepDays } = aRequest(parts)
  const quoted = await quote(world.ports)({ dataset: 'orders', selection, ...AS_USUAL, keepDays })
  if (quoted.kind !== 'quoted') throw new Error(quoted.kind)
  return { quoted, id: await world.ask({ ...parts, quoteId: quoted.id }) }
}

const plan = (world: World, id: string) => world.run.thaw({ rehydrationId: id, partition: null })

describe('a rehydration on a quote', () => {
  test('is delivered, and its thaws are paid out of what the quote allows', async () => {
    const { world } = await coldWorld()
    const { id } = await accept(world)
    await world.drain()
    const task = await world.ports.tasks.find(id, '2024-03-10')
    expect(task?.allowance?.spent).toBeGreaterThan(0)
    expect(Number(task?.allowance?.dollars)).toBeGreaterThanOrEqual(Number(task?.allowance?.spent))
    await world.pass(5 * HOUR)
    expect(await world.stateOf(id)).toMatchObject({ name: 'completed', summary: { records: { count: 1 } } })
  })

  test('fails before it begins where it has become dearer, and says by how much', async () => {
    const { world } = await coldWorld()
    const { id } = await accept(world)
    await world.land([aRecord({ id: 'o-2', time: NOON + 1 })], { storageClass: 'DEEP_ARCHIVE' })
    await world.drain()
    expect(await world.stateOf(id)).toMatchObject({
      name: 'failed',
      reason: expect.stringMatching(/^it would cost up to \$0\.0\d+ by now, and its quote allows \$0\.0/),
    })
    expect(world.metered(STANDARD_RESTORES) + world.metered(DEEP_RESTORES)).toBe(0)
  })

  test('does not thaw what has become colder since it was planned', async () => {
    const { world } = await coldWorld()
    const warm = await world.land([aRecord({ id: 'o-2', time: NOON + 1 })], { storageClass: 'GLACIER_IR' })
    const { id } = await accept(world)
    await plan(world, id)
    world.makeCold(warm.segment, 'DEEP_ARCHIVE')
    expect(await world.drain()).toContain('failed')
    expect(await world.stateOf(id)).toMatchObject({
      name: 'failed',
      reason: expect.stringContaining(
        `thawing segment ${warm.segment.id} costs more by now than its quote allows`,
      ),
    })
    expect(world.metered(DEEP_RESTORES)).toBe(0)
    // the other one was asked for, and is paid
    expect(world.metered(STANDARD_RESTORES)).toBe(1)
    const described = await describeRehydration(world.ports)(id)
    expect(described?.progress.costSoFar).toBeGreaterThan(0)
  })

  test('does not thaw again what was thawed and lapsed before it was read', async () => {
    const { world } = await coldWorld()
    const { id } = await accept(world)
    await plan(world, id)
    await world.run.thaw({ rehydrationId: id, partition: '2024-03-10' })
    world.hydrateQueue.receive()
    world.thawQueue.receive()
    world.advance(6 * DAY)
    world.takeEvents()
    expect((await world.run.thaw({ rehydrationId: id, partition: '2024-03-10' })).outcome).toBe('failed')
    expect(world.metered(STANDARD_RESTORES)).toBe(1)
  })

  test('asks again where a run died between paying and asking', async () => {
    const { world } = await coldWorld()
    const { id } = await accept(world)
    await plan(world, id)
    const task = { rehydrationId: id, partition: '2024-03-10' }
    const dying = world.on({
      ...world.ports,
      thawer: {
        thaw: async () => {
          throw new Error('killed')
        },
      },
    })
    await expect(dying.thaw(task)).rejects.toThrow('killed')
    const before = await world.ports.tasks.find(id, '2024-03-10')
    world.advance(HOUR)
    expect((await world.run.thaw(task)).outcome).toBe('waiting')
    const after = await world.ports.tasks.find(id, '2024-03-10')
    expect(after?.allowance).toEqual(before?.allowance)
    expect(world.metered(STANDARD_RESTORES)).toBe(1)
  })

  test('pays to keep for longer what others have thawed for less', async () => {
    const { world, segment } = await coldWorld()
    await world.ask()
    await world.drain()
    await world.pass(5 * HOUR)
    const { id, quoted } = await accept(world, { keepDays: 9 })
    expect(quoted.quote).toMatchObject({ segmentsToThaw: 0, readableNow: { segments: 1 } })
    await world.drain()
    expect(await world.stateOf(id)).toMatchObject({ name: 'completed' })
    expect((await world.ports.tasks.find(id, '2024-03-10'))?.allowance).toMatchObject({
      paid: `${segment.id.slice(-8)}+`,
    })
    expect((await holdingOf(world, segment))?.thaw?.neededUntil).toBeGreaterThanOrEqual(world.now() + 9 * DAY)
  })

  test('reads what is readable without keeping it for longer than it may', async () => {
    const { world } = await coldWorld()
    await world.ask()
    await world.drain()
    await world.pass(5 * HOUR)
    const { id } = await accept(world, { keepDays: 9 })
    await plan(world, id)
    const task = await world.ports.tasks.find(id, '2024-03-10')
    if (task?.allowance === undefined) throw new Error('no allowance')
    await world.ports.tasks.put(id, { ...task, allowance: { ...task.allowance, dollars: 0 } }, task)
    const restores = world.metered(STANDARD_RESTORES)
    await world.drain()
    expect(await world.stateOf(id)).toMatchObject({ name: 'completed' })
    expect(world.metered(STANDARD_RESTORES)).toBe(restores)
  })

  test('of nothing is completed', async () => {
    const world = aWorld()
    const { id } = await accept(world)
    await world.drain()
    expect(await world.stateOf(id)).toMatchObject({ name: 'completed' })
  })
})

describe('a purse', () => {
  const bill = {
    segmentId: '01HRKZ0000000000000000ABCD',
    bytes: 1000,
    facts: { storageClass: 'GLACIER', restore: null },
    tier: 'Standard',
    keepDays: null,
    decision: 'thaw',
    now: NOON,
  } as const
  const planned = (dollars: number) =>
    ({ partition: 'p', allowance: { dollars, spent: 0, since: null, paid: '' } }) as const

  test('pays for many at once, one after the other, while there is enough', async () => {
    const { ports } = aWorld()
    await ports.tasks.add('r', ['p'], new Map([['p', 0.000_26]]))
    const purse = makePurse(ports.tasks, 'r', planned(1))
    const paid = await Promise.all(
      Array.from({ length: 9 }, (_, at) => purse.pay({ ...bill, segmentId: `0000000${at}` })),
    )
    expect(paid.filter((is) => is)).toHaveLength(5)
  })

  test('pays for a thaw, for a longer one, and for one that is longer still, each once', async () => {
    const { ports } = aWorld()
    await ports.tasks.add('r', ['p'], new Map([['p', 1]]))
    const purse = makePurse(ports.tasks, 'r', planned(1))
    const spent = async () => (await ports.tasks.find('r', 'p'))?.allowance?.spent ?? 0
    const facts = {
      storageClass: 'GLACIER',
      restore: { ongoing: false, readableUntil: NOON + HOUR },
    } as const
    const asks = [
      bill,
      { ...bill, facts, decision: 'extend' },
      { ...bill, facts, decision: 'outlast' },
    ] as const
    let before = 0
    for (const ask of asks) {
      expect(await purse.pay(ask)).toBe(true)
      const after = await spent()
      expect(after).toBeGreaterThan(before)
      expect(await purse.pay(ask)).toBe(true)
      expect(await spent()).toBe(after)
      before = after
    }
  })

  test('is empty where its task is gone', async () => {
    const { ports } = aWorld()
    expect(await makePurse(ports.tasks, 'r', planned(1)).pay(bill)).toBe(false)
  })

  test('gives up where others change the task all the time, and the next still has its turn', async () => {
    const { ports } = aWorld()
    await ports.tasks.add('r', ['p'], new Map([['p', 1]]))
    let isBusy = true
    const put: typeof ports.tasks.put = async (...given) => (isBusy ? 'stale' : ports.tasks.put(...given))
    const purse = makePurse({ ...ports.tasks, put }, 'r', planned(1))
    await expect(purse.pay(bill)).rejects.toThrow('changed 8 times')
    isBusy = false
    expect(await purse.pay(bill)).toBe(true)
  })
})
