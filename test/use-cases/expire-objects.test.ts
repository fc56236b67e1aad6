import { expect, test } from 'vitest'
import { DAY, HOUR } from '../../shared/domain/duration.ts'
import { segmentKey } from '../../shared/domain/keys.ts'
import { GRACE } from '../../shared/domain/plan-sweep.ts'
import { collect, readAll, segmentsOf } from '../support/archive-facts.ts'
import { anArchiveWorld } from '../support/archive-world.ts'
import { NOON } from '../support/builders.ts'
import { crashEverywhere, crashes } from '../support/crashing.ts'
import { failing } from '../support/failing.ts'
import { aMessage, anOrder } from '../support/orders.ts'

const ref = { dataset: 'orders', partition: '2024-03-10' }
const QUIET = Date.parse('2024-03-11T01:00:00Z')

/** Two landing commits that a sealed one has replaced, and a live landing commit. */
const aWorld = async () => {
  const world = anArchiveWorld()
  await world.age([aMessage([anOrder('a')])])
  await world.age([aMessage([anOrder('b')])])
  world.clock.now = QUIET
  await world.seal(ref)
  await world.age([aMessage([anOrder('c')])])
  return world
}

const idsOf = async (world: Awaited<ReturnType<typeof aWorld>>) =>
  (await world.catalog.log.read(ref)).commits.map(({ id }) => id)

const keysOf = async (world: Awaited<ReturnType<typeof aWorld>>) =>
  (await collect(world.archive.lister.list('')))
    .map(({ key }) => key)
    .filter((key) => !key.startsWith('catalog/'))

test('a task that names everything removes only what is dead and past its grace', async () => {
  const world = await aWorld()
  const everything = { ...ref, commitIds: await idsOf(world), orphanKeys: await keysOf(world) }
  world.clock.now = QUIET + GRACE - 1
  expect(await world.expire(everything)).toEqual({ commits: 0, objects: 0, adopted: 0 })
  world.clock.now = QUIET + 30 * DAY
  expect(await world.expire(everything)).toEqual({ commits: 2, objects: 4, adopted: 0 })
  expect(await readAll(world)).toHaveLength(3)
  const kept = await keysOf(world)
  expect(kept).toHaveLength(4)
  await world.expire(everything)
  expect(await keysOf(world)).toEqual(kept)
})

test('dead commits that no task names stay', async () => {
  const world = await aWorld()
  world.clock.now = QUIET + 30 * DAY
  expect(await world.expire({ ...ref, commitIds: [], orphanKeys: [] })).toEqual({
    commits: 0,
    objects: 0,
    adopted: 0,
  })
  expect(await idsOf(world)).toHaveLength(4)
})

test('a key that is no orphan of the named partition is not touched, whatever it is', async () => {
  const world = await aWorld()
  world.clock.now = NOON - DAY
  await world.age([aMessage([anOrder('elsewhere', NOON - DAY)])])
  world.clock.now = QUIET + 30 * DAY
  const elsewhere = (await keysOf(world)).filter((key) => key.includes('2024-03-09'))
  const before = await keysOf(world)
  const keys = [...elsewhere, 'quarantine/x.ndjson', '../sealed/x', '', segmentKey('sealed', ref, 'NO-ULID')]
  expect(await world.expire({ ...ref, commitIds: [], orphanKeys: keys })).toEqual({
    commits: 0,
    objects: 0,
    adopted: 0,
  })
  expect(await keysOf(world)).toEqual(before)
})

test('an index object whose segment was never put goes after its grace', async () => {
  const world = await aWorld()
  const before = await keysOf(world)
  const dies = failing('put', (object) => JSON.stringify(object).includes('"landing/'))
  await world.age([aMessage([anOrder('never')])], dies)
  const strays = (await keysOf(world)).filter((key) => !before.includes(key))
  expect(strays).toMatchObject([expect.stringMatching(/^index\//)])
  const task = { ...ref, commitIds: [], orphanKeys: [...before, ...strays] }
  world.clock.now = QUIET + GRACE - 1
  expect(await world.expire(task)).toEqual({ commits: 0, objects: 0, adopted: 0 })
  world.clock.now = QUIET + GRACE + HOUR
  expect(await world.expire(task)).toEqual({ commits: 0, objects: 1, adopted: 0 })
  expect(await keysOf(world)).toEqual(before)
})

test('a partition or commit that is not there is nothing to do', async () => {
  const world = await aWorld()
  const task = { ...ref, partition: '1999-01-01', commitIds: ['L#x'], orphanKeys: [] }
  expect(await world.expire(task)).toEqual({ commits: 0, objects: 0, adopted: 0 })
})

test('after a crash at any call, a second task finishes the first and no live object is gone', async () => {
  const points = await crashEverywhere(async (point, name) => {
    const world = await aWorld()
    await world.age([aMessage([anOrder('b')])], failing('append'))
    const live = new Set((await segmentsOf(world)).map(({ key }) => key))
    world.clock.now = QUIET + GRACE + HOUR
    const orphanKeys = (await keysOf(world)).filter((key) => !live.has(key))
    const task = { ...ref, commitIds: await idsOf(world), orphanKeys }
    await crashes(() => world.expire(task, point.wrap))
    expect(await readAll(world), name).toHaveLength(3)
    await world.expire(task)
    expect(await idsOf(world), name).toHaveLength(3)
    expect(await keysOf(world), name).toHaveLength(4)
    // what keeps the orphan's id taken goes after a grace of its own
    world.clock.now += GRACE
    await world.expire({ ...task, commitIds: await idsOf(world) })
    expect(await idsOf(world), name).toHaveLength(2)
    expect((await world.ledger()).balanced, name).toBe(true)
  })
  expect(points).toBeGreaterThanOrEqual(20)
})
