import { expect, test } from 'vitest'
import { makeMemoryCatalog } from '../../shared/adapters/memory/memory-catalog.ts'
import type { Commit } from '../../shared/domain/commit.ts'
import { DAY, HOUR } from '../../shared/domain/duration.ts'
import { snapshotKey } from '../../shared/domain/snapshot.ts'
import { readLedger } from '../../shared/use-cases/read-ledger.ts'
import { rebuildCatalog } from '../../shared/use-cases/rebuild-catalog.ts'
import { bodiesOf, collect, expectCatalogTrue, readAll } from '../support/archive-facts.ts'
import { type ArchiveWorld, anArchiveWorld, type Wrap } from '../support/archive-world.ts'
import { aDataset, NOON } from '../support/builders.ts'
import { crashEverywhere, crashes } from '../support/crashing.ts'
import { failing, replacing } from '../support/failing.ts'
import { aMessage, anOrder } from '../support/orders.ts'

const ref = { dataset: 'orders', partition: '2024-03-10' }
const END = Date.parse('2024-03-11T00:00:00Z')

const work = async (world: ArchiveWorld, wrap?: Wrap) => {
  await world.sweep(wrap)
  for (const task of world.sealQueue.receive()) await world.seal(task, wrap)
  for (const task of world.expireQueue.receive()) await world.expire(task, wrap)
}

/** Sealed twice and expired, with a late landing, one in quarantine, a retired partition, and an orphan of a lost race. */
const aWorld = async () => {
  const world = anArchiveWorld([aDataset({ retention: 40 * DAY })])
  /** The log of the newer partition as it was at every change. */
  const past: (readonly Commit[])[] = []
  const note = async (call: () => unknown) => {
    past.push((await world.catalog.log.read(ref)).commits)
    return call()
  }
  const noting: Wrap = (port) => replacing('append', note)(replacing('remove', note)(port))
  await world.age([aMessage([anOrder('a'), anOrder('b')])], noting)
  await world.age([aMessage([anOrder('b'), anOrder('old', NOON - 38 * DAY), '{"no":"id"}'])], noting)
  world.clock.now = END + HOUR
  await work(world, noting)
  await world.age([aMessage([anOrder('c')])], noting)
  world.advance(world.clock.now + 2 * HOUR)
  await work(world, noting)
  for (let day = 0; day < 4; day += 1) {
    world.advance(world.clock.now + DAY + HOUR)
    await work(world, noting)
  }
  await world.age([aMessage([anOrder('late'), anOrder('a')])], noting)
  return { ...world, past }
}

/** A rebuild on another table than the world's, which is as good as lost. */
const rebuildOn = (
  world: ArchiveWorld,
  catalog: ReturnType<typeof makeMemoryCatalog>,
  { dryRun = false, wrap = (port) => port }: { dryRun?: boolean; wrap?: Wrap } = {},
) =>
  rebuildCatalog({
    log: wrap(catalog.log),
    registry: wrap(catalog.registry),
    snapshots: wrap(world.archive.snapshots),
    documents: wrap(world.archive.documents),
    lister: wrap(world.archive.lister),
    folders: wrap(world.archive.folders),
    reader: wrap(world.archive.reader),
    quarantineObjects: world.quarantine.objects,
    quarantineRegister: wrap(world.quarantine.register),
    now: () => world.clock.now,
  })({ dryRun })

/** What the world's functions do, with another table in place of its own. */
const onTable = (world: ArchiveWorld, catalog: ReturnType<typeof makeMemoryCatalog>): Wrap => {
  const instead = new Map<object, object>([
    [world.catalog.log, catalog.log],
    [world.catalog.registry, catalog.registry],
  ])
  // each has the methods of the one that it stands for
  return (port) => (instead.get(port) ?? port) as typeof port
}

const ledgerOn = (world: ArchiveWorld, catalog: ReturnType<typeof makeMemoryCatalog>) =>
  readLedger({ ...catalog, quarantine: world.quarantine })('orders')

const expectSame = async (
  world: ArchiveWorld,
  catalog: ReturnType<typeof makeMemoryCatalog>,
  why?: string,
) => {
  const rebuilt = { catalog, archive: world.archive }
  expect(bodiesOf(await readAll(rebuilt)), why).toEqual(bodiesOf(await readAll(world)))
  expect(await ledgerOn(world, catalog), why).toEqual(await world.ledger())
  await expectCatalogTrue(rebuilt)
}

test('[F17] a catalog that is lost is rebuilt from the bucket, with the same records, books and digest', async () => {
  const world = await aWorld()
  const before = await world.ledger()
  expect(before).toMatchObject({ balanced: true, expired: { count: 1 }, quarantined: { count: 1 } })
  const catalog = makeMemoryCatalog()
  const rebuilt = await rebuildOn(world, catalog)
  expect(rebuilt).toMatchObject({ partitions: 2, adopted: 1, quarantined: 1, forked: [], failed: [] })
  await expectSame(world, catalog)
  const due = await catalog.registry.due('orders', world.clock.now, 10)
  expect(due.map(({ partition }) => partition).toSorted()).toEqual(['2024-02-01', '2024-03-10'])
})

test('[F17] a catalog that is rolled back to any earlier moment is rebuilt the same', async () => {
  const world = await aWorld()
  expect(world.past.length).toBeGreaterThan(8)
  expect(world.past.some((commits) => commits.every(({ id }) => id !== 'G#000002'))).toBe(true)
  for (const [at, commits] of world.past.entries()) {
    const catalog = makeMemoryCatalog()
    await catalog.registry.expect(ref, NOON)
    for (const commit of commits) await catalog.log.append(ref, commit)
    await rebuildOn(world, catalog)
    await expectSame(world, catalog, `moment ${at}`)
  }
})

test('[F17] a rebuild that is only tried writes nothing and says what it would write', async () => {
  const world = await aWorld()
  const catalog = makeMemoryCatalog()
  const tried = await rebuildOn(world, catalog, { dryRun: true })
  expect(await collect(catalog.registry.list('orders'))).toEqual([])
  expect((await catalog.log.read(ref)).commits).toEqual([])
  expect(await rebuildOn(world, catalog)).toEqual(tried)
})

test('[F17] on a catalog that is whole there is nothing to rebuild', async () => {
  const world = await aWorld()
  const before = await world.catalog.log.read(ref)
  expect(await rebuildOn(world, world.catalog)).toMatchObject({ restored: 0, adopted: 0, buried: 0 })
  expect(await world.catalog.log.read(ref)).toEqual(before)
})

test('[F17] after a crash at any call, a second rebuild comes to the same', async () => {
  const world = await aWorld()
  const points = await crashEverywhere(async (point, name) => {
    const catalog = makeMemoryCatalog()
    const attempt = () => rebuildOn(world, catalog, { wrap: point.wrap })
    const died = await crashes(attempt)
    await rebuildOn(world, catalog)
    await expectSame(world, catalog, `${name} ${died}`)
  })
  expect(points).toBeGreaterThanOrEqual(15)
})

test('[F17] a catalog that went on from nothing for days before it was rebuilt gets back what it lost', async () => {
  const world = anArchiveWorld()
  await world.age([aMessage([anOrder('a'), anOrder('b')])])
  await world.age([aMessage([anOrder('c')])])
  const lost = makeMemoryCatalog()
  const onLost = onTable(world, lost)
  world.clock.now += 3 * DAY
  await world.age([aMessage([anOrder('d'), anOrder('a')])], onLost)
  world.clock.now += 2 * HOUR
  expect(await world.seal(ref, onLost)).toBe('sealed')
  expect(await rebuildOn(world, lost)).toMatchObject({ adopted: 2, failed: [] })
  expect(bodiesOf(await readAll({ catalog: lost, archive: world.archive }))).toEqual(
    ['a', 'b', 'c', 'd'].map((id) => anOrder(id)),
  )
  expect(await ledgerOn(world, lost)).toMatchObject({ received: { count: 5 }, balanced: true })
})

/** Ports of which the nth call of all waits until something else has happened. */
const before = (nth: number, happens: () => Promise<unknown>) => {
  let calls = 0
  const isNext = () => {
    calls += 1
    return calls === nth
  }
  async function* pages(given: () => unknown) {
    if (isNext()) await happens()
    const items = given()
    if (typeof items === 'object' && items !== null && Symbol.asyncIterator in items)
      yield* items as AsyncIterable<unknown>
  }
  const wrap: Wrap = (port) =>
    new Proxy(port, {
      get: (target, property, receiver) => {
        const member: unknown = Reflect.get(target, property, receiver)
        if (typeof member !== 'function') return member
        return (...given: unknown[]) => {
          const call = () => Reflect.apply(member, target, given)
          if (property === 'list' || property === 'folders') return pages(call)
          return isNext() ? happens().then(call) : call()
        }
      },
    })
  return { wrap, hasHappened: () => calls >= nth }
}

test('[F17] what lands at any moment of a rebuild stays, also by a clock that is behind the last snapshot', async () => {
  for (let nth = 1; ; nth += 1) {
    const world = anArchiveWorld()
    await world.age([aMessage([anOrder('a'), anOrder('b')])])
    world.clock.now = END + 2 * HOUR
    // leaves a snapshot
    expect(await world.seal(ref)).toBe('sealed')
    const lost = makeMemoryCatalog()
    const onLost = onTable(world, lost)
    const land = async () => {
      world.clock.now -= HOUR / 6
      await world.age([aMessage([anOrder('c')])], onLost)
      world.clock.now += HOUR / 6
    }
    const { wrap, hasHappened } = before(nth, land)
    await rebuildOn(world, lost, { wrap })
    if (!hasHappened()) {
      expect(nth).toBeGreaterThan(10)
      return
    }
    expect(bodiesOf(await readAll({ catalog: lost, archive: world.archive })), `call ${nth}`).toEqual(
      ['a', 'b', 'c'].map((id) => anOrder(id)),
    )
    expect(await ledgerOn(world, lost), `call ${nth}`).toMatchObject({
      received: { count: 3 },
      balanced: true,
    })
  }
})

test('[F17] two rebuilds at once do no harm', async () => {
  const world = await aWorld()
  const catalog = makeMemoryCatalog()
  await Promise.all([rebuildOn(world, catalog), rebuildOn(world, catalog)])
  await expectSame(world, catalog)
})

test('[F17] a landing that was never committed and has no index is taken in whole', async () => {
  const world = anArchiveWorld()
  await world.age([aMessage([anOrder('a')])], failing('append'))
  const [index] = (await collect(world.archive.lister.list('index/'))).map(({ key }) => key)
  await world.archive.remover.remove(index ?? '')
  const catalog = makeMemoryCatalog()
  expect(await rebuildOn(world, catalog)).toMatchObject({ adopted: 1, unreadable: [] })
  const rebuilt = { catalog, archive: world.archive }
  expect(bodiesOf(await readAll(rebuilt))).toEqual([anOrder('a')])
  const [segment] = (await catalog.log.read(ref)).commits.flatMap(({ segments }) => segments)
  expect(await world.archive.reader.head(segment?.indexKey ?? '')).toMatchObject({
    bytes: segment?.indexBytes,
  })
})

test('[F17] what does not tell what it is, a damaged snapshot and foreign folders keep nothing else from being rebuilt', async () => {
  const world = await aWorld()
  const odd = `landing/dataset=orders/partition=2024-03-10/01HRM3SP30000000000000000X.parquet`
  for (const key of [
    odd,
    'landing/dataset=orders/partition=2024-13-99/x',
    'landing/Other/y',
    'sealed/dataset=orders/z/y',
  ])
    world.s3.putObject({ bucket: 'archive', key, body: Buffer.from('no segment') })
  world.damage(snapshotKey(ref), (bytes) => bytes.map((byte, at) => (at === 200 ? byte ^ 1 : byte)))
  const catalog = makeMemoryCatalog()
  const rebuilt = await rebuildOn(world, catalog)
  expect(rebuilt).toMatchObject({ partitions: 2, unreadable: [snapshotKey(ref), odd], failed: [] })
  const records = bodiesOf(await readAll({ catalog, archive: world.archive }))
  expect(records).toEqual(bodiesOf(await readAll(world)))
})

test('[F17] a partition and a quarantine that cannot be looked at are told of, and the rest is rebuilt', async () => {
  const world = await aWorld()
  const catalog = makeMemoryCatalog()
  const broken = failing('read', (argument) => JSON.stringify(argument).includes('2024-02-01'))
  const unbooked = failing('book')
  const rebuilt = await rebuildOn(world, catalog, { wrap: (port) => unbooked(broken(port)) })
  expect(rebuilt.failed).toEqual([
    { what: 'orders 2024-02-01', why: 'read failed' },
    { what: expect.stringMatching(/^quarantine\/dataset=orders\/[0-9a-f]{64}\.ndjson$/), why: 'book failed' },
  ])
  expect(rebuilt.restored).toBeGreaterThan(0)
})
