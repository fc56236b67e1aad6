import { expect, test } from 'vitest'
import type { Dataset } from '../../shared/domain/dataset.ts'
import { DAY, HOUR } from '../../shared/domain/duration.ts'
import { GRACE, PATROL } from '../../shared/domain/plan-sweep.ts'
import { holdingOf, withThaw } from '../../shared/domain/plan-thaw.ts'
import { collect, expectCatalogTrue, readAll, segmentsOf } from '../support/archive-facts.ts'
import { type ArchiveWorld, anArchiveWorld } from '../support/archive-world.ts'
import { aDataset, NOON } from '../support/builders.ts'
import { crashEverywhere, crashes } from '../support/crashing.ts'
import { failing, meanwhile } from '../support/failing.ts'
import { aMessage, anOrder } from '../support/orders.ts'

const ref = { dataset: 'orders', partition: '2024-03-10' }
const END = Date.parse('2024-03-11T00:00:00Z')
const QUIET = END + HOUR
/** The sweep looks at a partition at most this often. */
const MINUTE = 60_000

const aLandedWorld = async (datasets: readonly Dataset[] = [aDataset()]) => {
  const world = anArchiveWorld(datasets)
  await world.age([aMessage([anOrder('a'), anOrder('b')])])
  await world.age([aMessage([anOrder('b'), anOrder('c')])])
  return world
}

/** Sweeps, and does what the sweep asks for, as the queues' functions would. */
const sweepAndWork = async (world: ArchiveWorld) => {
  await world.sweep()
  for (const task of world.sealQueue.receive()) await world.seal(task)
  for (const task of world.expireQueue.receive()) await world.expire(task)
}

const aSealedWorld = async (datasets?: readonly Dataset[]) => {
  const world = await aLandedWorld(datasets)
  world.clock.now = QUIET
  await sweepAndWork(world)
  return world
}

const holdingsOf = async (world: ArchiveWorld) => [...(await world.catalog.log.read(ref)).holdings.values()]

const keysOf = async (world: ArchiveWorld) =>
  (await collect(world.archive.lister.list('')))
    .map(({ key }) => key.split('/')[0])
    .filter((folder) => folder !== 'catalog')
    .sort()

test('a partition is sent to be sealed when it has become quiet, not before', async () => {
  const world = await aLandedWorld()
  world.clock.now = QUIET - MINUTE
  await world.sweep()
  expect(world.sealQueue.receive()).toEqual([])
  world.clock.now = QUIET
  await world.sweep()
  expect(world.sealQueue.receive()).toEqual([ref])
})

test('a thaw whose event was lost is remembered by the sweep, also where the first to see it died', async () => {
  const aCold = aDataset({ classes: [{ after: 0, storageClass: 'GLACIER' }] })
  const world = await aSealedWorld([aCold])
  const [segment] = (await segmentsOf(world)).filter(({ kind }) => kind === 'sealed')
  if (segment === undefined) throw new Error('nothing was sealed')
  const from = world.clock.now
  world.s3.restoreObject({ bucket: 'archive', key: segment.key, tier: 'Standard', days: 3 })
  const asked = withThaw(holdingOf(segment, undefined), {
    tier: 'Standard',
    now: from,
    until: from + DAY,
    days: 3,
  })
  await world.catalog.holdings.put(ref, asked, undefined)
  world.advance(from + 6 * HOUR)
  await world.catalog.registry.expect(ref, world.clock.now)
  await expect(world.sweep(failing('put'))).rejects.toThrow()
  world.clock.now += HOUR
  await world.sweep()
  expect(await world.thawHistory.read()).toMatchObject([
    { storageClass: 'GLACIER', tier: 'Standard', took: 7 * HOUR },
  ])
})

test('a partition that is not due is not looked at', async () => {
  const world = await aSealedWorld()
  expect(await world.sweep()).toEqual({ partitions: 0, behind: 0 })
})

test('a sealed segment is tagged for the class of its age, moved by lifecycle, and its new class confirmed', async () => {
  const world = await aSealedWorld()
  world.advance(END + 30 * DAY)
  await world.sweep()
  expect(await holdingsOf(world)).toMatchObject([{ storageClass: 'STANDARD', target: 'GLACIER_IR' }])
  world.advance(world.clock.now + 2 * DAY)
  await world.sweep()
  expect(await holdingsOf(world)).toMatchObject([{ storageClass: 'GLACIER_IR', target: null }])
  const [segment] = await segmentsOf(world)
  expect(await world.archive.reader.head(segment?.key ?? '')).toMatchObject({ storageClass: 'GLACIER_IR' })
  expect(await readAll(world)).toHaveLength(3)
  world.advance(END + 182 * DAY)
  for (let look = 0; look < 3; look += 1) {
    await world.sweep()
    world.advance(world.clock.now + 2 * DAY)
  }
  expect(await holdingsOf(world)).toMatchObject([{ storageClass: 'DEEP_ARCHIVE', target: null }])
})

test('what a seal replaced goes after its grace, and not before', async () => {
  const world = await aSealedWorld()
  expect(await keysOf(world)).toEqual(['index', 'index', 'index', 'landing', 'landing', 'sealed'])
  world.advance(QUIET + GRACE - MINUTE)
  await sweepAndWork(world)
  expect(await keysOf(world)).toHaveLength(6)
  world.advance(QUIET + GRACE)
  await sweepAndWork(world)
  expect(await keysOf(world)).toEqual(['index', 'sealed'])
  expect((await world.catalog.log.read(ref)).commits.map(({ id }) => id)).toEqual(['G#000001'])
  expect(await readAll(world)).toHaveLength(3)
  expect(await world.ledger()).toMatchObject({
    received: { count: 4 },
    duplicates: { count: 1 },
    balanced: true,
  })
  await expectCatalogTrue(world)
})

test('an object that a crash left without a commit goes after its grace where its records are in the archive, and not before', async () => {
  const world = anArchiveWorld()
  await world.age([aMessage([anOrder('a')])], failing('append'))
  await world.age([aMessage([anOrder('a')])])
  expect(await keysOf(world)).toEqual(['index', 'index', 'landing', 'landing'])
  world.advance(NOON + GRACE - MINUTE)
  await sweepAndWork(world)
  expect(await keysOf(world)).toEqual(['index', 'index', 'index', 'landing', 'landing', 'sealed'])
  world.advance(NOON + GRACE + HOUR)
  await sweepAndWork(world)
  expect(await keysOf(world)).toEqual(['index', 'index', 'landing', 'sealed'])
  expect(await readAll(world)).toHaveLength(1)
})

test('an object that a crash left without a commit is committed after its grace where its records are nowhere else', async () => {
  const world = anArchiveWorld()
  await world.age([aMessage([anOrder('a')])], failing('append'))
  expect(await readAll(world)).toEqual([])
  world.advance(NOON + GRACE)
  await sweepAndWork(world)
  expect(await readAll(world)).toHaveLength(1)
  await sweepAndWork(world)
  expect(await keysOf(world)).toEqual(['index', 'index', 'landing', 'sealed'])
  expect(await world.ledger()).toMatchObject({ received: { count: 1 }, balanced: true })
})

test('records past their retention expire, with their objects, and stay in the books', async () => {
  const world = await aSealedWorld([aDataset({ retention: 100 * DAY })])
  world.advance(END + 100 * DAY - MINUTE)
  await sweepAndWork(world)
  expect(await readAll(world)).toHaveLength(3)
  for (let look = 0; look < 3; look += 1) {
    world.advance(world.clock.now + GRACE + 1)
    await sweepAndWork(world)
  }
  expect(await keysOf(world)).toEqual([])
  expect(await readAll(world)).toEqual([])
  expect(await world.ledger()).toMatchObject({
    received: { count: 4 },
    archived: { count: 0 },
    duplicates: { count: 1 },
    expired: { count: 3 },
    balanced: true,
  })
})

test('what arrives after its partition has expired expires too', async () => {
  const world = await aSealedWorld([aDataset({ retention: 10 * DAY })])
  world.advance(END + 11 * DAY)
  await sweepAndWork(world)
  await world.age([aMessage([anOrder('late')])])
  for (let look = 0; look < 4; look += 1) {
    world.advance(world.clock.now + GRACE + 1)
    await sweepAndWork(world)
  }
  expect(await readAll(world)).toEqual([])
  expect(await keysOf(world)).toEqual([])
  expect(await world.ledger()).toMatchObject({
    received: { count: 5 },
    expired: { count: 4 },
    balanced: true,
  })
})

test('a live segment that the bucket has lost is reported', async () => {
  const world = await aSealedWorld()
  const [segment] = await segmentsOf(world)
  await world.archive.remover.remove(segment?.key ?? '')
  world.advance(END + 30 * DAY)
  await world.sweep()
  expect(world.metrics.totals.get('missing')).toBe(1)
})

test('partitions that cannot be swept are told of, tried again later, and hold up no other, however many', async () => {
  const world = anArchiveWorld()
  const days = Array.from({ length: 150 }, (_, day) => NOON - day * DAY)
  await world.age([aMessage(days.map((time, day) => anOrder(`o-${day}`, time)))])
  world.clock.now = QUIET
  // more than a look takes on at once, and the first of all that are due
  const broken = new Set(days.slice(0, 120).map((time) => new Date(time).toISOString().slice(0, 10)))
  const isBroken = (entry: unknown) => [...broken].some((day) => JSON.stringify(entry).includes(day))
  await expect(world.sweep(failing('read', isBroken))).rejects.toThrow('sweep failed on 120 partitions')
  expect(world.sealQueue.receive()).toHaveLength(30)
  world.clock.now += 15 * MINUTE
  await world.sweep()
  expect(world.sealQueue.receive().filter(({ partition }) => broken.has(partition))).toHaveLength(120)
})

test('a failing dataset does not hold up the next one', async () => {
  const tickets = aDataset({ name: 'tickets', hotPrefix: 'tickets/' })
  const world = await aLandedWorld([aDataset(), tickets])
  await world.age([aMessage([anOrder('t')], { dataset: 'tickets' })])
  world.clock.now = QUIET
  const isOrders = (entry: unknown) => JSON.stringify(entry).includes('orders')
  await expect(world.sweep(failing('read', isOrders))).rejects.toThrow('sweep failed')
  expect(world.sealQueue.receive()).toEqual([{ ...ref, dataset: 'tickets' }])
})

test('a sweep that runs out of time says how much is overdue', async () => {
  const world = await aLandedWorld()
  world.clock.now = QUIET
  expect(await world.sweep(undefined, () => false)).toEqual({ partitions: 0, behind: 0 })
  expect(world.metrics.totals.get('overdue')).toBe(1)
})

test('what lands in a quiet partition just as the sweep looks is sealed at the next patrol at the latest', async () => {
  const world = await aSealedWorld()
  world.clock.now += 8 * DAY
  // the log has been read, and the partition is about to be settled
  await world.sweep(meanwhile('settle', () => world.age([aMessage([anOrder('d')])])))
  world.clock.now += PATROL
  await sweepAndWork(world)
  expect((await segmentsOf(world)).map(({ kind }) => kind)).toEqual(['sealed'])
  expect(await readAll(world)).toHaveLength(4)
})

test('after a crash at any call, the next sweeps come to the same end', async () => {
  const points = await crashEverywhere(async (point, name) => {
    const world = await aSealedWorld([aDataset({ retention: 40 * DAY })])
    await world.age([aMessage([anOrder('a')])], failing('append'))
    world.advance(END + 31 * DAY)
    await crashes(() => world.sweep(point.wrap))
    expect(await readAll(world), name).toHaveLength(3)
    for (const task of world.expireQueue.receive()) await world.expire(task)
    for (let day = 0; day < 3; day += 1) {
      world.advance(world.clock.now + DAY + 1)
      await sweepAndWork(world)
    }
    expect(await holdingsOf(world), name).toMatchObject([{ storageClass: 'GLACIER_IR', target: null }])
    expect(await keysOf(world), name).toEqual(['index', 'sealed'])
    for (let day = 0; day < 12; day += 1) {
      world.advance(world.clock.now + DAY + 1)
      if (day === 8) await crashes(() => world.sweep(point.wrap))
      await sweepAndWork(world)
    }
    expect(await keysOf(world), name).toEqual([])
    expect(await world.ledger(), name).toMatchObject({ expired: { count: 3 }, balanced: true })
  })
  expect(points).toBeGreaterThanOrEqual(9)
})
