import { describe, expect, test } from 'vitest'
import { HOUR } from '../../shared/domain/duration.ts'
import { CHECK_AFTER } from '../../shared/use-cases/request-rehydration.ts'
import { aRecord, NOON } from '../support/builders.ts'
import { aWorld } from '../support/rehydration-world.ts'

test('the check of a rehydration that is gone is ended, and holds up no other', async () => {
  const { ports, ...world } = aWorld()
  const settled: [string, number | null][] = []
  const id = await world.ask()
  const gone = { id: 'gone', dueAt: world.now() }
  world.advance(3_600_000)
  const withGone = {
    ...ports,
    index: {
      ...ports.index,
      due: async (now: number, limit: number) => [gone, ...(await ports.index.due(now, limit))],
      settle: async (check: typeof gone, nextDue: number | null) => {
        settled.push([check.id, nextDue])
        return ports.index.settle(check, nextDue)
      },
    },
  }
  expect(await world.on(withGone).check()).toEqual({ sent: 1, failed: 0 })
  expect(new Map(settled)).toEqual(
    new Map([
      ['gone', null],
      [id, expect.any(Number)],
    ]),
  )
})

describe('before restored copies lapse', () => {
  /** Completed six hours after noon, its one copy kept until the midnight after `keepDays` more days. */
  const aDelivered = async (keepDays: number) => {
    const world = aWorld()
    await world.land([aRecord()], { storageClass: 'GLACIER' })
    const id = await world.ask({ keepDays })
    await world.drain()
    await world.pass(6 * HOUR)
    expect(await world.stateOf(id)).toMatchObject({ name: 'completed' })
    const keptUntil = (await world.ports.rehydrations.find(id))?.terms.keptUntil ?? 0
    return { world, id, keptUntil, notices: world.ports.notices.given() }
  }

  test('their asker is told, a day before, once', async () => {
    const { world, id, keptUntil, notices } = await aDelivered(5)
    for (const hours of [1, 1, 24]) {
      world.advance(hours * HOUR)
      await world.run.check()
    }
    expect(notices).toEqual([])
    world.advance(keptUntil - 24 * HOUR - 1 - world.now())
    await world.run.check()
    expect(notices).toEqual([])
    world.advance(1)
    await world.run.check()
    const notice = { kind: 'copies-lapse', rehydrationId: id, dataset: 'orders', caller: 'tester', keptUntil }
    expect(notices).toEqual([notice])
    for (const hours of [1, 12]) {
      world.advance(hours * HOUR)
      await world.run.check()
    }
    expect(notices).toEqual([notice])
  })

  test('nobody is told of copies that have lapsed', async () => {
    const { world, keptUntil, notices } = await aDelivered(1)
    world.advance(keptUntil - world.now())
    await world.run.check()
    world.advance(24 * HOUR)
    await world.run.check()
    expect(notices).toEqual([])
  })

  test('nobody is told where nothing was thawed, or nothing came of it', async () => {
    const world = aWorld()
    await world.land([aRecord()])
    await world.ask()
    await world.drain()
    for (const hours of [2, 24, 72]) {
      world.advance(hours * HOUR)
      await world.run.check()
    }
    expect(world.ports.notices.given()).toEqual([])
  })
})

describe('a rehydration whose plan was lost', () => {
  /** The time of its next check, after the one that is due an hour after it was asked for. */
  const nextCheck = async (readyBy: number | null) => {
    const world = aWorld()
    await world.land([aRecord()], { storageClass: 'GLACIER' })
    const id = await world.ask({ tier: readyBy === null ? 'Standard' : null, readyBy })
    world.thawQueue.receive()
    world.advance(HOUR)
    expect(await world.run.check()).toEqual({ sent: 1, failed: 0 })
    expect(world.thawQueue.receive()).toEqual([{ rehydrationId: id, partition: null }])
    const [check] = await world.ports.index.due(Number.MAX_SAFE_INTEGER, 1)
    return (check?.dueAt ?? 0) - world.now()
  }

  test('is planned again, and looked at again in hours', async () => {
    expect(await nextCheck(null)).toBe(6 * HOUR)
  })

  test('is looked at again sooner where it has a time that is not over', async () => {
    expect(await nextCheck(NOON + 20 * HOUR)).toBe(CHECK_AFTER)
    expect(CHECK_AFTER).toBeLessThan(6 * HOUR)
  })
})
