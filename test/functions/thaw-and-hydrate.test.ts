import { describe, expect, test } from 'vitest'
import { createHandler as createHydrate } from '../../functions/hydrate-records/create-handler.ts'
import { createHandler as createThaw } from '../../functions/thaw-segments/create-handler.ts'
import { createHandler as createTrack } from '../../functions/track-storage/create-handler.ts'
import { HOUR } from '../../shared/domain/duration.ts'
import { aRecord } from '../support/builders.ts'
import { aWorld } from '../support/rehydration-world.ts'
import { keptTelemetry } from '../support/silent-telemetry.ts'
import { aContext, anSqsEvent } from '../support/sqs-event.ts'

const BUCKET = 'archive'

const functions = () => {
  const world = aWorld()
  const { telemetry, lines } = keptTelemetry()
  const deps = { ...world.ports, telemetry, bucket: BUCKET }
  return {
    world,
    lines,
    thaw: createThaw(deps),
    track: createTrack(deps),
    hydrate: createHydrate(deps),
    // metrics go out when the batch is over
    metrics: () => lines.filter((line) => '_aws' in line),
  }
}

const anS3Event = (
  key: string,
  bucket = BUCKET,
  eventName = 'ObjectRestore:Completed',
  eventTime?: unknown,
) => ({
  Records: [
    {
      eventVersion: '2.6',
      eventSource: 'aws:s3',
      eventName,
      eventTime,
      s3: { s3SchemaVersion: '1.0', bucket: { name: bucket, arn: 'x' }, object: { key, sequencer: '1' } },
      glacierEventData: { restoreEventData: { lifecycleRestorationExpiryTime: '1970-01-01T00:00:00.000Z' } },
    },
  ],
})

describe('the functions of a rehydration', () => {
  test('complete one that selects nothing', async () => {
    const { world, thaw, hydrate } = functions()
    const rehydrationId = await world.ask()
    const none = { batchItemFailures: [] }
    expect(await thaw(anSqsEvent(...world.thawQueue.receive()), aContext)).toEqual(none)
    expect(await hydrate(anSqsEvent(...world.hydrateQueue.receive()), aContext)).toEqual(none)
    expect(await world.stateOf(rehydrationId)).toMatchObject({ name: 'completed' })
  })

  test('bring one from the thaw queue to its files', async () => {
    const { world, thaw, track, hydrate, metrics } = functions()
    const { segment } = await world.land([aRecord()], { storageClass: 'GLACIER' })
    const rehydrationId = await world.ask()
    const none = { batchItemFailures: [] }
    expect(await thaw(anSqsEvent(...world.thawQueue.receive()), aContext)).toEqual(none)
    expect(await thaw(anSqsEvent(...world.thawQueue.receive()), aContext)).toEqual(none)
    expect(await world.waiters()).toHaveLength(1)
    world.advance(5 * HOUR)
    const encoded = encodeURIComponent(segment.key).replaceAll('%2F', '/')
    expect(encoded).toContain('%3D')
    expect(await track(anSqsEvent(anS3Event(encoded)), aContext)).toEqual(none)
    expect(await hydrate(anSqsEvent(...world.hydrateQueue.receive()), aContext)).toEqual(none)
    expect(await world.stateOf(rehydrationId)).toMatchObject({ name: 'completed' })
    const emitted = metrics()
    expect(emitted).toContainEqual(
      expect.objectContaining({
        phase: 'thawing',
        storageClass: 'GLACIER',
        retrievalTier: 'Standard',
        rehydrationLatency: 5 * HOUR,
      }),
    )
    expect(emitted).toContainEqual(expect.objectContaining({ phase: 'total', rehydrationLatency: 5 * HOUR }))
    expect(emitted).toContainEqual(expect.objectContaining({ recordsRehydrated: 1 }))
    for (const line of emitted) expect(JSON.stringify(line)).not.toContain(rehydrationId)
  })

  test('fail only the message that is no task', async () => {
    const { world, thaw } = functions()
    await world.land([aRecord()])
    const id = await world.ask()
    const plan = { rehydrationId: id, partition: null }
    const event = anSqsEvent('not json', plan, { rehydrationId: '../x', partition: null }, {})
    expect(await thaw(event, aContext)).toEqual({
      batchItemFailures: [{ itemIdentifier: 'm0' }, { itemIdentifier: 'm2' }, { itemIdentifier: 'm3' }],
    })
    expect(await world.stateOf(id)).toMatchObject({ name: 'thawing' })
  })

  test('throw away a task of a rehydration that is not there', async () => {
    const { thaw, hydrate } = functions()
    const gone = { rehydrationId: '01HRKZ0000000000000000ABCD', partition: '2024-03-10' }
    expect(await thaw(anSqsEvent(gone), aContext)).toEqual({ batchItemFailures: [] })
    expect(await hydrate(anSqsEvent(gone), aContext)).toEqual({ batchItemFailures: [] })
  })
})

describe('track-storage', () => {
  test('acknowledges the test event that S3 sends on set-up', async () => {
    const { track } = functions()
    const event = { Service: 'Amazon S3', Event: 's3:TestEvent', Bucket: BUCKET, RequestId: 'x' }
    expect(await track(anSqsEvent(event), aContext)).toEqual({ batchItemFailures: [] })
  })

  test.each([
    ['of another bucket', (key: string) => anS3Event(key, 'forged')],
    [
      'of a key that is in no catalog',
      () => anS3Event('landing/dataset%3Dorders/partition%3D2024-03-10/x.parquet'),
    ],
    ['of a key that cannot be decoded', () => anS3Event('%E0%A4%A')],
    ['without records', () => ({ Records: [] })],
  ])('acknowledges an event %s and changes nothing', async (_, make) => {
    const { world, track } = functions()
    const { segment } = await world.land([aRecord()], { storageClass: 'GLACIER' })
    await world.ask()
    await world.drain()
    world.advance(5 * HOUR)
    expect(await track(anSqsEvent(make(segment.key)), aContext)).toEqual({ batchItemFailures: [] })
    expect(world.hydrateQueue.receive()).toEqual([])
  })

  test('says of what bucket a forged event was', async () => {
    const { track, lines } = functions()
    await track(anSqsEvent(anS3Event('k', 'forged')), aContext)
    expect(lines).toContainEqual(
      expect.objectContaining({ level: 'WARN', outcome: 'not-our-bucket', bucket: 'forged' }),
    )
  })

  test('does not take an event’s word for a class', async () => {
    const { world, track } = functions()
    const { segment } = await world.land([aRecord()])
    await track(anSqsEvent(anS3Event(segment.key, BUCKET, 'LifecycleTransition')), aContext)
    const { holdings } = await world.ports.log.read({ dataset: 'orders', partition: '2024-03-10' })
    expect(holdings.get(segment.id)).toBeUndefined()
  })

  test.each([
    ['as S3 tells it', 'ObjectRestore:Completed', '2024-03-10T15:30:00.000Z', 3.5 * HOUR],
    ['not by an event of another kind', 'ObjectRestore:Post', '2024-03-10T15:30:00.000Z', 5 * HOUR],
    ['not by what is no time', 'ObjectRestore:Completed', 'soon', 5 * HOUR],
    ['not by what is no text', 'ObjectRestore:Completed', 1, 5 * HOUR],
  ])('remembers how long a thaw took, %s', async (_, name, time, took) => {
    const { world, track } = functions()
    const { segment } = await world.land([aRecord()], { storageClass: 'GLACIER' })
    await world.ask()
    await world.drain()
    world.advance(5 * HOUR)
    await track(anSqsEvent(anS3Event(segment.key, BUCKET, name, time)), aContext)
    expect(await world.ports.thawHistory.read()).toMatchObject([{ took }])
  })

  test('refuses an event of another major version, and keeps its neighbours', async () => {
    const { track } = functions()
    const other = anS3Event('k')
    const [record] = other.Records
    const newer = { Records: [{ ...record, eventVersion: '3.0' }] }
    expect(await track(anSqsEvent(newer, other), aContext)).toEqual({
      batchItemFailures: [{ itemIdentifier: 'm0' }],
    })
  })
})
