import { expect, test } from 'vitest'
import { DAY, HOUR } from '../../shared/domain/duration.ts'
import { segmentKey } from '../../shared/domain/keys.ts'
import { holdingOf } from '../../shared/domain/plan-thaw.ts'
import { makeUlid } from '../../shared/domain/ulid.ts'
import type { ListedObject } from '../../shared/ports/segment-store.ts'
import { auditPartition } from '../../shared/use-cases/audit-partition.ts'
import { auditIndex, auditSegment } from '../../shared/use-cases/audit-segments.ts'
import { collect, segmentsOf } from '../support/archive-facts.ts'
import { type ArchiveWorld, anArchiveWorld, type Wrap } from '../support/archive-world.ts'
import { NOON } from '../support/builders.ts'
import { meanwhile } from '../support/failing.ts'
import { aMessage, anOrder } from '../support/orders.ts'

const ref = { dataset: 'orders', partition: '2024-03-10' }

/** A segment that landed three days ago. */
const aWorld = async () => {
  const world = anArchiveWorld()
  await world.age([aMessage([anOrder('a')])])
  world.clock.now += 3 * DAY
  const [segment] = await segmentsOf(world)
  if (segment === undefined) throw new Error('one has landed')
  return { world, segment }
}

const depsOf = (world: ArchiveWorld, wrap: Wrap = (port) => port) => ({
  ...world.ports(wrap),
  holdings: world.catalog.holdings,
  documents: wrap(world.archive.documents),
  lister: world.archive.lister,
  reader: wrap(world.archive.reader),
  expireQueue: world.expireQueue,
})

const listed = async (world: ArchiveWorld) => [
  ...(await collect(world.archive.lister.list('landing/'))),
  ...(await collect(world.archive.lister.list('index/'))),
]

/** Audits the partition by a list that is not what the bucket has now. */
const auditBy = async (
  world: ArchiveWorld,
  change: (objects: readonly ListedObject[]) => readonly ListedObject[],
) => {
  const objects = change(await listed(world))
  return auditPartition(depsOf(world))(ref, { objects, listedAt: world.clock.now })
}

test('[F18] what a list shows and a second look does not is neither told nor repaired', async () => {
  const { world, segment } = await aWorld()
  const before = await world.catalog.log.read(ref)
  const changed = (change: Partial<ListedObject>) => (objects: readonly ListedObject[]) =>
    objects.map((object) => (object.key === segment.key ? { ...object, ...change } : object))
  const more = (key: string) => (objects: readonly ListedObject[]) =>
    objects.flatMap((object) => (object.key === segment.key ? [object, { ...object, key }] : [object]))
  for (const change of [
    (objects: readonly ListedObject[]) => objects.filter(({ key }) => key !== segment.key),
    changed({ bytes: segment.bytes + 1 }),
    changed({ storageClass: 'DEEP_ARCHIVE' }),
    more(
      segmentKey(
        'landing',
        ref,
        makeUlid(NOON, () => new Uint8Array(10)),
      ),
    ),
    more(`${segment.key}.part`),
  ])
    expect(await auditBy(world, change)).toEqual([])
  expect(await world.catalog.log.read(ref)).toEqual(before)
  expect(world.expireQueue.receive()).toEqual([])
})

test('[F18] a move that came since the list was made is not overdue', async () => {
  const { world, segment } = await aWorld()
  const moving = { target: 'GLACIER_IR', taggedAt: NOON - 2 * DAY } as const
  await world.catalog.holdings.put(ref, { ...holdingOf(segment, undefined), ...moving }, undefined)
  expect(await auditBy(world, (objects) => objects)).toMatchObject([{ code: 'move-overdue' }])
  const objects = await listed(world)
  await world.archive.tagger.tag(segment.key, 'GLACIER_IR')
  world.advance(world.clock.now + 2 * DAY)
  expect(await world.archive.reader.head(segment.key)).toMatchObject({ storageClass: 'GLACIER_IR' })
  expect(await auditBy(world, () => objects)).toEqual([])
})

test('[F18] an index object of another size, or of another segment, is written anew', async () => {
  const world = anArchiveWorld()
  for (let at = 0; at < 12; at += 1) await world.age([aMessage([anOrder(`o-${10 + at}`)])])
  const bySize = Map.groupBy(await segmentsOf(world), ({ indexBytes }) => indexBytes)
  const [one, two] = [...bySize.values()].find(({ length }) => length > 1) ?? []
  if (one === undefined || two === undefined) throw new Error('two have indexes of one size')
  const read = () => world.archive.reader.read(one.indexKey, 0, one.indexBytes)
  const whole = await read()
  const audit = auditIndex(depsOf(world))
  world.clock.now += 1
  world.s3.putObject({ bucket: 'archive', key: one.indexKey, body: Buffer.concat([whole, whole]) })
  expect(await audit(one)).toMatchObject([{ code: 'index-damaged', repaired: true }])
  expect(await read()).toEqual(whole)
  const others = await world.archive.reader.read(two.indexKey, 0, two.indexBytes)
  world.damage(one.indexKey, () => others)
  expect(await audit(one)).toMatchObject([
    { code: 'index-damaged', detail: `it is that of segment ${two.id}`, repaired: true },
  ])
  expect(await read()).toEqual(whole)
})

test('[F18] an index object that somebody else writes meanwhile is left to them', async () => {
  const { world, segment } = await aWorld()
  const whole = await world.archive.reader.read(segment.indexKey, 0, segment.indexBytes)
  await world.archive.remover.remove(segment.indexKey)
  const document = { key: segment.indexKey, data: Buffer.from('theirs'), contentType: 'x/y' }
  const beside = meanwhile('write', () => world.archive.documents.write(document, undefined))
  const [found, ...more] = await auditIndex(depsOf(world, beside))(segment)
  expect(found).toMatchObject({ code: 'index-missing', repaired: false })
  expect(more).toEqual([])
  expect((await world.archive.documents.read(segment.indexKey))?.data).toEqual(Buffer.from('theirs'))
  await auditIndex(depsOf(world))(segment)
  expect(await world.archive.reader.read(segment.indexKey, 0, segment.indexBytes)).toEqual(whole)
})

test('[F18] the index of a segment that cannot be read now is told and not written', async () => {
  const { world, segment } = await aWorld()
  await world.archive.remover.remove(segment.indexKey)
  await world.archive.tagger.tag(segment.key, 'DEEP_ARCHIVE')
  world.advance(world.clock.now + 2 * DAY)
  const audit = auditSegment(depsOf(world))
  expect(await audit(segment, true)).toMatchObject({
    faults: [{ code: 'index-missing', repaired: false }],
    bytes: 0,
  })
  expect(await world.archive.reader.head(segment.indexKey)).toBeUndefined()
})

test('a segment that goes away while it is read is not damaged', async () => {
  const { world, segment } = await aWorld()
  const gone = meanwhile('read', () => world.archive.remover.remove(segment.key))
  expect(await auditSegment(depsOf(world, gone))(segment, true)).toEqual({ faults: [], bytes: 0 })
  world.clock.now += HOUR
  expect(await auditSegment(depsOf(world))(segment, true)).toMatchObject({
    faults: [{ code: 'segment-missing' }],
  })
})
