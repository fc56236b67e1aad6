import { describe, expect, test } from 'vitest'
import { makeAuditReports } from '../../shared/adapters/audit-report-store.ts'
import { makeMemoryArchive } from '../../shared/adapters/memory/memory-archive.ts'
import { UnknownSegmentFormat } from '../../shared/codec/segment-format.ts'
import { DAY, HOUR } from '../../shared/domain/duration.ts'
import { ageRecords } from '../../shared/use-cases/age-records.ts'
import { auditArchive } from '../../shared/use-cases/audit-archive.ts'
import { landRecords } from '../../shared/use-cases/land-records.ts'
import { rebuildCatalog } from '../../shared/use-cases/rebuild-catalog.ts'
import { anApi, RECORD } from '../support/an-api.ts'
import { collect, segmentsOf } from '../support/archive-facts.ts'
import { type ArchiveWorld, anArchiveWorld, type Wrap } from '../support/archive-world.ts'
import { aDataset, aRecord, NOON } from '../support/builders.ts'
import { failing } from '../support/failing.ts'
import { byNewerCode, NEWER_FORMAT } from '../support/newer-code.ts'
import { aMessage, anOrder } from '../support/orders.ts'
import { aWorld } from '../support/rehydration-world.ts'

const ref = { dataset: 'orders', partition: '2024-03-10' }
const REFUSED = `segment format: expected ${NEWER_FORMAT - 1}, got ${NEWER_FORMAT}`

const asItIs: Wrap = (port) => port

const ageByNewerCode = (world: ArchiveWorld, id: string, wrap = asItIs) =>
  ageRecords(byNewerCode(world.ports(wrap)))([aMessage([anOrder(id)])])

/** Every object of segments and their indexes, byte for byte. */
const contentOf = async ({ archive }: ArchiveWorld) => {
  const content = new Map<string, string>()
  for (const prefix of ['landing/', 'sealed/', 'index/'])
    for (const { key, bytes } of await collect(archive.lister.list(prefix)))
      content.set(key, Buffer.from(await archive.reader.read(key, 0, bytes)).toString('base64'))
  return content
}

/** An archive with a segment of ours and one of newer code in one partition. */
const aMixedWorld = async (wrap?: Wrap) => {
  const world = anArchiveWorld()
  await world.age([aMessage([anOrder('old')])])
  await ageByNewerCode(world, 'new', wrap)
  world.clock.now = NOON + DAY + HOUR
  return world
}

const audit = async (world: ArchiveWorld) => {
  const { archive, catalog, expireQueue } = world
  const told: unknown[] = []
  const reports = makeAuditReports(archive.documents)
  await auditArchive({
    ...world.ports(asItIs),
    ...archive,
    holdings: catalog.holdings,
    expireQueue,
    inventory: { latest: async () => undefined },
    reports: {
      ...reports,
      write: async (report) => {
        told.push(...report.told)
        await reports.write(report)
      },
    },
    hasTime: () => true,
    budget: { partitions: 100, bytes: 1e9, segments: 100, compareEvery: 0, readEvery: 0 },
    metrics: { audited: () => undefined },
  })()
  return told
}

describe('[F19] a segment of a newer format', () => {
  test('is refused by name when its partition is to be sealed, and nothing is changed', async () => {
    const world = await aMixedWorld()
    const [log, content] = [await world.catalog.log.read(ref), await contentOf(world)]
    const refused = world.seal(ref)
    await expect(refused).rejects.toThrow(UnknownSegmentFormat)
    await expect(refused).rejects.toThrow(REFUSED)
    expect(await world.catalog.log.read(ref)).toEqual(log)
    expect(await contentOf(world)).toEqual(content)
  })

  test('stays where it is, whatever sweeps, seals and expires for a month', async () => {
    const world = await aMixedWorld()
    const content = await contentOf(world)
    let refusals = 0
    for (let day = 0; day < 29; day += 1) {
      await world.sweep()
      for (const task of world.sealQueue.receive())
        await world.seal(task).catch((error: unknown) => {
          expect(error).toBeInstanceOf(UnknownSegmentFormat)
          refusals += 1
        })
      for (const task of world.expireQueue.receive()) await world.expire(task)
      world.advance(world.clock.now + DAY)
    }
    expect(refusals).toBeGreaterThan(1)
    expect(await contentOf(world)).toEqual(content)
    expect(await segmentsOf(world)).toHaveLength(2)
    expect(await world.ledger()).toMatchObject({ balanced: true, archived: { count: 2 } })
  })

  test('is told by an audit as what it is, with what to do, and is not repaired', async () => {
    const world = await aMixedWorld()
    const content = await contentOf(world)
    const [, newer] = await segmentsOf(world)
    expect(await audit(world)).toEqual([
      {
        ...ref,
        code: 'format-unknown',
        key: newer?.key,
        detail: REFUSED,
        repaired: false,
        advice: expect.stringContaining('deploy the version that wrote it'),
      },
    ])
    expect(await contentOf(world)).toEqual(content)
  })

  test('is told by an audit where it is cold, by its index object', async () => {
    const world = await aMixedWorld()
    const [, newer] = await segmentsOf(world)
    const { key = '', indexKey } = newer ?? {}
    await world.archive.tagger.tag(key, 'DEEP_ARCHIVE')
    world.advance(world.clock.now + 3 * DAY)
    const told = await audit(world)
    expect(told).toContainEqual(
      expect.objectContaining({ code: 'format-unknown', key: indexKey, repaired: false }),
    )
    expect(told).not.toContainEqual(expect.objectContaining({ code: 'index-damaged' }))
  })

  test('that no commit names is told as unclear, and neither taken in nor removed', async () => {
    const world = await aMixedWorld(failing('append'))
    const content = await contentOf(world)
    expect(content.size).toBe(4)
    world.clock.now += 3 * DAY
    expect(await audit(world)).toMatchObject([{ code: 'orphan-unclear', repaired: false }])
    await world.sweep()
    for (const task of world.expireQueue.receive())
      expect(await world.expire(task)).toEqual({ commits: 0, objects: 0, adopted: 0 })
    expect(await contentOf(world)).toEqual(content)
  })

  test('is named by a rebuild of the catalog that cannot take it in', async () => {
    const world = await aMixedWorld()
    const lost = anArchiveWorld()
    const [, newer] = await segmentsOf(world)
    const rebuilt = await rebuildCatalog({
      ...world.archive,
      ...lost.catalog,
      quarantineObjects: world.quarantine.objects,
      quarantineRegister: lost.quarantine.register,
      now: () => world.clock.now,
    })({ dryRun: false })
    expect(rebuilt).toMatchObject({ adopted: 1, unreadable: [newer?.key], failed: [] })
  })

  const aReadableWorld = async () => {
    const world = aWorld()
    await world.land([aRecord({ id: 'old', body: '{"id":"old"}' })])
    const land = landRecords(
      byNewerCode({ ...world.ports, writer: makeMemoryArchive(world.s3, 'archive').writer }),
    )
    const dataset = aDataset()
    await land({ dataset, partition: ref.partition, records: [aRecord({ id: 'new' })], source: null })
    return world
  }

  test('serves no record: the answer says that a segment could not be read, and not that there is none', async () => {
    const { call, json } = anApi(await aReadableWorld())
    const about = (id: string) => ({ path: { dataset: 'orders', id } })
    expect(await json(RECORD, about('new'))).toMatchObject({
      status: 503,
      body: { complete: false, segments: { unreadable: 1 } },
    })
    expect(await call(RECORD, about('old'))).toMatchObject({ statusCode: 200, text: '{"id":"old"}' })
  })

  test('is left out of a rehydration, whose manifest says so', async () => {
    const world = await aReadableWorld()
    const id = await world.ask()
    await world.drain()
    expect(JSON.parse(world.file(`${id}/manifest.json`).toString())).toMatchObject({
      completeness: { segments: 2, read: 1, unreadable: 1 },
    })
    expect(world.file(`${id}/2024-03-10.ndjson`).toString()).toBe('{"id":"old"}\n')
  })
})
