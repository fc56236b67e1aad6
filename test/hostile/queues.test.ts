import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { createHandler as createAgeObjects } from '../../functions/age-objects/create-handler.ts'
import { createHandler as createExpire } from '../../functions/expire-segments/create-handler.ts'
import { createHandler as createHydrate } from '../../functions/hydrate-records/create-handler.ts'
import { createHandler as createSeal } from '../../functions/seal-segments/create-handler.ts'
import { createHandler as createThaw } from '../../functions/thaw-segments/create-handler.ts'
import { createHandler as createTrack } from '../../functions/track-storage/create-handler.ts'
import { DAY, HOUR } from '../../shared/domain/duration.ts'
import { bodiesOf, collect, readAll } from '../support/archive-facts.ts'
import { anArchiveWorld } from '../support/archive-world.ts'
import { aRecord } from '../support/builders.ts'
import { aMessage, anOrder } from '../support/orders.ts'
import { aWorld } from '../support/rehydration-world.ts'
import { keptTelemetry } from '../support/silent-telemetry.ts'
import { aContext, anSqsEvent } from '../support/sqs-event.ts'
import { holds, hostileJson, hostileName, MARK, mutated, unpolluted } from './fuzzing.ts'

const ref = { dataset: 'orders', partition: '2024-03-10' }

/** The archive's functions on one bucket with a dead commit, a live one and a hot object in it. */
const anArchive = async () => {
  const world = anArchiveWorld()
  await world.age([aMessage([anOrder('a')])])
  await world.age([aMessage([anOrder('b')])])
  world.clock.now = Date.parse('2024-03-11T01:00:00Z')
  await world.seal(ref)
  await world.age([aMessage([anOrder('c')])])
  world.putHot('orders/hot.ndjson', anOrder('hot'))
  const { telemetry, lines } = keptTelemetry()
  const ports = { ...world.ports((port) => port), telemetry }
  const { archive, hot, register, catalog } = world
  const expire = createExpire({
    ...ports,
    lister: archive.lister,
    reader: archive.reader,
    remover: archive.remover,
  })
  const ageObjects = createAgeObjects({ ...ports, hot, register, hotBucket: 'hot' })
  const seal = createSeal({ ...ports, reader: archive.reader })
  const { log, holdings } = catalog
  const track = createTrack({
    ...aWorld().ports,
    log,
    holdings,
    reader: archive.reader,
    now: ports.now,
    bucket: 'archive',
    telemetry,
  })
  const facts = async () => ({
    keys: (await collect(archive.lister.list(''))).map(({ key }) => key),
    bodies: bodiesOf(await readAll(world)),
    hot: await hot.find('orders/hot.ndjson'),
    state: await log.read(ref),
  })
  return { world, lines, handlers: { expire, ageObjects, seal, track }, facts }
}

type Handlers = Awaited<ReturnType<typeof anArchive>>['handlers']

/** Every body fails, or is acknowledged as about nothing: a defined answer. */
const send = async (handler: Handlers[keyof Handlers], bodies: readonly string[]) => {
  const event = anSqsEvent(...bodies)
  const ids = event.Records.map(({ messageId }) => messageId)
  try {
    const { batchItemFailures } = await handler(event, aContext)
    for (const { itemIdentifier } of batchItemFailures) expect(ids).toContain(itemIdentifier)
    return batchItemFailures.length
  } catch (error) {
    // all of them failed: how Powertools says so
    expect(String(error)).toContain('All records failed processing')
    return ids.length
  }
}

const aKey = fc.oneof(
  hostileName(),
  hostileName().map((name) => `landing/dataset=orders/partition=${name}/x.parquet`),
  hostileName().map((name) => `orders/${name}`),
  fc.constantFrom(
    'landing/dataset=orders/partition=2024-03-10/01HRKZ0000000000000000ABCD.parquet',
    'landing%2Fdataset%3Dtickets%2Fpartition%3D2024-03-10%2F01HRKZ0000000000000000ABCD.parquet',
    'quarantine/dataset=orders/x.ndjson',
    '%E0%A4%A',
  ),
)

const anS3Event = fc
  .record({
    eventVersion: fc.constantFrom('2.1', '2.6', '2.', '3.0', '', 2),
    eventName: fc.constantFrom(
      'ObjectCreated:Put',
      'ObjectRestore:Completed',
      'LifecycleTransition',
      MARK,
      null,
    ),
    bucket: fc.constantFrom('hot', 'archive', 'private', '../hot', MARK, '', null),
    key: aKey,
    sequencer: fc.constantFrom('1', '0055AED6DCD90281E5', '', MARK, undefined),
    copies: fc.integer({ min: 0, max: 2 }),
  })
  .map(({ eventVersion, eventName, bucket, key, sequencer, copies }) => ({
    Records: Array(copies).fill({
      eventVersion,
      eventName,
      s3: { bucket: { name: bucket }, object: { key, sequencer, size: -1 } },
    }),
  }))

const aBody = fc.oneof(
  hostileJson(),
  anS3Event.map((event) => JSON.stringify(event)),
  mutated(anS3Event.map((event) => JSON.stringify(event))),
  fc.constant('{"Service":"Amazon S3","Event":"s3:TestEvent"}'),
  hostileName().map((name) => `${MARK}${name}`),
  fc
    .record({
      dataset: fc.oneof(fc.constant('orders'), hostileName()),
      partition: fc.oneof(fc.constant('2024-03-10'), hostileName()),
      commitIds: fc.oneof(fc.array(hostileName()), fc.constant(MARK)),
      orphanKeys: fc.array(aKey),
      key: aKey,
      rehydrationId: hostileName(),
    })
    .map((task) => JSON.stringify(task)),
)

const KINDS = ['expire', 'ageObjects', 'seal', 'track'] as const

describe('hostile messages', () => {
  test('[F4] [F8] [S3] [S10] [S13] of any queue change nothing that catalog and bucket do not confirm', async () => {
    const { world, lines, handlers, facts } = await anArchive()
    const before = await facts()
    const place = world.clock.now
    await holds(
      fc.asyncProperty(
        fc.constantFrom(...KINDS),
        fc.array(aBody, { minLength: 1, maxLength: 4 }),
        async (kind, bodies) => {
          world.clock.now = place
          await unpolluted(() => send(handlers[kind], bodies))
          expect(await facts()).toEqual(before)
          expect(JSON.stringify(lines.splice(0))).not.toContain(MARK)
        },
      ),
      600,
    )
  })

  test('[S10] that name what is alive, for another partition or too early, delete nothing', async () => {
    const { world, handlers, facts } = await anArchive()
    const before = await facts()
    const { commits } = before.state
    const ids = commits.map(({ id }) => id)
    const everything = { commitIds: ids, orphanKeys: before.keys }
    await send(handlers.expire, [
      JSON.stringify({ ...ref, ...everything }),
      JSON.stringify({ ...ref, partition: '2024-03-11', ...everything }),
      JSON.stringify({ ...ref, dataset: 'tickets', ...everything }),
    ])
    expect(await facts()).toEqual(before)
    world.clock.now += 30 * DAY
    await send(handlers.expire, [JSON.stringify({ ...ref, ...everything })])
    // the two commits that a seal replaced, and no more
    expect((await facts()).bodies).toEqual(before.bodies)
    expect((await facts()).state.commits).toHaveLength(ids.length - 2)
  })

  test('[F4] [F10] events that are doubled, stale or out of order say no more than S3 itself', async () => {
    const world = aWorld()
    const { segment } = await world.land([aRecord()], { storageClass: 'GLACIER' })
    const { telemetry } = keptTelemetry()
    const track = createTrack({ ...world.ports, bucket: 'archive', telemetry })
    const event = (eventName: string, sequencer: string) => ({
      Records: [
        {
          eventVersion: '2.1',
          eventName,
          s3: { bucket: { name: 'archive' }, object: { key: encodeURIComponent(segment.key), sequencer } },
        },
      ],
    })
    const all = [
      event('ObjectRestore:Completed', '00FF'),
      event('ObjectRestore:Post', '1'),
      event('ObjectRestore:Delete', '00'),
      event('LifecycleTransition', '0'),
    ]
    const id = await world.ask()
    await world.drain()
    const shown = async () => (await world.ports.log.read(ref)).holdings.get(segment.id)
    const before = await shown()
    expect(await track(anSqsEvent(...all, ...all.toReversed()), aContext)).toEqual({ batchItemFailures: [] })
    expect(await shown()).toEqual(before)
    await world.drain()
    expect(await world.stateOf(id)).toMatchObject({ name: 'thawing' })
    world.advance(5 * HOUR)
    expect(await track(anSqsEvent(...all, ...all.toReversed()), aContext)).toEqual({ batchItemFailures: [] })
    await world.drain()
    expect(await world.stateOf(id)).toMatchObject({ name: 'completed' })
    expect(await track(anSqsEvent(...all), aContext)).toEqual({ batchItemFailures: [] })
    expect(await world.stateOf(id)).toMatchObject({ name: 'completed' })
  })

  test('[F8] [S10] of the thaw and hydrate queues start nothing, and fail or are thrown away', async () => {
    const world = aWorld()
    await world.land([aRecord()], { storageClass: 'GLACIER' })
    const id = await world.ask()
    const [task] = world.thawQueue.receive()
    expect(task).toEqual({ rehydrationId: id, partition: null })
    const { telemetry, lines } = keptTelemetry()
    const handlers = [
      createThaw({ ...world.ports, telemetry }),
      createHydrate({ ...world.ports, telemetry }),
    ] as const
    const before = await world.ports.rehydrations.find(id)
    const aTask = fc
      .record({
        rehydrationId: fc.oneof(fc.constant('01HRKZ0000000000000000ABCD'), hostileName()),
        partition: fc.oneof(fc.constant(null), hostileName()),
      })
      .map((each) => JSON.stringify(each))
    await holds(
      fc.asyncProperty(
        fc.constantFrom(0, 1),
        fc.array(fc.oneof(aTask, aBody), { minLength: 1, maxLength: 4 }),
        async (which, bodies) => {
          const handler = handlers[which === 0 ? 0 : 1]
          await unpolluted(() => send(handler, bodies))
          expect(await world.ports.rehydrations.find(id)).toEqual(before)
          expect([...world.thawQueue.receive(), ...world.hydrateQueue.receive()]).toEqual([])
          expect(world.files()).toEqual([])
          expect(JSON.stringify(lines.splice(0))).not.toContain(MARK)
        },
      ),
      300,
    )
  })
})
