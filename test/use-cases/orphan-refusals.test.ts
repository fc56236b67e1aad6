import { hash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { fenceOf } from '../../shared/domain/commit.ts'
import { DAY, HOUR } from '../../shared/domain/duration.ts'
import { segmentKey } from '../../shared/domain/keys.ts'
import { describeSegment } from '../../shared/use-cases/describe-segment.ts'
import { bodiesOf, collect, readAll, segmentsOf } from '../support/archive-facts.ts'
import { type ArchiveWorld, anArchiveWorld } from '../support/archive-world.ts'
import { aDataset, NOON } from '../support/builders.ts'
import { failing, meanwhile } from '../support/failing.ts'
import { aMessage, anOrder } from '../support/orders.ts'

const ref = { dataset: 'orders', partition: '2024-03-10' }
const QUIET = Date.parse('2024-03-11T01:00:00Z')

const orphansOf = async (world: ArchiveWorld) => {
  const { commits } = await world.catalog.log.read(ref)
  const named = new Set(commits.flatMap(({ segments }) => segments.map(({ key }) => key)))
  const keys = [
    ...(await collect(world.archive.lister.list('landing/'))),
    ...(await collect(world.archive.lister.list('sealed/'))),
  ].map(({ key }) => key)
  return keys.filter((key) => !named.has(key))
}

const expireOrphans = (
  world: ArchiveWorld,
  orphanKeys: readonly string[],
  wrap?: Parameters<typeof world.expire>[1],
) => world.expire({ ...ref, commitIds: [], orphanKeys: [...orphanKeys] }, wrap)

/** What landed, and the segments of a seal of it that was never committed, two days ago. */
const aSealedOrphan = async (messages: readonly (readonly string[])[], targetBytes = 1e6) => {
  const world = anArchiveWorld([aDataset({ seal: { after: HOUR, targetBytes } })])
  for (const lines of messages) await world.age([aMessage(lines)])
  world.clock.now = QUIET
  await expect(world.seal(ref, failing('append'))).rejects.toThrow('append failed')
  world.clock.now += 2 * DAY
  const landed = await segmentsOf(world)
  const lose = async (at: number) => world.archive.remover.remove(landed[at]?.key ?? '')
  return { world, orphans: await orphansOf(world), lose }
}

test('[F18] a sealed orphan is taken in when what it was made from is lost, and goes while that is there', async () => {
  const orders = [[anOrder('a')], [anOrder('b')]]
  const whole = await aSealedOrphan(orders)
  expect(whole.orphans).toHaveLength(1)
  expect(await expireOrphans(whole.world, whole.orphans)).toEqual({ commits: 0, objects: 2, adopted: 0 })
  expect(bodiesOf(await readAll(whole.world))).toEqual([anOrder('a'), anOrder('b')])
  const { world, orphans, lose } = await aSealedOrphan(orders)
  await lose(0)
  expect(await expireOrphans(world, orphans)).toEqual({ commits: 0, objects: 0, adopted: 1 })
  expect(bodiesOf(await readAll(world))).toEqual([anOrder('a'), anOrder('b')])
  expect((await world.ledger()).balanced).toBe(true)
})

test('[F18] what two attempts put stays while what the other one committed is lost', async () => {
  const world = anArchiveWorld()
  const key = 'orders/a.ndjson'
  world.putHot(key, anOrder('a'))
  await expect(world.ageObject({ key }, failing('append'))).rejects.toThrow('append failed')
  world.clock.now += 1
  await world.ageObject({ key })
  world.clock.now += 2 * DAY
  const orphans = await orphansOf(world)
  expect(orphans).toHaveLength(1)
  const [live] = await segmentsOf(world)
  await world.archive.remover.remove(live?.key ?? '')
  expect(await expireOrphans(world, orphans)).toEqual({ commits: 0, objects: 0, adopted: 0 })
  expect(await orphansOf(world)).toEqual(orphans)
})

test('[F18] what is left of a seal whose other segments are lost stays as it is', async () => {
  const large = `,"more":"${'x'.repeat(5e6)}"`
  const orders = [anOrder('a', NOON, large), anOrder('b', NOON, large)]
  const { world, orphans, lose } = await aSealedOrphan([orders], 1)
  expect(orphans).toHaveLength(2)
  await lose(0)
  const [first = '', second = ''] = orphans
  await world.archive.remover.remove(second)
  expect(await expireOrphans(world, orphans)).toEqual({ commits: 0, objects: 0, adopted: 0 })
  expect(await orphansOf(world)).toEqual([first])
})

test('[F18] of several orphans the one goes or is taken in that the task names', async () => {
  const world = anArchiveWorld()
  await world.age([aMessage([anOrder('a')])])
  for (const id of ['a', 'b', 'c']) {
    world.clock.now += 1
    await world.age([aMessage([anOrder(id)])], failing('append'))
  }
  world.clock.now += 2 * DAY
  const [redundant = '', named = '', other = ''] = await orphansOf(world)
  expect(await expireOrphans(world, [named])).toEqual({ commits: 0, objects: 0, adopted: 1 })
  expect(await orphansOf(world)).toEqual([redundant, other])
  expect(await expireOrphans(world, [redundant])).toEqual({ commits: 0, objects: 2, adopted: 0 })
  expect(await orphansOf(world)).toEqual([other])
})

test('[F11] an orphan whose id is taken just as it is taken in stays as it is', async () => {
  const world = anArchiveWorld()
  await world.age([aMessage([anOrder('a')])], failing('append'))
  world.clock.now += 2 * DAY
  const orphans = await orphansOf(world)
  const described = await describeSegment(world.archive.reader)(orphans[0] ?? '')
  if (typeof described === 'string') throw new Error(described)
  const fence = fenceOf(described.found.commit, world.clock.now)
  const beside = meanwhile('append', () => world.catalog.log.append(ref, fence))
  expect(await expireOrphans(world, orphans, beside)).toEqual({ commits: 0, objects: 0, adopted: 0 })
  expect(await orphansOf(world)).toEqual(orphans)
})

test('a segment without an index is not called unreadable because a read of it failed', async () => {
  const world = anArchiveWorld()
  await world.age([aMessage([anOrder('a')])])
  const [segment] = await segmentsOf(world)
  if (segment === undefined) throw new Error('one has landed')
  await world.archive.remover.remove(segment.indexKey)
  const describe = describeSegment(failing('read')(world.archive.reader))
  await expect(describe(segment.key)).rejects.toThrow('read failed')
  expect(await describeSegment(world.archive.reader)(segment.key)).toMatchObject({ hasIndex: false })
})

test('[F18] a whole segment under another’s key, or of a maker that names no commit, is not described', async () => {
  const world = anArchiveWorld()
  await world.age([aMessage([anOrder('a')])])
  const [segment] = await segmentsOf(world)
  if (segment === undefined) throw new Error('one has landed')
  const put = async (key: string, data: Uint8Array) => {
    const about = { bytes: data.byteLength, storageClass: 'STANDARD', contentType: 'x/y' } as const
    const sha256 = hash('sha256', data, 'base64')
    await world.archive.writer.put({ key, content: { kind: 'memory', data }, sha256, ...about })
  }
  const describe = describeSegment(world.archive.reader)
  const body = await world.archive.reader.read(segment.key, 0, segment.bytes)
  const longer = Buffer.concat([Buffer.from('PAR1'), body])
  const places = [
    segmentKey('landing', ref, '01HRM3SP30000000000000000X'),
    segmentKey('sealed', ref, segment.id),
    segmentKey('landing', { ...ref, partition: '2024-03-11' }, segment.id),
    segmentKey('landing', { ...ref, dataset: 'others' }, segment.id),
  ]
  for (const key of places) {
    await put(key, body)
    expect(await describe(key), key).toBe('unreadable')
  }
  expect(await describe(segment.key)).toMatchObject({ hasIndex: true })
  await world.archive.remover.remove(segment.key)
  await put(segment.key, longer)
  expect(await describe(segment.key)).toBe('unreadable')
  const golden = await readFile(join(import.meta.dirname, '../codec/golden/format-1.parquet'))
  const key = segmentKey('sealed', ref, '01HRKZ0000000000000000ABCD')
  await put(key, golden)
  expect(await describe(key)).toBe('unreadable')
})
