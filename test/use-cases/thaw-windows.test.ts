import { describe, expect, test } from 'vitest'
import { DAY, HOUR } from '../../shared/domain/duration.ts'
import { LONGEST_ASK, SHORTEST_WINDOW } from '../../shared/domain/plan-thaw.ts'
import { aRecord, NOON } from '../support/builders.ts'
import { coldWorld, holdingOf, REF, STANDARD_RESTORES } from '../support/cold-world.ts'

/** The tasks of the one partition of two rehydrations that were just asked for. */
const twoTasks = async (world: Awaited<ReturnType<typeof coldWorld>>['world']) => {
  for (const plan of world.thawQueue.receive()) await world.run.thaw(plan)
  const [one, two] = world.thawQueue.receive()
  if (one === undefined || two === undefined) throw new Error('expected two tasks')
  return [one, two] as const
}

describe('a thaw that others need too', () => {
  test('shares one thaw with every other that needs the segment', async () => {
    const { world } = await coldWorld()
    const ids = [await world.ask(), await world.ask({ tier: 'Bulk', keepDays: 2 }), await world.ask()]
    await world.drain()
    expect(world.metered(STANDARD_RESTORES)).toBe(1)
    expect(await world.waiters()).toHaveLength(3)
    expect((await world.pass(5 * HOUR)).filter((outcome) => outcome === 'delivered')).toHaveLength(3)
    for (const id of ids) expect(await world.stateOf(id)).toMatchObject({ name: 'completed' })
    expect(world.metered('s3.restore-request.GLACIER.Bulk')).toBe(0)
  })

  test('that comes at the very same time looks again, and finds the thaw of the other', async () => {
    const { world, segment } = await coldWorld()
    const { ports } = world
    await world.ask()
    await world.ask()
    const [one, two] = await twoTasks(world)
    // the second runs to its end between what the first has read and what it writes
    let interrupted = false
    const slow = world.on({
      ...ports,
      holdings: {
        put: async (...given) => {
          if (!interrupted) {
            interrupted = true
            await world.run.thaw(two)
          }
          return ports.holdings.put(...given)
        },
      },
    })
    expect(await slow.thaw(one)).toMatchObject({ outcome: 'waiting', thaws: 0 })
    expect(interrupted).toBe(true)
    expect(world.metered(STANDARD_RESTORES)).toBe(1)
    expect(await holdingOf(world, segment)).toMatchObject({ thaw: { tier: 'Standard' } })
  })

  test('that comes between the claim of another and its call to S3 leaves what that one wrote down', async () => {
    const { world, segment } = await coldWorld()
    const { ports } = world
    const id = await world.ask({ keepDays: 5 })
    await world.ask({ tier: 'Bulk' })
    const [one, two] = await twoTasks(world)
    let interrupted = false
    const slow = world.on({
      ...ports,
      thawer: {
        thaw: async (...given) => {
          if (!interrupted) {
            interrupted = true
            expect(await world.run.thaw(two)).toMatchObject({ outcome: 'waiting', thaws: 0 })
          }
          return ports.thawer.thaw(...given)
        },
      },
    })
    expect(await slow.thaw(one)).toMatchObject({ outcome: 'waiting', thaws: 1 })
    expect(interrupted).toBe(true)
    expect(await holdingOf(world, segment)).toMatchObject({ thaw: { tier: 'Standard', days: 5, by: id } })
    expect((await holdingOf(world, segment))?.asking).toBeUndefined()
  })

  test('never shortens the window of one that came and was served between its look and its claim', async () => {
    const { world, segment } = await coldWorld()
    const { ports } = world
    const [one, two] = [await world.ask(), await world.ask({ keepDays: 20 })]
    for (const plan of world.thawQueue.receive()) await world.run.thaw(plan)
    world.thawQueue.receive()
    let interrupted = false
    const slow = world.on({
      ...ports,
      holdings: {
        put: async (...given) => {
          if (!interrupted) {
            interrupted = true
            await world.run.thaw({ rehydrationId: two, partition: REF.partition })
            world.advance(5 * HOUR)
          }
          return ports.holdings.put(...given)
        },
      },
    })
    expect(await slow.thaw({ rehydrationId: one, partition: REF.partition })).toMatchObject({
      outcome: 'readable',
    })
    expect(await ports.reader.head(segment.key)).toMatchObject({
      restore: { readableUntil: Date.parse('2024-03-31T00:00:00Z') },
    })
  })

  test('is asked for in part when one segment is cold and another is still awaited', async () => {
    const { world } = await coldWorld()
    await world.land([aRecord({ id: 'b' })], { storageClass: 'DEEP_ARCHIVE' })
    const id = await world.ask({ tier: 'Bulk' })
    await world.drain()
    world.advance(1.4 * DAY)
    const waiter = (await world.waiters()).find(({ rehydrationId }) => rehydrationId === id)
    expect(waiter?.segmentIds).toHaveLength(2)
    const { segment } = await world.land([aRecord({ id: 'c' })], { storageClass: 'GLACIER' })
    await world.ports.waiters.put(REF, {
      rehydrationId: id,
      segmentIds: [...(waiter?.segmentIds ?? []), segment.id],
      since: NOON,
      keepDays: null,
    })
    expect(await world.run.resume(REF)).toMatchObject({ thawing: 1, waiting: 0 })
  })

  /** A copy that lapses before the one is thawed that has come since. */
  const oneThatLapses = async (
    request: Parameters<Awaited<ReturnType<typeof coldWorld>>['world']['ask']>[0] = {},
  ) => {
    const { world, segment } = await coldWorld()
    await world.ask()
    await world.drain()
    await world.pass(5 * HOUR)
    world.advance(2.5 * DAY)
    const until = async () => (await world.ports.reader.head(segment.key))?.restore?.readableUntil ?? 0
    const before = await until()
    await world.land([aRecord({ id: 'b' })], { storageClass: 'DEEP_ARCHIVE' })
    const id = await world.ask({ tier: 'Bulk', ...request })
    await world.drain()
    return { world, id, before, until, asked: world.ports.now() }
  }

  test.each([null, 1])(
    'is kept for as long as another of the partition is waited for, where %s days are asked for',
    async (keepDays) => {
      const { world, id, before, until, asked } = await oneThatLapses({ keepDays })
      expect(before).toBeLessThan(asked + 2 * DAY)
      expect(await until()).toBeGreaterThan(asked + 2 * DAY + SHORTEST_WINDOW)
      const restores = world.metered(STANDARD_RESTORES) + world.metered('s3.restore-request.GLACIER.Bulk')
      expect(await world.pass(2 * DAY)).toContain('delivered')
      expect(await world.stateOf(id)).toMatchObject({ name: 'completed' })
      // it was thawed once
      expect(world.metered(STANDARD_RESTORES) + world.metered('s3.restore-request.GLACIER.Bulk')).toBe(
        restores,
      )
    },
  )

  test('is not kept for longer where it outlasts that', async () => {
    const { world, segment } = await coldWorld()
    await world.ask({ keepDays: 10 })
    await world.drain()
    await world.pass(5 * HOUR)
    const restores = world.metered(STANDARD_RESTORES)
    const before = await world.ports.reader.head(segment.key)
    await world.land([aRecord({ id: 'b' })], { storageClass: 'DEEP_ARCHIVE' })
    await world.ask({ tier: 'Bulk' })
    await world.drain()
    expect(await world.ports.reader.head(segment.key)).toEqual(before)
    expect(world.metered(STANDARD_RESTORES)).toBe(restores)
  })

  test('never shortens a window, and lengthens it when asked for longer', async () => {
    const { world, segment } = await coldWorld()
    const until = async () => (await world.ports.reader.head(segment.key))?.restore?.readableUntil
    await world.ask({ keepDays: 20 })
    await world.drain()
    await world.pass(5 * HOUR)
    const long = await until()
    await world.ask({ keepDays: 2 })
    await world.drain()
    expect(await until()).toBe(long)
    await world.ask({ keepDays: 25 })
    await world.drain()
    expect(await until()).toBeGreaterThan(long ?? Number.POSITIVE_INFINITY)
    expect(await holdingOf(world, segment)).toMatchObject({ thaw: { readableUntil: await until() } })
  })

  /** A copy that is readable for three days, and two who want it for longer: their thaw tasks. */
  const twoWhoExtend = async (keepDays: readonly [number, number]) => {
    const { world, segment } = await coldWorld()
    await world.ask()
    await world.drain()
    await world.pass(5 * HOUR)
    const ids = [
      await world.ask({ keepDays: keepDays[0] }),
      await world.ask({ keepDays: keepDays[1] }),
    ] as const
    for (const plan of world.thawQueue.receive()) await world.run.thaw(plan)
    world.thawQueue.receive()
    const [one, two] = ids.map((rehydrationId) => ({ rehydrationId, partition: REF.partition }))
    if (one === undefined || two === undefined) throw new Error('expected two tasks')
    const until = async () => (await world.ports.reader.head(segment.key))?.restore?.readableUntil
    return { world, one, two, until }
  }

  test.each([
    ['short', [9, 25]],
    ['long', [25, 9]],
  ] as const)(
    '[F12] of two who lengthen a window at once, the last to ask being %s, the longer need is met',
    async (_, keepDays) => {
      const { world, one, two, until } = await twoWhoExtend(keepDays)
      const { ports } = world
      // the second runs to its end between what the first has claimed and what it asks for
      let interrupted = false
      const slow = world.on({
        ...ports,
        thawer: {
          thaw: async (...given) => {
            if (!interrupted) {
              interrupted = true
              await world.run.thaw(two)
            }
            return ports.thawer.thaw(...given)
          },
        },
      })
      expect(await slow.thaw(one)).toMatchObject({ outcome: 'readable' })
      expect(interrupted).toBe(true)
      expect(await until()).toBe(Date.parse('2024-04-05T00:00:00Z'))
    },
  )

  test('[F12] one whose call fails leaves no window shorter, and meets the longer need when it is tried again', async () => {
    const { world, one, two, until } = await twoWhoExtend([9, 25])
    const { ports } = world
    const failing = world.on({
      ...ports,
      thawer: {
        thaw: async (...given) => {
          expect(await world.run.thaw(two)).toMatchObject({ outcome: 'waiting', thaws: 0 })
          await ports.thawer.thaw(...given)
          throw new Error('no answer')
        },
      },
    })
    await expect(failing.thaw(one)).rejects.toThrow('no answer')
    expect(await until()).toBe(Date.parse('2024-03-20T00:00:00Z'))
    expect(await world.run.thaw(one)).toMatchObject({ outcome: 'readable' })
    expect(await until()).toBe(Date.parse('2024-04-05T00:00:00Z'))
  })

  test('[F12] asks S3 only when whoever else was asking has had more time than a function runs', async () => {
    const { world, one, two, until } = await twoWhoExtend([9, 25])
    const { ports } = world
    const dead = world.on({
      ...ports,
      thawer: { thaw: () => Promise.reject(new Error('it dies')) },
      holdings: {
        put: async (ref, holding, expected) => {
          if (expected?.asking !== undefined) throw new Error('it is dead')
          return ports.holdings.put(ref, holding, expected)
        },
      },
    })
    await expect(dead.thaw(one)).rejects.toThrow('it is dead')
    expect(await world.run.thaw(two)).toMatchObject({ outcome: 'waiting', thaws: 0 })
    expect(await until()).toBe(Date.parse('2024-03-14T00:00:00Z'))
    world.advance(LONGEST_ASK)
    expect(await world.run.thaw(two)).toMatchObject({ outcome: 'readable' })
    expect(await until()).toBe(Date.parse('2024-04-05T00:00:00Z'))
  })

  test('[F12] keeps what others write down while it asks, and lets them ask afterwards', async () => {
    const { world, segment } = await coldWorld()
    const { ports } = world
    await world.ask()
    for (const plan of world.thawQueue.receive()) await world.run.thaw(plan)
    const [task] = world.thawQueue.receive()
    if (task === undefined) throw new Error('expected a task')
    const slow = world.on({
      ...ports,
      thawer: {
        thaw: async (...given) => {
          const outcome = await ports.thawer.thaw(...given)
          const holding = await holdingOf(world, segment)
          if (holding === undefined) throw new Error('expected a holding')
          await ports.holdings.put(REF, { ...holding, target: 'DEEP_ARCHIVE', taggedAt: NOON }, holding)
          return outcome
        },
      },
    })
    expect(await slow.thaw(task)).toEqual({ outcome: 'waiting', thaws: 1 })
    const kept = await holdingOf(world, segment)
    expect(kept).toMatchObject({ target: 'DEEP_ARCHIVE', thaw: { tier: 'Standard' } })
    expect(kept?.asking).toBeUndefined()
  })

  test('[F12] keeps what others write down however often they do so, while it lets them ask', async () => {
    const { world, segment } = await coldWorld()
    const { ports } = world
    await world.ask()
    for (const plan of world.thawQueue.receive()) await world.run.thaw(plan)
    const [task] = world.thawQueue.receive()
    if (task === undefined) throw new Error('expected a task')
    let others = 0
    const slow = world.on({
      ...ports,
      holdings: {
        put: async (ref, holding, expected) => {
          const isRelease = expected?.asking !== undefined && holding.asking === undefined
          if (isRelease && others < 3) {
            const stored = await holdingOf(world, segment)
            if (stored === undefined) throw new Error('expected a holding')
            others += 1
            const changed = { ...stored, target: 'DEEP_ARCHIVE', taggedAt: NOON + others } as const
            await ports.holdings.put(REF, changed, stored)
          }
          return ports.holdings.put(ref, holding, expected)
        },
      },
    })
    expect(await slow.thaw(task)).toEqual({ outcome: 'waiting', thaws: 1 })
    const kept = await holdingOf(world, segment)
    expect(kept).toMatchObject({ target: 'DEEP_ARCHIVE', taggedAt: NOON + 3, thaw: { tier: 'Standard' } })
    expect(kept?.asking).toBeUndefined()
  })

  test('[F12] leaves alone who asks now, though it asked before', async () => {
    const { world, segment } = await coldWorld()
    const { ports } = world
    await world.ask()
    for (const plan of world.thawQueue.receive()) await world.run.thaw(plan)
    const [task] = world.thawQueue.receive()
    if (task === undefined) throw new Error('expected a task')
    const other = { attempt: 'another', since: NOON }
    const slow = world.on({
      ...ports,
      thawer: {
        thaw: async (...given) => {
          const outcome = await ports.thawer.thaw(...given)
          const holding = await holdingOf(world, segment)
          if (holding === undefined) throw new Error('expected a holding')
          await ports.holdings.put(REF, { ...holding, asking: other }, holding)
          return outcome
        },
      },
    })
    await slow.thaw(task)
    expect(await holdingOf(world, segment)).toMatchObject({ asking: other })
  })

  test('[F12] one who finds a window long enough is not cut short by one who began before', async () => {
    const { world, one, two, until } = await twoWhoExtend([4, 3])
    const { ports } = world
    world.advance(Date.parse('2024-03-13T22:00:00Z') - world.now())
    const other = await world.ask({ keepDays: 1 })
    for (const plan of world.thawQueue.receive()) await world.run.thaw(plan)
    world.thawQueue.receive()
    const slow = world.on({
      ...ports,
      thawer: {
        thaw: async (...given) => {
          await world.run.thaw(one)
          await world.run.thaw(two)
          return ports.thawer.thaw(...given)
        },
      },
    })
    expect(await slow.thaw({ rehydrationId: other, partition: REF.partition })).toMatchObject({
      outcome: 'readable',
    })
    expect(await until()).toBe(Date.parse('2024-03-18T00:00:00Z'))
  })

  test('relies on no copy that is about to expire', async () => {
    const { world } = await coldWorld()
    await world.ask()
    await world.drain()
    await world.pass(5 * HOUR)
    world.advance(Date.parse('2024-03-13T21:00:00Z') - world.now())
    await world.ask()
    expect(await world.drain()).toEqual(['planned', 'readable', 'delivered'])
    expect(world.metered(STANDARD_RESTORES)).toBe(2)
  })

  test('reads a copy that is about to expire where one waits for it already', async () => {
    const { world } = await coldWorld()
    const id = await world.ask()
    await world.drain()
    world.advance(5 * HOUR)
    world.advance(Date.parse('2024-03-13T23:00:00Z') - world.now())
    expect(await world.run.resume(REF)).toEqual({ hydrating: 1, thawing: 0, waiting: 0 })
    expect(await world.drain()).toEqual(['delivered'])
    expect(await world.stateOf(id)).toMatchObject({ name: 'completed' })
    expect(world.metered(STANDARD_RESTORES)).toBe(1)
  })

  test('thaws again what expired before it was read', async () => {
    const { world } = await coldWorld()
    const id = await world.ask()
    await world.drain()
    world.advance(10 * DAY)
    expect(await world.run.resume(REF)).toEqual({ hydrating: 0, thawing: 1, waiting: 0 })
    expect(await world.drain()).toEqual(['waiting'])
    await world.pass(5 * HOUR)
    expect(await world.stateOf(id)).toMatchObject({ name: 'completed' })
  })
})
