import { expect, test } from 'vitest'
import { DAY, HOUR } from '../../shared/domain/duration.ts'
import { snapshotKey } from '../../shared/domain/snapshot.ts'
import { describeSegment } from '../../shared/use-cases/describe-segment.ts'
import { isContained } from '../../shared/use-cases/is-contained.ts'
import { writeIndex } from '../../shared/use-cases/write-index.ts'
import { bodiesOf, collect, readAll, segmentsOf } from '../support/archive-facts.ts'
import { type ArchiveWorld, anArchiveWorld } from '../support/archive-world.ts'
import { failing, meanwhile } from '../support/failing.ts'
import { aMessage, anOrder } from '../support/orders.ts'

const ref = { dataset: 'orders', partition: '2024-03-10' }
const QUIET = Date.parse('2024-03-11T01:00:00Z')

const isSnapshot = (given: unknown) => typeof given === 'object' && given !== null && 'takenAt' in given

const orphansOf = async (world: ArchiveWorld) => {
  const named = new Set(
    (await world.catalog.log.read(ref)).commits.flatMap(({ segments }) => segments.map(({ key }) => key)),
  )
  const keys = [
    ...(await collect(world.archive.lister.list('landing/'))),
    ...(await collect(world.archive.lister.list('sealed/'))),
  ].map(({ key }) => key)
  return keys.filter((key) => !named.has(key))
}

const aTask = async (world: ArchiveWorld) => ({
  ...ref,
  commitIds: (await world.catalog.log.read(ref)).commits.map(({ id }) => id),
  orphanKeys: await orphansOf(world),
})

/** One committed order, and one that was put and never committed, two days ago. */
const aWorld = async (orphan = 'orphan') => {
  const world = anArchiveWorld()
  await world.age([aMessage([anOrder('a')])])
  await world.age([aMessage([anOrder(orphan)])], failing('append'))
  world.clock.now += 2 * DAY
  return world
}

test('[F18] expiry takes an orphan in whose records are nowhere else, whatever its task says', async () => {
  const world = await aWorld()
  expect(await world.expire(await aTask(world))).toEqual({ commits: 0, objects: 0, adopted: 1 })
  expect(bodiesOf(await readAll(world))).toEqual([anOrder('a'), anOrder('orphan')])
  expect(await orphansOf(world)).toEqual([])
})

test('[F18] an orphan without an index, or whose twin cannot be read, is left or taken in, never removed', async () => {
  const world = await aWorld()
  const [key = ''] = await orphansOf(world)
  await world.archive.remover.remove(key.replace('landing/', 'index/').replace('.parquet', '.index'))
  expect(await world.expire(await aTask(world))).toEqual({ commits: 0, objects: 0, adopted: 0 })
  expect(await orphansOf(world)).toEqual([key])
  const twin = await aWorld('a')
  const [live] = await segmentsOf(twin)
  twin.damage(live?.key ?? '', (bytes) => bytes.map((byte, at) => (at === 100 ? byte ^ 255 : byte)))
  expect(await twin.expire(await aTask(twin))).toEqual({ commits: 0, objects: 0, adopted: 1 })
})

test('[F18] an orphan that is itself damaged is left as it is', async () => {
  const world = await aWorld()
  const [key = ''] = await orphansOf(world)
  world.damage(key, (bytes) => bytes.map((byte, at) => (at === 100 ? byte ^ 255 : byte)))
  expect(await world.expire(await aTask(world))).toEqual({ commits: 0, objects: 0, adopted: 0 })
  expect(await orphansOf(world)).toEqual([key])
})

test('[F11] an orphan that is committed just as expiry would remove it stays', async () => {
  const world = await aWorld('a')
  const task = await aTask(world)
  const described = await describeSegment(world.archive.reader)(task.orphanKeys[0] ?? '')
  if (typeof described === 'string') throw new Error(described)
  const { segment, commit, books } = described.found
  const late = { id: commit, segments: [segment], replaces: [], books, committedAt: world.clock.now }
  const beside = meanwhile('append', () => world.catalog.log.append(ref, late))
  expect(await world.expire(task, beside)).toEqual({ commits: 0, objects: 0, adopted: 0 })
  expect(await world.archive.reader.head(segment.key)).toBeDefined()
  // and whoever comes after it was removed finds its id taken
  const removed = await aWorld('a')
  await removed.expire(await aTask(removed))
  expect(await removed.catalog.log.append(ref, late)).toBe('conflict')
})

test('[F17] where the log lacks what its snapshot has, seal, sweep and expiry touch nothing', async () => {
  const world = await aWorld()
  world.clock.now = Math.max(world.clock.now, QUIET)
  await world.seal(ref)
  const { commits } = await world.catalog.log.read(ref)
  const generation = commits.find(({ id }) => id.startsWith('G#'))
  if (generation === undefined) throw new Error('it was sealed')
  const task = await aTask(world)
  await world.catalog.log.remove(ref, generation)
  world.clock.now += 3 * DAY
  const keys = await collect(world.archive.lister.list(''))
  expect(await world.seal(ref)).toBe('catalog-behind')
  expect(await world.expire(task)).toEqual({ commits: 0, objects: 0, adopted: 0 })
  await world.catalog.registry.expect(ref, world.clock.now)
  expect(await world.sweep()).toEqual({ partitions: 1, behind: 1 })
  expect(world.expireQueue.receive()).toEqual([])
  expect(await collect(world.archive.lister.list(''))).toEqual(keys)
})

test('[F17] nothing that is dead is removed before the snapshot says what took its place', async () => {
  const world = await aWorld('a')
  world.clock.now = Math.max(world.clock.now, QUIET)
  await expect(world.seal(ref, failing('write', isSnapshot))).rejects.toThrow('write failed')
  world.clock.now += 2 * DAY
  const dead = { ...(await aTask(world)), orphanKeys: [] }
  expect(await world.expire(dead)).toEqual({ commits: 0, objects: 0, adopted: 0 })
  await world.catalog.registry.expect(ref, world.clock.now)
  // somebody else is writing the snapshot: nothing is sent to be expired now
  const busy = meanwhile('write', async () => {
    const other = { key: snapshotKey(ref), data: Buffer.from('x'), contentType: 'x/y' }
    await world.archive.documents.write(other, undefined)
  })
  await world.sweep(busy)
  expect(world.expireQueue.receive()).toEqual([])
  world.clock.now += 2 * HOUR
  await world.sweep()
  for (const task of world.expireQueue.receive()) await world.expire(task)
  const { commits } = await world.catalog.log.read(ref)
  expect(commits.filter(({ segments }) => segments.length > 0).map(({ id }) => id)).toEqual(['G#000001'])
})

test('faults of the store that may pass are thrown, not taken for an answer', async () => {
  const world = await aWorld('a')
  const [key = ''] = await orphansOf(world)
  const [live] = await segmentsOf(world)
  if (live === undefined) throw new Error('one is committed')
  const broken = failing('read')(world.archive.reader)
  await expect(describeSegment(broken)(key)).rejects.toThrow('read failed')
  await expect(isContained(broken)(live, [])).rejects.toThrow('read failed')
  const others = failing('read', (given) => given === key)(world.archive.reader)
  await expect(isContained(others)(live, [{ ...live, key }])).rejects.toThrow('read failed')
  const { documents } = world.archive
  await expect(writeIndex({ reader: broken, documents })(live)).rejects.toThrow('read failed')
})

test('what is under a segment’s key and is none of it is not described', async () => {
  const world = await aWorld()
  const [live] = await segmentsOf(world)
  if (live === undefined) throw new Error('one is committed')
  const describe = describeSegment(world.archive.reader)
  expect(await describe('catalog/x')).toBe('unreadable')
  expect(await describe(live.key.replace(/.{3}\.parquet$/, '000.parquet'))).toBe('gone')
  const copy = live.key.replace(/.{3}\.parquet$/, '000.parquet')
  const body = await world.archive.reader.read(live.key, 0, live.bytes)
  world.s3.putObject({ bucket: 'archive', key: copy, body })
  expect(await describe(copy)).toBe('unreadable')
})
