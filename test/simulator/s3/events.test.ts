import { describe, expect, test } from 'vitest'
import { anS3, aRule, DAY, KB, lifecycleOf, refusal } from './s3-fixture.ts'

const queueArn = 'arn:aws:sqs:us-east-1:000000000000:events'
const notification = (events: string[], filter = {}) => ({
  id: 'n',
  queueArn,
  events,
  prefix: '',
  suffix: '',
  ...filter,
})

const listening = (events: string[], filter = {}, options: Parameters<typeof anS3>[0] = {}) => {
  const cloud = anS3(options)
  cloud.s3.putNotifications({ bucket: 'ice', notifications: [notification(events, filter)] })
  return { ...cloud, names: () => cloud.records().map(({ eventName }) => eventName) }
}

describe('event notifications', () => {
  test('begin with a test message without records', () => {
    const { messages } = listening(['s3:ObjectCreated:*'])
    expect(messages.map(({ queueArn: to }) => to)).toEqual([queueArn])
    expect(JSON.parse(messages[0]?.body ?? '')).toMatchObject({
      Service: 'Amazon S3',
      Event: 's3:TestEvent',
      Bucket: 'ice',
    })
  })

  test('are refused for a queue that cannot be reached', () => {
    const { s3 } = anS3({ notify: () => false })
    const put = () =>
      s3.putNotifications({ bucket: 'ice', notifications: [notification(['s3:ObjectCreated:*'])] })
    expect(refusal(put)).toBe('400 InvalidArgument')
  })

  test('say what S3 says, the key encoded as in a form', () => {
    const { put, records } = listening(['s3:ObjectCreated:Put'])
    put('a b/é+&.txt')
    expect(records()).toEqual([
      {
        eventVersion: '2.1',
        eventSource: 'aws:s3',
        awsRegion: 'us-east-1',
        eventTime: '2026-03-02T12:00:00.000Z',
        eventName: 'ObjectCreated:Put',
        userIdentity: { principalId: '000000000000' },
        requestParameters: { sourceIPAddress: '127.0.0.1' },
        responseElements: expect.any(Object),
        s3: {
          s3SchemaVersion: '1.0',
          configurationId: 'n',
          bucket: { name: 'ice', ownerIdentity: { principalId: '000000000000' }, arn: 'arn:aws:s3:::ice' },
          object: {
            key: 'a+b%2F%C3%A9%2B%26.txt',
            size: 4,
            eTag: '2b93fbdf27d43547bec8794054c28e00',
            sequencer: expect.stringMatching(/^[0-9A-F]{18}$/),
          },
        },
      },
    ])
  })

  test('come for what was asked for only', () => {
    const { s3, put, records } = listening(['s3:ObjectCreated:*'], { prefix: 'hot/', suffix: '.ndjson' })
    put('hot/a.ndjson')
    put('hot/a.csv')
    put('cold/a.ndjson')
    s3.copyObject({ bucket: 'ice', key: 'hot/b.ndjson', source: { bucket: 'ice', key: 'hot/a.ndjson' } })
    s3.deleteObject({ bucket: 'ice', key: 'hot/a.ndjson' })
    expect(records().map(({ eventName, s3: { object } }) => [eventName, object.key])).toEqual([
      ['ObjectCreated:Put', 'hot%2Fa.ndjson'],
      ['ObjectCreated:Copy', 'hot%2Fb.ndjson'],
    ])
  })

  test('have sequencers that rise for a key', () => {
    const { s3, put, records, advance } = listening(['s3:ObjectCreated:*', 's3:ObjectRemoved:*'])
    put('key')
    put('key')
    advance(5)
    s3.deleteObject({ bucket: 'ice', key: 'key' })
    advance(DAY)
    put('key')
    const sequencers = records().map(({ s3: { object } }) => object.sequencer)
    expect(sequencers).toHaveLength(4)
    expect([...new Set(sequencers)].sort()).toEqual(sequencers)
  })

  test('tell removals without size and ETag, and name versions where there are some', () => {
    const { s3, put, records } = listening(['s3:ObjectRemoved:*'])
    s3.putVersioning({ bucket: 'ice', versioning: 'Enabled' })
    const { versionId } = put('key')
    const marker = s3.deleteObject({ bucket: 'ice', key: 'key' })
    s3.deleteObject({ bucket: 'ice', key: 'key', versionId })
    expect(
      records().map(({ eventName, s3: { object } }) => [eventName, object.versionId, object.size]),
    ).toEqual([
      ['ObjectRemoved:DeleteMarkerCreated', marker.versionId, undefined],
      ['ObjectRemoved:Delete', versionId, undefined],
    ])
  })

  test('tell what lifecycle did, which removals do not', () => {
    const { s3, put, records, advance } = listening([
      's3:LifecycleTransition',
      's3:LifecycleExpiration:*',
      's3:ObjectRemoved:*',
    ])
    const transitions = [{ when: { days: 1 }, storageClass: 'GLACIER' as const }]
    s3.putLifecycle({
      bucket: 'ice',
      lifecycle: lifecycleOf(aRule({ transitions, expiration: { days: 9 } })),
    })
    put('key', { body: Buffer.alloc(128 * KB) })
    advance(20 * DAY)
    expect(records().map(({ eventName, lifecycleEventData }) => [eventName, lifecycleEventData])).toEqual([
      ['LifecycleTransition', { transitionEventData: { destinationStorageClass: 'GLACIER' } }],
      ['LifecycleExpiration:Delete', undefined],
    ])
  })

  test('can come late, twice, out of order, or never', () => {
    const delays: Record<string, number[]> = { late: [5000], twice: [0, 2000], lost: [], soon: [1000] }
    const cloud = listening(
      ['s3:ObjectCreated:*'],
      {},
      { knobs: { eventDelays: (_, key) => delays[key] ?? [0] } },
    )
    for (const key of ['late', 'twice', 'lost', 'soon']) cloud.put(key)
    const keys = () => cloud.records().map(({ s3: { object } }) => object.key)
    expect(keys()).toEqual(['twice'])
    expect(cloud.s3.nextDue()).toBe(cloud.now() + 1000)
    cloud.advance(60_000)
    expect(keys()).toEqual(['twice', 'soon', 'twice', 'late'])
  })
})
