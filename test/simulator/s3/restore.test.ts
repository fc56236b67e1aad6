import { describe, expect, test } from 'vitest'
import { restoreHeader } from '../../../simulator/s3/restore-object.ts'
import { anS3, DAY, HOUR, MB, MONDAY_NOON, refusal, time } from './s3-fixture.ts'

const MINUTE = 60_000

const withArchived = (storageClass = 'GLACIER', options: Parameters<typeof anS3>[0] = {}) => {
  const cloud = anS3(options)
  cloud.put('core', { storageClass })
  const restore = (days: number, tier?: string) =>
    cloud.s3.restoreObject({ bucket: 'ice', key: 'core', days, tier })
  const header = () => restoreHeader(cloud.head('core').version.restore)
  return { ...cloud, restore, header }
}

describe('RestoreObject', () => {
  test('answers 202 for an archived object, and HEAD says that it is under way', () => {
    const { restore, header, head } = withArchived()
    expect(restore(2)).toEqual({ status: 202 })
    expect(header()).toBe('ongoing-request="true"')
    expect(head('core').version.storageClass).toBe('GLACIER')
  })

  test('gives the object back when it is ready, until the midnight after its days', () => {
    const { restore, header, advance, read, travelTo, s3 } = withArchived()
    restore(3)
    expect(refusal(() => read('core'))).toBe('403 InvalidObjectState')
    advance(5 * HOUR)
    expect(read('core')).toBe('snow')
    expect(header()).toBe('ongoing-request="false", expiry-date="Fri, 06 Mar 2026 00:00:00 GMT"')
    travelTo('2026-03-05T23:59:59.999Z')
    expect(read('core')).toBe('snow')
    travelTo('2026-03-06T00:00:00Z')
    expect(refusal(() => read('core'))).toBe('403 InvalidObjectState')
    expect(header()).toBeUndefined()
    expect(s3.restoreObject({ bucket: 'ice', key: 'core', days: 1 })).toEqual({ status: 202 })
  })

  test('of a restored object answers 200 and counts its days from now, which may shorten them', () => {
    const { restore, head, advance } = withArchived()
    restore(10)
    advance(5 * HOUR)
    expect(head('core').version.restore?.expiresAt).toBe(time('2026-03-13T00:00:00Z'))
    expect(restore(1)).toEqual({ status: 200 })
    expect(head('core').version.restore?.expiresAt).toBe(time('2026-03-04T00:00:00Z'))
    expect(restore(5)).toEqual({ status: 200 })
    expect(head('core').version.restore?.expiresAt).toBe(time('2026-03-08T00:00:00Z'))
  })

  test.each([
    ['the same tier', 'Standard', 2, '409 RestoreAlreadyInProgress'],
    ['a slower tier', 'Bulk', 2, '409 RestoreAlreadyInProgress'],
    ['a faster tier with other days', 'Expedited', 3, '409 RestoreAlreadyInProgress'],
    ['a faster tier with the same days', 'Expedited', 2, 'no error'],
  ])('under way, asked again for %s: %s for %i days gives %s', (_, tier, days, answer) => {
    const { restore } = withArchived()
    restore(2, 'Standard')
    expect(refusal(() => restore(days, tier))).toBe(answer)
  })

  test('is ready sooner after a change to a faster tier', () => {
    const { restore, advance, read } = withArchived()
    restore(2, 'Bulk')
    restore(2, 'Expedited')
    advance(5 * MINUTE)
    expect(read('core')).toBe('snow')
  })

  test.each(['STANDARD', 'STANDARD_IA', 'GLACIER_IR'])(
    'is refused for class %s, which needs none',
    (storageClass) => {
      const { restore } = withArchived(storageClass)
      expect(refusal(() => restore(1))).toBe('403 InvalidObjectState')
    },
  )

  test('refuses Expedited when there is no capacity, and Standard still works', () => {
    const { restore } = withArchived('GLACIER', { knobs: { expeditedAvailable: () => false } })
    expect(refusal(() => restore(1, 'Expedited'))).toBe('503 GlacierExpeditedRetrievalNotAvailable')
    expect(restore(1, 'Standard')).toEqual({ status: 202 })
  })

  test('refuses Expedited for DEEP_ARCHIVE', () => {
    const { restore } = withArchived('DEEP_ARCHIVE')
    expect(refusal(() => restore(1, 'Expedited'))).toBe('400 InvalidArgument')
  })

  test('is throttled above 1,000 requests in a second', () => {
    const { s3, restore, advance } = withArchived()
    restore(1)
    const again = () => refusal(() => restore(1))
    for (let count = 1; count < 1000; count++) expect(again()).toBe('409 RestoreAlreadyInProgress')
    expect(again()).toBe('503 SlowDown')
    advance(1000)
    expect(again()).toBe('409 RestoreAlreadyInProgress')
    expect(s3.nextDue()).toBeGreaterThan(MONDAY_NOON)
  })

  test.each([
    ['GLACIER', 'Expedited', 1 * MINUTE, 5 * MINUTE],
    ['GLACIER', 'Standard', 3 * HOUR, 5 * HOUR],
    ['GLACIER', 'Bulk', 5 * HOUR, 12 * HOUR],
    ['DEEP_ARCHIVE', 'Standard', 9 * HOUR, 12 * HOUR],
    ['DEEP_ARCHIVE', 'Bulk', 24 * HOUR, 48 * HOUR],
  ])('from %s with %s takes %i to %i ms', (storageClass, tier, shortest, longest) => {
    for (const [draw, expected] of [
      [0, shortest],
      [1, longest],
    ]) {
      const { restore, s3 } = withArchived(storageClass, { knobs: { restoreDraw: () => draw ?? 0 } })
      restore(1, tier)
      expect(s3.nextDue()).toBe(MONDAY_NOON + (expected ?? 0))
    }
  })

  test('with Expedited takes longer above 250 MB, at 300 MB a second', () => {
    const { s3, put } = anS3({ knobs: { restoreDraw: () => 0 } })
    put('big', { storageClass: 'GLACIER', body: Buffer.alloc(280 * MB) })
    s3.restoreObject({ bucket: 'ice', key: 'big', days: 1, tier: 'Expedited' })
    expect(s3.nextDue()).toBe(MONDAY_NOON + MINUTE + 100)
  })

  test('lets a copy be made only while the object is restored', () => {
    const { s3, restore, advance } = withArchived()
    const copy = () => s3.copyObject({ bucket: 'ice', key: 'copy', source: { bucket: 'ice', key: 'core' } })
    expect(refusal(copy)).toBe('403 ObjectNotInActiveTierError')
    restore(1)
    advance(5 * HOUR)
    expect(copy().storageClass).toBe('STANDARD')
  })

  test('tells of its beginning, its end and its expiry, in messages as S3 writes them', () => {
    const { s3, restore, travelTo, records } = withArchived()
    s3.putNotifications({
      bucket: 'ice',
      notifications: [
        {
          id: 'thaw',
          queueArn: 'arn:aws:sqs:us-east-1:000000000000:storage',
          events: ['s3:ObjectRestore:*'],
          prefix: '',
          suffix: '',
        },
      ],
    })
    restore(1)
    travelTo('2026-03-10T00:00:00Z')
    const seen = records()
    expect(seen.map(({ eventName }) => eventName)).toEqual([
      'ObjectRestore:Post',
      'ObjectRestore:Completed',
      'ObjectRestore:Delete',
    ])
    expect(seen.map(({ glacierEventData }) => glacierEventData?.restoreEventData)).toEqual([
      undefined,
      { lifecycleRestorationExpiryTime: '2026-03-04T00:00:00.000Z', lifecycleRestoreStorageClass: 'GLACIER' },
      undefined,
    ])
  })

  test('shows the checksum of an object that cannot be read', () => {
    const { head } = withArchived('DEEP_ARCHIVE')
    expect(head('core').version.checksum?.algorithm).toBe('CRC64NVME')
  })

  test('charges the request, the bytes and the copy while it is there', () => {
    const { restore, quantity, travelTo } = withArchived('GLACIER', { knobs: { restoreDraw: () => 0 } })
    restore(1, 'Standard')
    travelTo('2026-04-01T00:00:00Z')
    expect(quantity('s3.restore-request.GLACIER.Standard')).toBe(1)
    expect(quantity('s3.restore-gb.GLACIER.Standard')).toBe(4)
    expect(quantity('s3.storage.restored-copy')).toBe(4 * (33 * HOUR))
    expect(DAY).toBe(24 * HOUR)
  })
})
