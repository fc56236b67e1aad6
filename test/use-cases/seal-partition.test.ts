import { readdir } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { expect, test } from 'vitest'
import { makeDiskScratch } from '../../shared/adapters/aws/disk-scratch.ts'
import { SegmentCorrupt } from '../../shared/codec/segment-format.ts'
import type { SegmentSink } from '../../shared/codec/segment-sink.ts'
import type { Dataset } from '../../shared/domain/dataset.ts'
import { formatDigest } from '../../shared/domain/digest.ts'
import { DAY, HOUR } from '../../shared/domain/duration.ts'
import { bodiesOf, expectCatalogTrue, readAll, readSegment, segmentsOf } from '../support/archive-facts.ts'
import { type ArchiveWorld, anArchiveWorld, type Wrap } from '../support/archive-world.ts'
import { aDataset, NOON } from '../support/builders.ts'
import { crashEverywhere, crashes } from '../support/crashing.ts'
import { meanwhile } from '../support/failing.ts'
import { aMessage, anOrder, someOrders } from '../support/orders.ts'

const ref = { dataset: 'orders', partition: '2024-03-10' }
const QUIET = Date.parse('2024-03-11T01:00:00Z')

/** Three landing segments in which one order stands twice. */
const aLandedWorld = async (dataset: Dataset = aDataset()) => {
  const world = anArchiveWorld([dataset])
  for (const ids of [['c', 'a'], ['b', 'a'], ['d']]) {
    await world.age([aMessage(ids.map((id) => anOrder(id)))])
    world.clock.now += 1
  }
  world.clock.now = Math.max(QUIET, world.clock.now)
  return world
}

const ORDERS = ['a', 'b', 'c', 'd'].map((id) => anOrder(id))

const counts = async (world: ArchiveWorld) => {
  const { received, archived, duplicates, balanced } = await world.ledger()
  return [received.count, archived.count, duplicates.count, balanced]
}

test('a quiet partition becomes one sorted segment, its repeats dropped and booked', async () => {
  const world = await aLandedWorld()
  expect(await counts(world)).toEqual([5, 5, 0, true])
  const before = await readAll(world)
  expect(await world.seal(ref)).toBe('sealed')
  const segments = await segmentsOf(world)
  expect(segments).toMatchObject([{ kind: 'sealed', storageClass: 'STANDARD', minId: 'a', maxId: 'd' }])
  for (const segment of segments) expect(bodiesOf(await readSegment(world, segment))).toEqual(ORDERS)
  expect(await readAll(world)).toEqual(before)
  expect(await counts(world)).toEqual([5, 4, 1, true])
  await expectCatalogTrue(world)
  expect(world.metrics.totals.get('duplicatesDropped')).toBe(1)
  expect(await world.seal(ref)).toBe('nothing-to-seal')
})

test('a partition that may still grow is left alone', async () => {
  const world = await aLandedWorld()
  world.clock.now = QUIET - 1
  expect(await world.seal(ref)).toBe('too-early')
  expect(await world.seal({ ...ref, partition: '2024-03-09' })).toBe('nothing-to-seal')
})

test('what lands late is merged with a small sealed segment, and its repeats are found', async () => {
  const world = await aLandedWorld()
  await world.seal(ref)
  await world.age([aMessage([anOrder('a'), anOrder('late')])])
  world.clock.now += HOUR
  expect(await world.seal(ref)).toBe('sealed')
  expect(await segmentsOf(world)).toMatchObject([{ kind: 'sealed', records: { count: 5 } }])
  expect(await counts(world)).toEqual([7, 5, 2, true])
})

test('what lands late where the sealed segment has left STANDARD becomes a segment of its own, in the colder class', async () => {
  const world = await aLandedWorld()
  world.clock.now = QUIET + 40 * DAY
  await world.seal(ref)
  await world.age([aMessage([anOrder('a'), anOrder('late')])])
  world.clock.now += HOUR
  await world.seal(ref)
  expect((await segmentsOf(world)).map(({ storageClass }) => storageClass)).toEqual([
    'GLACIER_IR',
    'GLACIER_IR',
  ])
  // a repeat across two live segments is the reader's to leave out
  expect(bodiesOf(await readAll(world))).toEqual([...ORDERS, anOrder('late')].sort())
  expect(await counts(world)).toEqual([7, 6, 1, true])
})

test.each([
  [1, 'STANDARD'],
  [31, 'GLACIER_IR'],
  [181, 'DEEP_ARCHIVE'],
])('a partition of %i days is put straight into %s', async (days, storageClass) => {
  const world = await aLandedWorld()
  world.clock.now = Date.parse('2024-03-11T00:00:00Z') + days * DAY
  await world.seal(ref)
  const [segment] = await segmentsOf(world)
  expect(segment).toMatchObject({ storageClass })
  expect(await world.archive.reader.head(segment?.key ?? '')).toMatchObject({ storageClass })
  expect(await world.archive.reader.head(segment?.indexKey ?? '')).toMatchObject({ storageClass: 'STANDARD' })
})

test('a partition larger than the target size is cut into several segments, in order and without gaps', async () => {
  const dataset = aDataset({ seal: { after: HOUR, targetBytes: 40_000 } })
  const world = anArchiveWorld([dataset])
  const noise = (at: number) =>
    `,"n":"${Array.from({ length: 40 }, (_, k) => Math.sin(at * 40 + k)).join(' ')}"`
  const orders = Array.from({ length: 6000 }, (_, at) => anOrder(`o-${at}`, NOON + at, noise(at)))
  await world.age([aMessage(orders.slice(0, 3000))])
  await world.age([aMessage(orders.slice(3000))])
  world.clock.now = QUIET
  await world.seal(ref)
  const segments = await segmentsOf(world)
  expect(segments.length).toBeGreaterThan(1)
  for (const [at, { minId }] of segments.entries())
    if (at > 0) expect((segments[at - 1]?.maxId ?? '') <= minId).toBe(true)
  expect(bodiesOf(await readAll(world))).toEqual(orders.toSorted())
  await expectCatalogTrue(world)
  expect(await counts(world)).toEqual([6000, 6000, 0, true])
})

test('of two seals at once one wins, and no record is doubled', async () => {
  const world = await aLandedWorld()
  const outcomes = await Promise.all([world.seal(ref), world.seal(ref), world.seal(ref)])
  expect(outcomes.toSorted()).toEqual(['outrun', 'outrun', 'sealed'])
  expect(bodiesOf(await readAll(world))).toEqual(ORDERS)
  expect(await counts(world)).toEqual([5, 4, 1, true])
})

test('what lands while a seal is under way is not lost', async () => {
  const world = await aLandedWorld()
  const landMeanwhile = meanwhile('download', () => world.age([aMessage([anOrder('meanwhile')])]))
  expect(await world.seal(ref, landMeanwhile)).toBe('sealed')
  expect(bodiesOf(await readAll(world))).toEqual([...ORDERS, anOrder('meanwhile')].sort())
  expect(await counts(world)).toEqual([6, 5, 1, true])
})

test('a seal that meets damaged bytes changes nothing', async () => {
  const world = await aLandedWorld()
  const [first] = await segmentsOf(world)
  if (first === undefined) throw new Error('nothing has landed')
  const before = await world.catalog.log.read(ref)
  world.damage(first.key, (bytes) => bytes.map((byte, at) => (at === 100 ? byte ^ 255 : byte)))
  await expect(world.seal(ref)).rejects.toThrow(first.key)
  expect(await world.catalog.log.read(ref)).toEqual(before)
})

test('a seal whose input is damaged on its way to disk changes nothing, and leaves no file open', async () => {
  const world = await aLandedWorld()
  const [first] = await segmentsOf(world)
  if (first === undefined) throw new Error('nothing has landed')
  world.damage(first.key, (bytes) => bytes.map((byte, at) => (at === bytes.length - 100 ? byte ^ 255 : byte)))
  const unchecked = <Port extends object>(port: Port): Port =>
    new Proxy(port, {
      get: (target, name, receiver) => {
        const member: unknown = Reflect.get(target, name, receiver)
        if (name !== 'download' || typeof member !== 'function') return member
        return async (key: string, sink: SegmentSink, sha256: string) => {
          if (key !== first.key) return Reflect.apply(member, target, [key, sink, sha256])
          await sink.write(await world.archive.reader.read(key, 0, first.bytes))
        }
      },
    })
  const filesOpen = (await readdir('/proc/self/fd')).length
  const scratch = makeDiskScratch(tmpdir())
  await expect(world.seal(ref, unchecked, scratch)).rejects.toThrow(SegmentCorrupt)
  expect((await readdir('/proc/self/fd')).length).toBeLessThanOrEqual(filesOpen)
  expect(await counts(world)).toEqual([5, 5, 0, true])
})

test('a seal that reads other records than were committed changes nothing', async () => {
  const world = await aLandedWorld()
  const [first, second] = await segmentsOf(world)
  if (first === undefined || second === undefined) throw new Error('too little has landed')
  const before = await world.catalog.log.read(ref)
  const exchanged: Wrap = (port) =>
    new Proxy(port, {
      get: (target, name, receiver) => {
        const member: unknown = Reflect.get(target, name, receiver)
        if (name !== 'download' || typeof member !== 'function') return member
        return async (key: string, sink: unknown, sha256: string) =>
          key === first.key
            ? Reflect.apply(member, target, [second.key, sink, second.sha256])
            : Reflect.apply(member, target, [key, sink, sha256])
      },
    })
  await expect(world.seal(ref, exchanged)).rejects.toThrow('nothing was changed')
  expect(await world.catalog.log.read(ref)).toEqual(before)
})

test('the books of a sealed segment name what it was made from', async () => {
  const world = await aLandedWorld()
  const inputs = (await world.catalog.log.read(ref)).commits.map(({ id }) => id)
  await world.seal(ref)
  const { commits } = await world.catalog.log.read(ref)
  const sealed = commits.find(({ id }) => id === 'G#000001')
  expect(sealed?.replaces.toSorted()).toEqual(inputs.toSorted())
  expect(formatDigest(sealed?.books.received ?? { count: 0, upper: 0n, lower: 0n })).toBe(
    formatDigest((await world.ledger()).received),
  )
})

test('after a crash at any call, the next seal leaves every record exactly once', async () => {
  const points = await crashEverywhere(async (point, name) => {
    const world = await aLandedWorld()
    await crashes(() => world.seal(ref, point.wrap))
    expect(bodiesOf(await readAll(world)), name).toEqual(ORDERS)
    expect((await world.ledger()).balanced, name).toBe(true)
    world.clock.now += 2 * HOUR
    await world.seal(ref)
    expect(bodiesOf(await readAll(world)), name).toEqual(ORDERS)
    expect(await counts(world), name).toEqual([5, 4, 1, true])
    expect(await segmentsOf(world), name).toMatchObject([{ kind: 'sealed' }])
    await expectCatalogTrue(world)
  })
  expect(points).toBeGreaterThanOrEqual(8)
})

test('a hundred landing segments are merged at once', async () => {
  const world = anArchiveWorld()
  const orders = someOrders(100, NOON)
  for (const order of orders) await world.age([aMessage([order])])
  world.clock.now = QUIET
  expect(await world.seal(ref)).toBe('sealed')
  expect(await counts(world)).toEqual([100, 100, 0, true])
  expect(bodiesOf(await readAll(world))).toEqual(orders.toSorted())
})
