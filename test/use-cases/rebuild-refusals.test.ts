import { expect, test } from 'vitest'
import { makeMemoryCatalog } from '../../shared/adapters/memory/memory-catalog.ts'
import { makeMemoryQuarantine } from '../../shared/adapters/memory/memory-quarantine.ts'
import { emptyBooks, fenceOf } from '../../shared/domain/commit.ts'
import { quarantineKey } from '../../shared/domain/keys.ts'
import { type Progress, type RebuildDeps, rebuildCatalog } from '../../shared/use-cases/rebuild-catalog.ts'
import { bodiesOf, readAll } from '../support/archive-facts.ts'
import { type ArchiveWorld, anArchiveWorld, type Wrap } from '../support/archive-world.ts'
import { NOON } from '../support/builders.ts'
import { failing, meanwhile } from '../support/failing.ts'
import { aMessage, anOrder } from '../support/orders.ts'

const ref = { dataset: 'orders', partition: '2024-03-10' }
const QUIET = Date.parse('2024-03-11T01:00:00Z')

type Catalog = ReturnType<typeof makeMemoryCatalog>
type Options = Partial<Parameters<ReturnType<typeof rebuildCatalog>>[0]> & {
  readonly wrap?: Wrap
  readonly register?: RebuildDeps['quarantineRegister']
}

/** A rebuild on another table than the world's, which is as good as lost. */
const rebuildOn = (
  world: ArchiveWorld,
  catalog: Catalog,
  { wrap = (port) => port, register = world.quarantine.register, dryRun = false, ...options }: Options = {},
) =>
  rebuildCatalog({
    ...world.ports(wrap),
    log: wrap(catalog.log),
    registry: wrap(catalog.registry),
    documents: world.archive.documents,
    lister: world.archive.lister,
    folders: world.archive.folders,
    reader: world.archive.reader,
    quarantineObjects: world.quarantine.objects,
    quarantineRegister: wrap(register),
  })({ dryRun, ...options })

test('[F17] a number that another commit takes meanwhile is told, and the next rebuild tells that both are there', async () => {
  const world = anArchiveWorld()
  await world.age([aMessage([anOrder('a')])])
  world.clock.now = QUIET
  await world.seal(ref)
  const catalog = makeMemoryCatalog()
  const other = { id: 'G#000001', segments: [], replaces: ['L#other'], books: emptyBooks, committedAt: NOON }
  const wrap = meanwhile('append', () => catalog.log.append(ref, other))
  expect(await rebuildOn(world, catalog, { wrap })).toMatchObject({
    failed: [{ what: 'orders 2024-03-10', why: expect.stringContaining('G#000001 was taken meanwhile') }],
  })
  expect(await rebuildOn(world, catalog)).toMatchObject({ forked: [ref], failed: [], restored: 0 })
})

test('[F17] a landing that somebody else commits meanwhile is as good as restored', async () => {
  const world = anArchiveWorld()
  await world.age([aMessage([anOrder('a')])])
  await world.age([aMessage([anOrder('a')])])
  const [first] = (await world.catalog.log.read(ref)).commits
  if (first === undefined) throw new Error('two have landed')
  const catalog = makeMemoryCatalog()
  const wrap = meanwhile('append', () => catalog.log.append(ref, fenceOf(first.id, NOON)))
  expect(await rebuildOn(world, catalog, { wrap })).toMatchObject({ failed: [] })
  expect(bodiesOf(await readAll({ catalog, archive: world.archive }))).toEqual([anOrder('a')])
})

test('[F17] a damaged segment without an index is taken in for what can still be read of it', async () => {
  const world = anArchiveWorld()
  await world.age([aMessage([anOrder('a')])])
  const [segment] = (await world.catalog.log.read(ref)).commits.flatMap(({ segments }) => segments)
  if (segment === undefined) throw new Error('one has landed')
  await world.archive.remover.remove(segment.indexKey)
  world.damage(segment.key, (bytes) => bytes.map((byte, at) => (at === 100 ? byte ^ 255 : byte)))
  const catalog = makeMemoryCatalog()
  expect(await rebuildOn(world, catalog)).toMatchObject({ adopted: 1, unreadable: [], failed: [] })
  const [found] = (await catalog.log.read(ref)).commits.flatMap(({ segments }) => segments)
  expect(found).toEqual({ ...segment, indexBytes: 0 })
  expect(await world.archive.reader.head(segment.indexKey)).toBeUndefined()
})

test('[F17] the books of more units of quarantine than are booked at once are all rebuilt, or none when it is only tried', async () => {
  const world = anArchiveWorld()
  const units = 70
  for (let unit = 0; unit < units; unit += 1) await world.age([aMessage([`{"unit":${unit}}`])])
  const total = await world.quarantine.total('orders')
  expect(total).toMatchObject({ count: units })
  const fresh = makeMemoryQuarantine(world.archive)
  const rebuild = (dryRun: boolean) =>
    rebuildOn(world, makeMemoryCatalog(), { dryRun, register: fresh.register })
  expect(await rebuild(true)).toMatchObject({ quarantined: units, failed: [] })
  expect(await fresh.total('orders')).toMatchObject({ count: 0 })
  expect(await rebuild(false)).toMatchObject({ quarantined: units, failed: [] })
  expect(await fresh.total('orders')).toEqual(total)
})

test('[F17] a unit of quarantine that does not tell what it is is told of, and keeps none of the others from being booked', async () => {
  const world = anArchiveWorld()
  for (let unit = 0; unit < 3; unit += 1) await world.age([aMessage([`{"unit":${unit}}`])])
  const units = (await world.quarantine.index.newest('orders', 'waiting', 10)).map(({ name }) => name)
  const [damaged = ''] = units.toSorted()
  const key = quarantineKey('orders', damaged)
  world.damage(key, (bytes) => bytes.map((byte, at) => (at === 0 ? byte ^ 1 : byte)))
  const fresh = makeMemoryQuarantine(world.archive)
  const rebuilt = await rebuildOn(world, makeMemoryCatalog(), { register: fresh.register })
  expect(rebuilt).toMatchObject({ quarantined: 2, failed: [{ what: key }] })
  expect(await fresh.total('orders')).toMatchObject({ count: 2 })
})

test('[F17] a quarantine that cannot be listed is told of, and partitions are rebuilt all the same', async () => {
  const world = anArchiveWorld()
  await world.age([aMessage([anOrder('a'), '{"no":"id"}'])])
  const objects = failing('list')(world.quarantine.objects)
  const unlisted = { ...world, quarantine: { ...world.quarantine, objects } }
  expect(await rebuildOn(unlisted, makeMemoryCatalog())).toMatchObject({
    adopted: 1,
    quarantined: 0,
    failed: [{ what: 'quarantine', why: 'list failed' }],
  })
})

test('a rebuild says how far it is, a partition that failed included', async () => {
  const world = anArchiveWorld()
  for (const time of [NOON, NOON - 40 * 86_400_000]) await world.age([aMessage([anOrder('a', time)])])
  world.s3.putObject({ bucket: 'archive', key: 'catalog/readme.txt', body: Buffer.from('not ours') })
  const seen: Progress[] = []
  const broken = failing('append', (given) => JSON.stringify(given).includes(ref.partition))
  const onProgress = (progress: Progress) => seen.push(progress)
  const rebuilt = await rebuildOn(world, makeMemoryCatalog(), { wrap: broken, onProgress })
  expect(rebuilt.failed).toEqual([{ what: 'orders 2024-03-10', why: 'append failed' }])
  expect(seen).toEqual([
    { done: 1, of: 2 },
    { done: 2, of: 2 },
  ])
})
