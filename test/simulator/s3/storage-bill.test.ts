import { describe, expect, test } from 'vitest'
import { anS3, aRule, DAY, HOUR, KB, lifecycleOf, MB } from './s3-fixture.ts'

describe('the storage bill', () => {
  test.each([
    ['STANDARD', 100, 100, 0],
    ['STANDARD_IA', 100, 128 * KB, 0],
    ['STANDARD_IA', 200 * KB, 200 * KB, 0],
    ['GLACIER_IR', 1, 128 * KB, 0],
    ['GLACIER', 100, 100 + 32 * KB, 8 * KB],
    ['DEEP_ARCHIVE', 100, 100 + 32 * KB, 8 * KB],
  ])(
    'of %s, %i bytes, counts %i bytes of its own and %i of STANDARD',
    (storageClass, size, own, standard) => {
      const { put, advance, quantity } = anS3()
      put('key', { body: Buffer.alloc(size), storageClass })
      advance(10 * DAY)
      expect(quantity(`s3.storage.${storageClass}`)).toBe(own * 10 * DAY)
      if (standard > 0) expect(quantity('s3.storage.STANDARD')).toBe(standard * 10 * DAY)
    },
  )

  test('counts each object from its writing to its end, whenever it is asked', () => {
    const { s3, put, advance, quantity } = anS3()
    put('a', { body: Buffer.alloc(1000) })
    advance(HOUR)
    put('b', { body: Buffer.alloc(10) })
    expect(quantity('s3.storage.STANDARD')).toBe(1000 * HOUR)
    advance(HOUR)
    s3.deleteObject({ bucket: 'ice', key: 'a' })
    advance(HOUR)
    expect(quantity('s3.storage.STANDARD')).toBe(1000 * 2 * HOUR + 10 * 2 * HOUR)
    advance(HOUR)
    expect(quantity('s3.storage.STANDARD')).toBe(1000 * 2 * HOUR + 10 * 3 * HOUR)
  })

  test.each([
    ['STANDARD_IA', 30, 128 * KB],
    ['GLACIER_IR', 90, 128 * KB],
    ['GLACIER', 90, 4 + 32 * KB],
    ['DEEP_ARCHIVE', 180, 4 + 32 * KB],
  ])('charges the rest of %s’s %i days on deletion', (storageClass, days, bytes) => {
    const { s3, put, advance, quantity } = anS3()
    put('early', { storageClass })
    put('late', { storageClass })
    advance(10 * DAY)
    s3.deleteObject({ bucket: 'ice', key: 'early' })
    expect(quantity(`s3.early-deletion.${storageClass}`)).toBe(bytes * (days - 10) * DAY)
    advance(days * DAY)
    s3.deleteObject({ bucket: 'ice', key: 'late' })
    expect(quantity(`s3.early-deletion.${storageClass}`)).toBe(bytes * (days - 10) * DAY)
  })

  test('charges it on overwriting, and on a move to another class', () => {
    const { s3, put, travelTo, quantity } = anS3()
    put('key', { storageClass: 'GLACIER_IR' })
    put('key')
    expect(quantity('s3.early-deletion.GLACIER_IR')).toBe(128 * KB * 90 * DAY)
    put('moved', { storageClass: 'GLACIER', body: Buffer.alloc(MB) })
    const transitions = [{ when: { days: 1 }, storageClass: 'DEEP_ARCHIVE' as const }]
    s3.putLifecycle({ bucket: 'ice', lifecycle: lifecycleOf(aRule({ transitions })) })
    travelTo('2026-03-04T00:00:00Z')
    expect(quantity('s3.early-deletion.GLACIER')).toBe((MB + 32 * KB) * (90 * DAY - 36 * HOUR))
    expect(quantity('s3.transition.DEEP_ARCHIVE')).toBe(1)
  })

  test('charges requests by class, and retrieval where reading is paid', () => {
    const { s3, put, read, head, quantity } = anS3()
    put('key', { storageClass: 'GLACIER_IR', body: Buffer.alloc(1000) })
    read('key')
    s3.getObject({ bucket: 'ice', key: 'key', range: 'bytes=0-9' })
    head('key')
    s3.copyObject({ bucket: 'ice', key: 'copy', source: { bucket: 'ice', key: 'key' } })
    s3.listObjects({ bucket: 'ice' })
    s3.putObjectTagging({ bucket: 'ice', key: 'copy', tags: { a: 'b' } })
    expect(quantity('s3.put.GLACIER_IR')).toBe(1)
    expect(quantity('s3.get.GLACIER_IR')).toBe(3)
    expect(quantity('s3.retrieval-gb.GLACIER_IR')).toBe(1000 + 10 + 1000)
    expect(quantity('s3.put.STANDARD')).toBe(1)
    expect(quantity('s3.list')).toBe(1)
    expect(quantity('s3.tag')).toBe(1)
  })

  test('stages the parts of an archived upload in STANDARD', () => {
    const { s3, advance, quantity } = anS3()
    const { uploadId } = s3.createUpload({ bucket: 'ice', key: 'key', storageClass: 'DEEP_ARCHIVE' })
    const { etag } = s3.uploadPart({ bucket: 'ice', key: 'key', uploadId, number: 1, body: Buffer.alloc(10) })
    advance(HOUR)
    expect(quantity('s3.storage.STANDARD')).toBe(10 * HOUR)
    s3.completeUpload({ bucket: 'ice', key: 'key', uploadId, parts: [{ number: 1, etag }] })
    expect(quantity('s3.put.STANDARD')).toBe(2)
    expect(quantity('s3.put.DEEP_ARCHIVE')).toBe(1)
    advance(HOUR)
    expect(quantity('s3.storage.DEEP_ARCHIVE')).toBe((10 + 32 * KB) * HOUR)
  })

  test('adds up to an invoice: 100 objects of 1 MB, a year in DEEP_ARCHIVE', () => {
    const { s3, put, advance, bill } = anS3()
    const body = Buffer.alloc(MB)
    for (let index = 0; index < 100; index++) put(`key ${index}`, { body, storageClass: 'DEEP_ARCHIVE' })
    advance(365 * DAY)
    s3.meterStorage()
    // 12 months of 730 hours; 100 × (1 MB + 32 KB) and 100 × 8 KB in GB; 100 PUTs at $0.05 a thousand.
    const own = (100 * (MB + 32 * KB)) / 1024 ** 3
    const standard = (100 * 8 * KB) / 1024 ** 3
    expect(bill.invoice().total).toBeCloseTo(0.005 + 12 * own * 0.00099 + 12 * standard * 0.023, 8)
  })
})
