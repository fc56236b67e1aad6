import { describe, expect, test } from 'vitest'
import { DAY, HOUR } from '../../shared/domain/duration.ts'
import type { Segment } from '../../shared/domain/segment.ts'
import { aRecord, NOON } from '../support/builders.ts'
import { aWorld } from '../support/rehydration-world.ts'

const REF = { dataset: 'orders', partition: '2024-03-10' }
const STANDARD_RESTORES = 's3.restore-request.GLACIER.Standard'

const coldWorld = async (options: Parameters<typeof aWorld>[0] = {}) => {
  const world = aWorld(options)
  const { segment, commit } = await world.land([aRecord()], { storageClass: 'GLACIER' })
  return { world, segment, commit }
}

const holdingOf = async (world: ReturnType<typeof aWorld>, { id }: Segment) =>
  (await world.ports.log.read(REF)).holdings.get(id)

describe('a rehydration of what is cold', () => {
  test('thaws it, waits, and is woken by the event', async () => {
    const { world, segment } = await coldWorld()
    const id = await world.ask()
    expect(await world.drain()).toEqual(['planned', 'waiting'])
    expect(await world.waiters()).toMatchObject([{ rehydrationId: id, segmentIds: [segment.id] }])
    expect(await world.stateOf(id)).toMatchObject({ name: 'thawing' })
    expect(await holdingOf(world, segment)).toMatchObject({ thaw: { tier: 'Standard', readableUntil: null } })
    expect(await world.pass(HOUR)).toEqual([])
    expect(await world.pass(4 * HOUR)).toEqual(['delivered'])
    expect(await holdingOf(world, segment)).toMatchObject({
      thaw: { tier: 'Standard', requestedAt: NOON, readableUntil: Date.parse('2024-03-14T00:00:00Z') },
    })
    expect(await world.waiters()).toEqual([])
    expect(world.finished).toMatchObject([
      { storageClass: 'GLACIER', phases: { queued: 0, thawing: 5 * HOUR, hydrating: 0, total: 5 * HOUR } },
    ])
  })

  test('is woken by the sweep when every event is lost, and the sweep is told to look', async () => {
    const { world } = await coldWorld()
    const id = await world.ask()
    await world.drain()
    world.advance(5 * HOUR)
    const [due] = await world.ports.registry.due('orders', world.now(), 10)
    expect(due).toMatchObject({ ...REF, dueAt: NOON + HOUR })
    expect(await world.run.resume(REF)).toEqual({ hydrating: 1, thawing: 0, waiting: 0 })
    await world.drain()
    expect(await world.stateOf(id)).toMatchObject({ name: 'completed' })
  })

  test('is not lost when the thaw ends between the look and the waiter', async () => {
    const { world } = await coldWorld()
    const { ports } = world
    // the thaw ends, and its event is worked off, before the waiter is written
    const late = world.on({
      ...ports,
      waiters: {
        ...ports.waiters,
        put: async (...given) => {
          expect(await world.pass(5 * HOUR)).toEqual([])
          await ports.waiters.put(...given)
        },
      },
    })
    const id = await world.ask()
    expect(await world.drain(late)).toEqual(['planned', 'readable', 'delivered'])
    expect(await world.stateOf(id)).toMatchObject({ name: 'completed' })
    expect(await world.waiters()).toEqual([])
  })

  test('shares one thaw with every other that needs the segment', async () => {
    const { world } = await coldWorld()
    const ids = [await world.ask(), await world.ask({ tier: 'Bulk', keepDays: 9 }), await world.ask()]
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
    const [first, second] = world.thawQueue.receive()
    if (first === undefined || second === undefined) throw new Error('expected two plans')
    await world.run.thaw(first)
    await world.run.thaw(second)
    const [one, two] = world.thawQueue.receive()
    if (one === undefined || two === undefined) throw new Error('expected two tasks')
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
    expect(await slow.thaw(one)).toEqual({ outcome: 'waiting', thaws: 0 })
    expect(interrupted).toBe(true)
    expect(world.metered(STANDARD_RESTORES)).toBe(1)
    expect(await holdingOf(world, segment)).toMatchObject({ thaw: { tier: 'Standard' } })
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

  test('is thawed again in part when one segment has expired and another is still awaited', async () => {
    const { world } = await coldWorld()
    await world.ask()
    await world.drain()
    world.advance(3 * DAY)
    await world.land([aRecord({ id: 'b' })], { storageClass: 'DEEP_ARCHIVE' })
    const id = await world.ask({ tier: 'Bulk' })
    await world.drain()
    world.advance(1.4 * DAY)
    const waiter = (await world.waiters()).find(({ rehydrationId }) => rehydrationId === id)
    expect(waiter?.segmentIds).toHaveLength(1)
    const [glacier] = (await world.ports.log.read(REF)).commits.flatMap(({ segments }) => segments)
    await world.ports.waiters.put(REF, {
      rehydrationId: id,
      segmentIds: [...(waiter?.segmentIds ?? []), glacier?.id ?? ''],
      since: NOON,
    })
    expect(await world.run.resume(REF)).toMatchObject({ thawing: 2, waiting: 0 })
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

  test('falls back to Standard where S3 has no capacity for Expedited, and says so', async () => {
    const { world, segment } = await coldWorld({ knobs: { expeditedAvailable: () => false } })
    const id = await world.ask({ tier: 'Expedited' })
    await world.drain()
    expect(await world.ports.tasks.find(id, REF.partition)).toMatchObject({
      thawedAsStandard: [segment.id],
      state: { name: 'thawing', readyBy: NOON + 5 * HOUR },
    })
    expect(await holdingOf(world, segment)).toMatchObject({ thaw: { tier: 'Standard' } })
    await world.run.thaw({ rehydrationId: id, partition: REF.partition })
    expect(await world.ports.tasks.find(id, REF.partition)).toMatchObject({ thawedAsStandard: [segment.id] })
    await world.pass(5 * HOUR)
    expect(JSON.parse(world.file(`${id}/manifest.json`).toString())).toMatchObject({
      tier: 'Expedited',
      segmentsThawedAsStandard: 1,
    })
  })

  test('asks for Standard where its class has no Expedited', async () => {
    const world = aWorld()
    const { segment } = await world.land([aRecord()], { storageClass: 'DEEP_ARCHIVE' })
    const id = await world.ask({ tier: 'Expedited' })
    await world.drain()
    expect(world.metered('s3.restore-request.DEEP_ARCHIVE.Standard')).toBe(1)
    expect(await world.ports.tasks.find(id, REF.partition)).toMatchObject({ thawedAsStandard: [segment.id] })
  })

  test('thaws nothing that holds none of the ids', async () => {
    const { world } = await coldWorld()
    await world.land([aRecord({ id: 'a' }), aRecord({ id: 'z' })], { storageClass: 'GLACIER' })
    await world.ask({ selection: { kind: 'ids', ids: [{ id: 'o-9', time: null }] } })
    expect(await world.drain()).toEqual(['planned', 'done'])
    await world.ask({ selection: { kind: 'ids', ids: [{ id: 'o-9', time: NOON }] } })
    expect(await world.drain()).toEqual(['planned', 'done'])
    await world.ask({ selection: { kind: 'ids', ids: [{ id: 'z', time: null }] } })
    expect(await world.drain()).toEqual(['planned', 'waiting'])
    expect(world.metered(STANDARD_RESTORES)).toBe(1)
  })

  test('goes back to thaw when a segment turns out cold while it is read', async () => {
    const { world } = await coldWorld()
    const warm = await world.land([aRecord({ id: 'b' })])
    const id = await world.ask()
    await world.drain()
    world.advance(5 * HOUR)
    await world.run.resume(REF)
    world.makeCold(warm.segment, 'GLACIER')
    expect(await world.drain()).toEqual(['cold', 'waiting'])
    expect(await world.waiters()).toMatchObject([{ segmentIds: [warm.segment.id] }])
    expect(world.files()).toEqual([])
    expect(await world.pass(5 * HOUR)).toContain('delivered')
    expect(await world.stateOf(id)).toMatchObject({ name: 'completed' })
  })

  test('reads what a seal has put in the place of its segments, and thaws that if it is cold', async () => {
    const { world, commit } = await coldWorld()
    const id = await world.ask()
    await world.drain()
    await world.land([aRecord()], { kind: 'sealed', replaces: [commit.id], storageClass: 'DEEP_ARCHIVE' })
    expect(await world.run.resume(REF)).toEqual({ hydrating: 0, thawing: 1, waiting: 0 })
    expect(await world.drain()).toEqual(['waiting'])
    expect(world.metered('s3.restore-request.DEEP_ARCHIVE.Standard')).toBe(1)
    expect(await world.pass(12 * HOUR)).toContain('delivered')
    expect(JSON.parse(world.file(`${id}/manifest.json`).toString())).toMatchObject({
      records: 1,
      completeness: { segments: 1, read: 1 },
    })
  })

  test('reads the sealed segment when its inputs are swept away between plan and hydrate', async () => {
    const world = aWorld()
    const { segment, commit } = await world.land([aRecord()])
    const id = await world.ask()
    const [plan] = world.thawQueue.receive()
    await world.run.thaw(plan ?? { rehydrationId: id, partition: null })
    const [task] = world.thawQueue.receive()
    await world.run.thaw(task ?? { rehydrationId: id, partition: REF.partition })
    // hydrate has read the catalog when the seal commits and the input goes
    const { log } = world.ports
    let reads = 0
    const racing = world.on({
      ...world.ports,
      log: {
        ...log,
        read: async (ref) => {
          const state = await log.read(ref)
          reads += 1
          if (reads === 1) {
            await world.land([aRecord()], { kind: 'sealed', replaces: [commit.id] })
            world.removeObject(segment.key)
          }
          return state
        },
      },
    })
    expect(await world.drain(racing)).toEqual(['delivered'])
    expect(JSON.parse(world.file(`${id}/manifest.json`).toString())).toMatchObject({
      records: 1,
      completeness: { complete: true, segments: 1, read: 1, missing: 0 },
    })
  })
})

describe('an event', () => {
  test('that is stale, doubled or out of order changes nothing', async () => {
    const { world, segment } = await coldWorld()
    await world.ask()
    await world.drain()
    expect(await world.run.track(segment.key)).toBe('unchanged')
    world.advance(5 * HOUR)
    expect(await world.run.track(segment.key)).toBe('tracked')
    const holding = await holdingOf(world, segment)
    for (let again = 0; again < 3; again += 1) expect(await world.run.track(segment.key)).toBe('unchanged')
    expect(await holdingOf(world, segment)).toEqual(holding)
    const outcomes = await world.drain()
    expect(outcomes.filter((outcome) => outcome === 'delivered')).toHaveLength(1)
    expect(world.finished).toHaveLength(1)
  })

  test('about a moved segment confirms its class', async () => {
    const world = aWorld()
    const { segment } = await world.land([aRecord()])
    await world.ports.holdings.put(
      REF,
      {
        segmentId: segment.id,
        storageClass: 'STANDARD',
        confirmedAt: NOON,
        target: 'GLACIER',
        taggedAt: NOON,
        thaw: null,
      },
      undefined,
    )
    world.makeCold(segment, 'GLACIER')
    expect(await world.run.track(segment.key)).toBe('tracked')
    expect(await holdingOf(world, segment)).toMatchObject({ storageClass: 'GLACIER', target: null })
  })

  test('writes again when somebody else wrote the holding meanwhile', async () => {
    const { world, segment } = await coldWorld()
    await world.ask()
    await world.drain()
    world.advance(5 * HOUR)
    const { holdings, log } = world.ports
    let raced = false
    const racing = world.on({
      ...world.ports,
      holdings: {
        put: async (ref, holding, expected) => {
          if (!raced && expected !== undefined) {
            raced = true
            await holdings.put(ref, { ...expected, target: 'DEEP_ARCHIVE', taggedAt: 1 }, expected)
          }
          return holdings.put(ref, holding, expected)
        },
      },
    })
    expect(await racing.track(segment.key)).toBe('tracked')
    expect((await log.read(REF)).holdings.get(segment.id)).toMatchObject({
      target: 'DEEP_ARCHIVE',
      thaw: { readableUntil: expect.any(Number) },
    })
  })

  test.each([
    ['quarantine/dataset=orders/day=2024-03-10/x.ndjson', 'not-a-segment'],
    ['landing/dataset=orders/../../partition=2024-03-10/01HRKZ0000000000000000ABCD.parquet', 'not-a-segment'],
    ['landing/dataset=orders/partition=2024-03-10/01HRKZ0000000000000000ABCD.parquet', 'not-in-catalog'],
    ['landing/dataset=nope/partition=2024-03-10/01HRKZ0000000000000000ABCD.parquet', 'not-in-catalog'],
  ])('about %s is %s', async (key, outcome) => {
    expect(await aWorld().run.track(key)).toBe(outcome)
  })

  test('about a segment that is gone lets those who wait look anew', async () => {
    const { world, segment } = await coldWorld()
    const id = await world.ask()
    await world.drain()
    world.removeObject(segment.key)
    expect(await world.run.track(segment.key)).toBe('gone')
    await world.drain()
    expect(JSON.parse(world.file(`${id}/manifest.json`).toString())).toMatchObject({
      records: 0,
      completeness: { complete: false, segments: 1, missing: 1 },
    })
  })
})
