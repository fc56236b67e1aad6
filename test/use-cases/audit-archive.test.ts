import { expect, test } from 'vitest'
import { makeAuditReports } from '../../shared/adapters/audit-report-store.ts'
import { makeMemoryCatalog } from '../../shared/adapters/memory/memory-catalog.ts'
import type { FindingKind } from '../../shared/domain/audit.ts'
import { DAY, HOUR } from '../../shared/domain/duration.ts'
import { holdingOf } from '../../shared/domain/plan-thaw.ts'
import type { Segment } from '../../shared/domain/segment.ts'
import { snapshotKey } from '../../shared/domain/snapshot.ts'
import type { Inventory } from '../../shared/ports/inventory.ts'
import { type AuditDeps, auditArchive } from '../../shared/use-cases/audit-archive.ts'
import { bodiesOf, collect, type ReadableArchive, readSegment, segmentsOf } from '../support/archive-facts.ts'
import { type ArchiveWorld, anArchiveWorld, type Wrap } from '../support/archive-world.ts'
import { aDataset, NOON } from '../support/builders.ts'
import { crashEverywhere, crashes } from '../support/crashing.ts'
import { failing, meanwhile } from '../support/failing.ts'
import { aMessage, anOrder } from '../support/orders.ts'

const ref = { dataset: 'orders', partition: '2024-03-10' }
const END = Date.parse('2024-03-11T00:00:00Z')

const work = async (world: ArchiveWorld) => {
  await world.sweep()
  for (const task of world.sealQueue.receive()) await world.seal(task)
  for (const task of world.expireQueue.receive()) await world.expire(task)
}

/** Three partitions: one sealed, one sealed and moved to a class that has to be thawed, one just landed. */
const aWorld = async () => {
  const world = anArchiveWorld()
  await world.age([aMessage([anOrder('cold', NOON - 200 * DAY)])])
  await world.age([aMessage([anOrder('a'), anOrder('b')])])
  await world.age([aMessage([anOrder('b'), anOrder('c')])])
  world.clock.now = END + HOUR
  await work(world)
  for (let day = 0; day < 3; day += 1) {
    world.advance(world.clock.now + DAY + HOUR)
    await work(world)
  }
  await world.age([aMessage([anOrder('new', world.clock.now)])])
  return world
}

const noInventory: Inventory = { latest: async () => undefined }
const budget = { partitions: 100, bytes: 1e9, segments: 1000, compareEvery: 0, readEvery: 0 }

const audit = async (world: ArchiveWorld, parts: Partial<AuditDeps> = {}, wrap: Wrap = (port) => port) => {
  const kinds: Partial<Record<FindingKind, number>> = {}
  const ages: number[] = []
  const documents = wrap(world.archive.documents)
  const summary = await auditArchive({
    ...world.ports(wrap),
    holdings: wrap(world.catalog.holdings),
    documents,
    lister: wrap(world.archive.lister),
    folders: wrap(world.archive.folders),
    reader: wrap(world.archive.reader),
    expireQueue: wrap(world.expireQueue),
    inventory: noInventory,
    reports: makeAuditReports(documents),
    hasTime: () => true,
    budget,
    metrics: {
      audited: ({ findings, age }) => {
        Object.assign(kinds, findings)
        ages.push(age)
      },
    },
    ...parts,
  })()
  return { ...summary, kinds, age: ages[0] }
}

const lastReport = async (world: ArchiveWorld) => {
  const keys = (await collect(world.archive.lister.list('reports/audit/2'))).map(({ key }) => key)
  const stored = await world.archive.documents.read(keys.at(-1) ?? '')
  return JSON.parse(Buffer.from(stored?.data ?? '').toString('utf8'))
}

const reportOf = async (world: ArchiveWorld) => {
  const { told } = await lastReport(world)
  return told as { code: string; key: string; repaired: boolean; advice: string | null }[]
}

const codesOf = async (world: ArchiveWorld) =>
  (await reportOf(world)).map(({ code, repaired }) => [code, repaired])

/** What can be read without a thaw. */
const bodiesIn = async (world: ReadableArchive) => {
  const bodies = new Set<string>()
  for (const segment of await segmentsOf(world)) {
    const facts = await world.archive.reader.head(segment.key)
    if (facts?.storageClass === 'DEEP_ARCHIVE') continue
    for (const body of bodiesOf(await readSegment(world, segment))) bodies.add(body)
  }
  return [...bodies].toSorted()
}

const sealedOf = async (world: ArchiveWorld): Promise<Segment> => {
  const found = (await segmentsOf(world)).find(
    ({ kind, partition }) => kind === 'sealed' && partition === ref.partition,
  )
  if (found === undefined) throw new Error('nothing is sealed')
  return found
}

const flip = (at: number) => (bytes: Buffer) => bytes.map((byte, index) => (index === at ? byte ^ 255 : byte))

test('[F18] of an archive that is whole an audit finds nothing, at any moment of its life', async () => {
  const world = await aWorld()
  expect(await audit(world)).toMatchObject({ partitions: 3, segments: 2, findings: 0, outrun: false })
  for (let day = 0; day < 45; day += 3) {
    world.advance(world.clock.now + 3 * DAY)
    // before and after the sweep has seen what lifecycle did
    expect(await audit(world), `day ${day}`).toMatchObject({ findings: 0 })
    await work(world)
    expect(await audit(world), `day ${day}`).toMatchObject({ findings: 0 })
  }
})

test('[F18] a live segment that the bucket lost is told, with what to do', async () => {
  const world = await aWorld()
  const segment = await sealedOf(world)
  await world.archive.remover.remove(segment.key)
  expect(await audit(world)).toMatchObject({ kinds: { phantom: 2 } })
  const [first] = await reportOf(world)
  expect(first).toMatchObject({ code: 'segment-missing', key: segment.key, repaired: false })
  expect(first?.advice).toContain('delete marker')
})

test('[F18] a damaged record is told and not repaired, and a damaged or lost index is written anew', async () => {
  const world = await aWorld()
  const segment = await sealedOf(world)
  world.damage(segment.key, flip(100))
  await audit(world)
  expect(await codesOf(world)).toEqual([['records-damaged', false]])
  const other = await aWorld()
  const { indexKey, indexBytes } = await sealedOf(other)
  const whole = await other.archive.reader.read(indexKey, 0, indexBytes)
  other.damage(indexKey, flip(30))
  await audit(other)
  expect(await codesOf(other)).toEqual([['index-damaged', true]])
  expect(await other.archive.reader.read(indexKey, 0, indexBytes)).toEqual(whole)
  await other.archive.remover.remove(indexKey)
  other.clock.now += 1
  expect(await audit(other)).toMatchObject({ findings: 1, repaired: 1 })
  expect(await other.archive.reader.read(indexKey, 0, indexBytes)).toEqual(whole)
})

test('[F18] a segment in the place of another that holds the same records is told', async () => {
  const world = anArchiveWorld()
  for (const _ of ['one', 'two']) await world.age([aMessage([anOrder('a')])])
  const [one, two] = await segmentsOf(world)
  if (one === undefined || two === undefined) throw new Error('two segments should have landed')
  const other = await world.archive.reader.read(two.key, 0, two.bytes)
  world.clock.now += 2 * HOUR
  expect(await audit(world)).toMatchObject({ findings: 0 })
  world.damage(one.key, () => other)
  world.clock.now += 1
  await audit(world)
  expect(await codesOf(world)).toEqual([['records-damaged', false]])
})

test('[F18] an object of another size or checksum than the catalog says is told', async () => {
  const world = await aWorld()
  const segment = await sealedOf(world)
  const bytes = await world.archive.reader.read(segment.key, 0, segment.bytes)
  world.s3.putObject({ bucket: 'archive', key: segment.key, body: Buffer.concat([bytes, bytes]) })
  await audit(world)
  expect(await codesOf(world)).toEqual([
    ['size-differs', false],
    ['size-differs', false],
  ])
  world.s3.putObject({ bucket: 'archive', key: segment.key, body: Buffer.from(flip(9)(Buffer.from(bytes))) })
  world.clock.now += 1
  await audit(world)
  expect(await codesOf(world)).toEqual([['checksum-differs', false]])
})

test('[F18] a class that the catalog has wrong is put right, and a move that never comes is told', async () => {
  const world = await aWorld()
  const segment = await sealedOf(world)
  const wrong = { ...holdingOf(segment, undefined), storageClass: 'GLACIER' } as const
  await world.catalog.holdings.put(ref, wrong, (await world.catalog.log.read(ref)).holdings.get(segment.id))
  await audit(world)
  expect(await codesOf(world)).toEqual([['class-differs', true]])
  const { holdings } = await world.catalog.log.read(ref)
  expect(holdings.get(segment.id)).toMatchObject({ storageClass: 'STANDARD' })
  const before = holdings.get(segment.id)
  if (before === undefined) throw new Error('there is a holding')
  const moving = { ...before, target: 'GLACIER_IR', taggedAt: world.clock.now } as const
  await world.catalog.holdings.put(ref, moving, before)
  expect(await audit(world)).toMatchObject({ findings: 0 })
  world.clock.now += 4 * DAY
  await audit(world)
  expect(await codesOf(world)).toEqual([['move-overdue', false]])
})

test('[F18] an orphan whose records are nowhere else is taken in, index and all, and one that is redundant goes', async () => {
  const world = await aWorld()
  await world.age([aMessage([anOrder('lost')])], failing('append'))
  await world.age([aMessage([anOrder('a')])], failing('append'))
  const before = new Set((await segmentsOf(world)).flatMap(({ indexKey }) => [indexKey]))
  const lone = (await collect(world.archive.lister.list('index/'))).map(({ key }) => key)
  expect(await audit(world)).toMatchObject({ findings: 0 })
  for (const key of lone) if (!before.has(key)) await world.archive.remover.remove(key)
  world.clock.now += DAY + HOUR
  await audit(world)
  // of two that were put at once, either may be listed first
  expect((await codesOf(world)).toSorted()).toEqual([
    ['orphan-adopted', true],
    ['orphan-redundant', true],
  ])
  expect(await bodiesIn(world)).toContain(anOrder('lost'))
  for (const task of world.expireQueue.receive()) await world.expire(task)
  world.clock.now += 1
  expect(await audit(world)).toMatchObject({ findings: 0 })
})

test('[F18] more redundant orphans than one task names are all sent to be expired', async () => {
  const world = anArchiveWorld()
  await world.age([aMessage([anOrder('a')])])
  for (let orphan = 0; orphan < 203; orphan += 1) {
    world.clock.now += 1
    await world.age([aMessage([anOrder('a')])], failing('append'))
  }
  world.clock.now += 2 * DAY
  expect(await audit(world)).toMatchObject({ findings: 203, repaired: 203 })
  const tasks = world.expireQueue.receive()
  expect(tasks.map(({ orphanKeys }) => orphanKeys.length)).toEqual([200, 3])
  for (const task of tasks) await world.expire(task)
  expect(await audit(world)).toMatchObject({ findings: 0 })
})

test('[F18] objects that are none of ours, and an index of no segment, are told and stay', async () => {
  const world = await aWorld()
  const place = 'dataset=orders/partition=2024-03-10'
  const planted = [
    `landing/${place}/readme.txt`,
    `sealed/${place}/01HRM3SP30000000000000000X.parquet`,
    `index/${place}/01HRM3SP30000000000000000Y.index`,
  ]
  for (const key of planted) world.s3.putObject({ bucket: 'archive', key, body: Buffer.from('x') })
  await audit(world)
  expect((await reportOf(world)).map(({ code, key }) => [code, key]).toSorted()).toEqual(
    [
      ['object-foreign', planted[2]],
      ['object-foreign', planted[0]],
      ['orphan-unclear', planted[1]],
    ].toSorted(),
  )
  for (const key of planted) expect(await world.archive.reader.head(key)).toBeDefined()
})

test('[F17] a partition that the catalog lost is registered and restored from its snapshot', async () => {
  const world = await aWorld()
  const empty = makeMemoryCatalog()
  const lost = { log: empty.log, registry: empty.registry, holdings: empty.holdings }
  const before = await bodiesIn(world)
  const first = await audit(world, lost)
  expect(first.repaired).toBe(first.findings)
  const codes = (await codesOf(world)).map(([code]) => code)
  expect(codes).toContain('partition-unknown')
  expect(codes).toContain('catalog-behind')
  world.clock.now += 2 * DAY
  await audit(world, lost)
  expect(await bodiesIn({ catalog: empty, archive: world.archive })).toEqual(before)
})

test('[F18] a damaged snapshot is written anew, and a log that contradicts its own is told', async () => {
  const world = await aWorld()
  world.damage(snapshotKey(ref), flip(300))
  await audit(world)
  expect(await codesOf(world)).toEqual([['snapshot-damaged', true]])
  world.clock.now += 1
  const { snapshot, version } = await world.archive.snapshots.read(ref)
  if (snapshot === undefined) throw new Error('it was written anew')
  expect(await audit(world)).toMatchObject({ findings: 0 })
  const [generation] = snapshot.commits.filter(({ id }) => id.startsWith('G#'))
  if (generation === undefined) throw new Error('it was sealed')
  const other = { ...snapshot, commits: [{ ...generation, replaces: ['L#other'] }] }
  await world.archive.snapshots.write(other, version)
  world.clock.now += 1
  await audit(world)
  expect((await codesOf(world))[0]).toEqual(['catalog-forked', false])
})

test('[F18] a finding that is not repaired and needs nobody is told without advice', async () => {
  const world = await aWorld()
  const segments = await segmentsOf(world)
  const cold = segments.find(({ partition }) => partition !== ref.partition && partition < ref.partition)
  if (cold === undefined) throw new Error('one is cold')
  await world.archive.remover.remove(cold.indexKey)
  await audit(world)
  const [first] = await reportOf(world)
  expect(first).toMatchObject({ code: 'index-missing', repaired: false, advice: null })
})

test('[F18] a dataset that is configured no longer is audited all the same', async () => {
  const world = anArchiveWorld([aDataset(), aDataset({ name: 'alpha' })])
  for (const dataset of ['orders', 'alpha', 'alpha']) await world.age([aMessage([anOrder('a')], { dataset })])
  world.clock.now += 2 * HOUR
  const [lost] = await segmentsOf(world, 'alpha')
  await world.archive.remover.remove(lost?.key ?? '')
  world.config.datasets.delete('alpha')
  expect(await audit(world)).toMatchObject({ partitions: 2, kinds: { phantom: 2 } })
  expect((await reportOf(world)).map(({ key }) => key)).toEqual([lost?.key, lost?.key])
})

const CURSOR = 'reports/audit/cursor.json'

const rememberedIn = async (world: ArchiveWorld): Promise<unknown> =>
  JSON.parse(Buffer.from((await world.archive.documents.read(CURSOR))?.data ?? '').toString()).datasets

test('[F18] a dataset of which configuration and bucket have nothing left is found by its catalog, as long as that has it', async () => {
  const world = anArchiveWorld([aDataset(), aDataset({ name: 'alpha' })])
  for (const dataset of ['orders', 'alpha']) await world.age([aMessage([anOrder('a')], { dataset })])
  world.clock.now += 2 * HOUR
  expect(await audit(world)).toMatchObject({ partitions: 2, findings: 0 })
  const [lost] = await segmentsOf(world, 'alpha')
  for (const { key } of await collect(world.archive.lister.list('')))
    if (key.includes('dataset=alpha/')) await world.archive.remover.remove(key)
  world.config.datasets.delete('alpha')
  for (let run = 0; run < 3; run += 1) {
    world.clock.now += HOUR
    expect(await audit(world)).toMatchObject({ partitions: 2, kinds: { phantom: 2 } })
    expect((await reportOf(world)).map(({ key }) => key)).toEqual([lost?.key, lost?.key])
  }
  expect(await rememberedIn(world)).toEqual(['alpha', 'orders'])
  // the catalog gave it up too: from then on there is nothing to look for
  const without = makeMemoryCatalog()
  expect(await audit(world, { log: without.log, registry: without.registry })).toMatchObject({
    partitions: 1,
  })
  expect(await rememberedIn(world)).toEqual(['orders'])
})

test('an audit goes on from where one stopped that remembered no datasets', async () => {
  const world = await aWorld()
  await audit(world, { budget: { ...budget, partitions: 1 } })
  const stored = await world.archive.documents.read(CURSOR)
  const { datasets, ...earlier } = JSON.parse(Buffer.from(stored?.data ?? '').toString())
  expect(datasets).toEqual(['orders'])
  const data = Buffer.from(JSON.stringify(earlier))
  await world.archive.documents.write({ key: CURSOR, data, contentType: 'application/json' }, stored?.version)
  expect(await audit(world)).toMatchObject({ partitions: 2, findings: 0 })
})

test('the segments of a partition are looked into by their ids, over as many runs as it takes, whatever the order of the log', async () => {
  const world = anArchiveWorld()
  await world.age([aMessage([anOrder('early')])], failing('append'))
  world.clock.now += HOUR
  await world.age([aMessage([anOrder('a')])])
  world.clock.now = END + HOUR
  await world.seal(ref)
  world.clock.now += 2 * DAY
  expect(await audit(world)).toMatchObject({ repaired: 1 })
  const [sealed, early] = await segmentsOf(world)
  if (sealed === undefined || early === undefined) throw new Error('both are live')
  expect(early.id < sealed.id).toBe(true)
  for (const { key } of [early, sealed]) world.damage(key, flip(100))
  const seen: (string | undefined)[] = []
  for (let run = 0; run < 3; run += 1) {
    world.clock.now += HOUR
    expect(await audit(world, { budget: { ...budget, segments: 1 } })).toMatchObject({ segments: 1 })
    for (const { key } of await reportOf(world)) seen.push(key)
  }
  expect(seen).toEqual([early.key, sealed.key, early.key])
})

test('books that do not balance, and a partition that cannot be audited, are told', async () => {
  const world = await aWorld()
  const log = {
    ...world.catalog.log,
    read: async (at: typeof ref) => {
      if (at.partition !== ref.partition) throw new Error('no table')
      const state = await world.catalog.log.read(at)
      const commits = state.commits.map((commit) => ({
        ...commit,
        books: { ...commit.books, received: { count: 99, upper: 0n, lower: 0n } },
      }))
      return { ...state, commits }
    },
  }
  await audit(world, { log })
  const codes = (await codesOf(world)).map(([code]) => code)
  expect(codes.filter((code) => code === 'books-unbalanced')).toHaveLength(1)
  expect(codes.filter((code) => code === 'not-audited')).toHaveLength(4)
})

test('an archive that one run covers is compared once a day and read once in thirty', async () => {
  const world = await aWorld()
  const slow = { ...budget, compareEvery: DAY, readEvery: 30 * DAY }
  const looks: (readonly [number, number])[] = []
  for (let run = 0; run < 62; run += 1) {
    const { partitions, segments } = await audit(world, { budget: slow })
    looks.push([partitions, segments])
    world.clock.now += 12 * HOUR
  }
  expect(looks.filter(([partitions]) => partitions > 0)).toHaveLength(31)
  expect(looks.filter(([, segments]) => segments > 0)).toHaveLength(2)
  expect([looks[0], looks[60]].every((look) => look !== undefined && look[1] > 0)).toBe(true)
})

test('a run goes on where the last one stopped, and says how long the partition waits that was audited longest ago', async () => {
  const world = await aWorld()
  world.clock.now += 2 * HOUR
  const small = { ...budget, partitions: 1, bytes: 1 }
  const seen: (readonly [number, number])[] = []
  for (let run = 0; run < 4; run += 1) {
    const { partitions, bytes, listedWithin } = await audit(world, { budget: small })
    expect(partitions).toBe(1)
    expect(bytes).toBeGreaterThan(0)
    seen.push([partitions, listedWithin])
    world.clock.now += HOUR
  }
  // the first pass took three runs; since then its beginning counts
  expect(seen.map(([, within]) => within)).toEqual([0, HOUR, 2 * HOUR, 3 * HOUR])
  expect(await audit(world, { hasTime: () => false })).toMatchObject({ partitions: 0, segments: 0 })
  await world.archive.documents.write(
    { key: CURSOR, data: Buffer.from('{}'), contentType: 'application/json' },
    (await world.archive.documents.read(CURSOR))?.version,
  )
  expect(await audit(world)).toMatchObject({ partitions: 3, findings: 0 })
})

test('a bucket too large to be listed is compared by its inventory, without a false alarm about what came after it', async () => {
  const world = await aWorld()
  const objects = await collect(world.archive.lister.list(''))
  const takenAt = world.clock.now
  const inventory: Inventory = {
    latest: async () => ({
      takenAt,
      objects: async function* () {
        yield* objects
      },
    }),
  }
  const segment = await sealedOf(world)
  const many = Array.from({ length: 30 }, (_, day) => anOrder(`d-${day}`, NOON - (20 + day) * DAY))
  await world.age([aMessage(many)])
  world.clock.now += 2 * HOUR
  const small = { ...budget, partitions: 1, bytes: 1, segments: 1 }
  const noLists = failing('list', (prefix) => String(prefix).startsWith('landing/'))
  const byInventory = { budget: small, inventory, lister: noLists(world.archive.lister) }
  expect(await audit(world, byInventory)).toMatchObject({ partitions: 20, findings: 0 })
  await world.archive.remover.remove(segment.key)
  // known to the inventory, and gone since: only what the catalog misses is looked for in it
  expect(await audit(world, byInventory)).toMatchObject({ partitions: 13, findings: 0 })
  const without = objects.filter(({ key }) => key !== segment.key)
  const later: Inventory = {
    latest: async () => ({
      takenAt,
      objects: async function* () {
        yield* without
      },
    }),
  }
  await audit(world, { ...byInventory, inventory: later })
  world.clock.now += 1
  await audit(world, { ...byInventory, inventory: later })
  expect(await codesOf(world)).toEqual([['segment-missing', false]])
  world.clock.now += 4 * DAY
  // too old: then partition by partition
  expect(await audit(world, { budget: small, inventory: later })).toMatchObject({ partitions: 1 })
})

test.each([
  ['as a whole', async () => Promise.reject(new Error('it is of another bucket'))],
  [
    'to its end',
    async () => ({
      takenAt: NOON + 10 * DAY,
      objects: async function* () {
        yield* []
        throw new Error('it is of another bucket')
      },
    }),
  ],
])(
  'an inventory that cannot be read %s is told of, and partitions are compared and segments read all the same',
  async (_, latest) => {
    const world = await aWorld()
    const many = Array.from({ length: 30 }, (_, day) => anOrder(`d-${day}`, NOON - (20 + day) * DAY))
    await world.age([aMessage(many)])
    world.clock.now += 2 * HOUR
    const small = { ...budget, partitions: 1, bytes: 1, segments: 1 }
    for (const partitions of [1, 1]) {
      world.clock.now += 1
      await expect(audit(world, { budget: small, inventory: { latest } })).rejects.toThrow(
        'it is of another bucket',
      )
      expect(await lastReport(world)).toMatchObject({ partitions, segments: 1 })
    }
  },
)

test('of two audits at once one moves on, and nothing is done twice', async () => {
  const world = await aWorld()
  await world.age([aMessage([anOrder('lost')])], failing('append'))
  world.clock.now += 2 * DAY
  const another = meanwhile('write', async () => {
    world.clock.now += 1
    expect(await audit(world)).toMatchObject({ outrun: false })
  })
  expect(await audit(world, {}, another)).toMatchObject({ outrun: true })
  expect((await bodiesIn(world)).filter((body) => body === anOrder('lost'))).toHaveLength(1)
  expect((await world.ledger()).balanced).toBe(true)
})

test('after a crash at any call, the next audit comes to the same end', async () => {
  const points = await crashEverywhere(async (point, name) => {
    const world = await aWorld()
    await world.age([aMessage([anOrder('lost')])], failing('append'))
    world.damage((await sealedOf(world)).indexKey, flip(30))
    world.clock.now += 2 * DAY
    await crashes(() => audit(world, {}, point.wrap))
    for (let run = 0; run < 2; run += 1) {
      world.clock.now += HOUR
      await audit(world)
    }
    world.clock.now += HOUR
    expect(await audit(world), name).toMatchObject({ findings: 0 })
    expect(await bodiesIn(world), name).toContain(anOrder('lost'))
  })
  expect(points).toBeGreaterThanOrEqual(40)
})
