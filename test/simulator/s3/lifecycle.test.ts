import { describe, expect, test } from 'vitest'
import { mayTransition } from '../../../simulator/s3/lifecycle-plan.ts'
import { anS3, aRule, DAY, HOUR, KB, lifecycleOf, refusal, time } from './s3-fixture.ts'

const big = { body: Buffer.alloc(128 * KB) }
const transition = (
  days: number,
  storageClass: 'STANDARD_IA' | 'GLACIER_IR' | 'GLACIER' | 'DEEP_ARCHIVE',
) => ({
  when: { days },
  storageClass,
})

const withRules = (...rules: Parameters<typeof lifecycleOf>) => {
  const cloud = anS3()
  cloud.s3.putLifecycle({ bucket: 'ice', lifecycle: lifecycleOf(...rules) })
  return { ...cloud, classOf: (key: string) => cloud.head(key).version.storageClass }
}

describe('lifecycle', () => {
  test('moves an object at the midnight after its days, and leaves version, date and checksum alone', () => {
    const { put, head, classOf, travelTo } = withRules(aRule({ transitions: [transition(1, 'GLACIER_IR')] }))
    put('key', big)
    const before = head('key').version
    travelTo('2026-03-03T23:59:59.999Z')
    expect(classOf('key')).toBe('STANDARD')
    travelTo('2026-03-04T00:00:00Z')
    expect(head('key').version).toEqual({
      ...before,
      storageClass: 'GLACIER_IR',
      classSince: time('2026-03-04T00:00:00Z'),
    })
  })

  test('goes down class by class when much time passes at once', () => {
    const { put, classOf, travelTo, quantity } = withRules(
      aRule({
        transitions: [
          transition(0, 'GLACIER_IR'),
          transition(90, 'GLACIER'),
          transition(365, 'DEEP_ARCHIVE'),
        ],
      }),
    )
    put('key', big)
    travelTo('2027-03-04T00:00:00Z')
    expect(classOf('key')).toBe('DEEP_ARCHIVE')
    for (const line of ['GLACIER_IR', 'GLACIER', 'DEEP_ARCHIVE'])
      expect(quantity(`s3.transition.${line}`)).toBe(1)
    expect(quantity('s3.storage.GLACIER_IR')).toBe(128 * KB * 90 * DAY)
  })

  test('takes the colder class when two are due on one day', () => {
    const { put, classOf, travelTo } = withRules(
      aRule({ id: 'a', transitions: [transition(1, 'GLACIER_IR')] }),
      aRule({ id: 'b', transitions: [transition(1, 'DEEP_ARCHIVE')] }),
    )
    put('key', big)
    travelTo('2026-03-04T00:00:00Z')
    expect(classOf('key')).toBe('DEEP_ARCHIVE')
  })

  test('looks at tags when it runs: a tag set late moves the object in the next run', () => {
    const { s3, put, classOf, travelTo } = withRules(
      aRule({ filter: { prefix: '', tags: { class: 'cold' } }, transitions: [transition(1, 'GLACIER')] }),
    )
    put('key', big)
    travelTo('2026-03-20T12:00:00Z')
    s3.putObjectTagging({ bucket: 'ice', key: 'key', tags: { class: 'cold', other: 'x' } })
    expect(classOf('key')).toBe('STANDARD')
    travelTo('2026-03-21T00:00:00Z')
    expect(classOf('key')).toBe('GLACIER')
  })

  test('forgets an object whose tag is taken away in time', () => {
    const { s3, put, classOf, travelTo } = withRules(
      aRule({ filter: { prefix: '', tags: { class: 'cold' } }, transitions: [transition(1, 'GLACIER')] }),
    )
    put('key', { ...big, tags: { class: 'cold' } })
    s3.putObjectTagging({ bucket: 'ice', key: 'key', tags: {} })
    travelTo('2026-03-21T00:00:00Z')
    expect(classOf('key')).toBe('STANDARD')
  })

  test('moves what is overdue in the run after its rule was set', () => {
    const { s3, put, head, travelTo } = anS3()
    put('key', big)
    travelTo('2026-06-01T12:00:00Z')
    s3.putLifecycle({
      bucket: 'ice',
      lifecycle: lifecycleOf(aRule({ transitions: [transition(1, 'GLACIER')] })),
    })
    expect(head('key').version.storageClass).toBe('STANDARD')
    travelTo('2026-06-02T00:00:00Z')
    expect(head('key').version).toMatchObject({
      storageClass: 'GLACIER',
      classSince: time('2026-06-02T00:00:00Z'),
    })
  })

  test.each([
    ['below 128 KB by default', 128 * KB - 1, {}, 'all_storage_classes_128K', 'STANDARD'],
    ['of 128 KB', 128 * KB, {}, 'all_storage_classes_128K', 'GLACIER'],
    ['below 128 KB where the bucket says so', 10, {}, 'varies_by_storage_class', 'GLACIER'],
    ['below 128 KB under a rule by size', 10, { sizeGreaterThan: 5 }, 'all_storage_classes_128K', 'GLACIER'],
    ['above a rule’s size', 10, { sizeLessThan: 10 }, 'all_storage_classes_128K', 'STANDARD'],
    ['at a rule’s lower size', 10, { sizeGreaterThan: 10 }, 'all_storage_classes_128K', 'STANDARD'],
    ['under another prefix', 128 * KB, { prefix: 'x/' }, 'all_storage_classes_128K', 'STANDARD'],
  ] as const)('an object %s (%i bytes)', (_, size, filter, minimumSize, expected) => {
    const { s3, put, head, travelTo } = anS3()
    const rules = [
      aRule({ filter: { prefix: '', tags: {}, ...filter }, transitions: [transition(1, 'GLACIER')] }),
    ]
    s3.putLifecycle({ bucket: 'ice', lifecycle: { rules, minimumSize } })
    put('key', { body: Buffer.alloc(size) })
    travelTo('2026-03-10T00:00:00Z')
    expect(head('key').version.storageClass).toBe(expected)
  })

  test.each([
    ['STANDARD', 'GLACIER_IR', true],
    ['STANDARD_IA', 'STANDARD', false],
    ['ONEZONE_IA', 'GLACIER_IR', false],
    ['ONEZONE_IA', 'GLACIER', true],
    ['GLACIER_IR', 'STANDARD_IA', false],
    ['GLACIER_IR', 'DEEP_ARCHIVE', true],
    ['GLACIER', 'GLACIER_IR', false],
    ['GLACIER', 'DEEP_ARCHIVE', true],
    ['DEEP_ARCHIVE', 'GLACIER', false],
  ] as const)('from %s to %s: %s', (from, to, allowed) => {
    expect(mayTransition(from, to)).toBe(allowed)
  })

  test('may lag, but bills from its rule’s date', () => {
    const { s3, put, head, travelTo, quantity } = anS3({ knobs: { lifecycleLag: () => 36 * HOUR } })
    s3.putLifecycle({
      bucket: 'ice',
      lifecycle: lifecycleOf(aRule({ transitions: [transition(1, 'GLACIER_IR')] })),
    })
    put('key', big)
    travelTo('2026-03-05T11:59:59Z')
    expect(head('key').version.storageClass).toBe('STANDARD')
    travelTo('2026-03-05T12:00:00Z')
    expect(head('key').version.storageClass).toBe('GLACIER_IR')
    expect(quantity('s3.storage.STANDARD')).toBe(128 * KB * 36 * HOUR)
    expect(quantity('s3.storage.GLACIER_IR')).toBe(128 * KB * 36 * HOUR)
  })

  test('expires objects: for good without versioning, behind a marker with it', () => {
    const plain = withRules(aRule({ expiration: { days: 2 } }))
    plain.put('key')
    plain.travelTo('2026-03-05T00:00:00Z')
    expect(plain.s3.listVersions({ bucket: 'ice' }).versions).toEqual([])

    const versioned = withRules(
      aRule({ expiration: { days: 2 }, noncurrentExpiration: { days: 3, newer: 0 } }),
    )
    versioned.s3.putVersioning({ bucket: 'ice', versioning: 'Enabled' })
    versioned.put('key')
    versioned.travelTo('2026-03-05T00:00:00Z')
    const list = () =>
      versioned.s3.listVersions({ bucket: 'ice' }).versions.map(({ version }) => version.deleteMarker)
    expect(list()).toEqual([true, false])
    versioned.travelTo('2026-03-08T00:00:00Z')
    // The marker is alone then, as old as the rule's days, and goes with the same run.
    expect(list()).toEqual([])
  })

  test('keeps the newest noncurrent versions where told to', () => {
    const { s3, put, travelTo } = withRules(aRule({ noncurrentExpiration: { days: 1, newer: 2 } }))
    s3.putVersioning({ bucket: 'ice', versioning: 'Enabled' })
    const ids = [1, 2, 3, 4, 5].map(() => put('key').versionId)
    travelTo('2026-04-01T00:00:00Z')
    const left = s3.listVersions({ bucket: 'ice' }).versions.map(({ version }) => version.versionId)
    expect(left).toEqual([ids[4], ids[3], ids[2]])
    put('key')
    travelTo('2026-05-01T00:00:00Z')
    expect(s3.listVersions({ bucket: 'ice' }).versions).toHaveLength(3)
  })

  test('aborts uploads that nobody completes', () => {
    const { s3, travelTo, quantity } = withRules(aRule({ abortUploadsAfterDays: 7 }))
    const { uploadId } = s3.createUpload({ bucket: 'ice', key: 'key' })
    s3.uploadPart({ bucket: 'ice', key: 'key', uploadId, number: 1, body: Buffer.alloc(10) })
    travelTo('2026-03-09T23:00:00Z')
    expect(s3.listUploads({ bucket: 'ice' }).uploads).toHaveLength(1)
    travelTo('2026-03-20T00:00:00Z')
    expect(s3.listUploads({ bucket: 'ice' }).uploads).toEqual([])
    expect(quantity('s3.storage.STANDARD')).toBe(10 * (7 * DAY + 12 * HOUR))
  })

  test('passes over what is locked until it is free', () => {
    const { s3, travelTo } = anS3()
    s3.createBucket({ bucket: 'safe', objectLock: true })
    const { versionId } = s3.putObject({
      bucket: 'safe',
      key: 'key',
      body: Buffer.from('x'),
      legalHold: true,
    })
    s3.putLifecycle({
      bucket: 'safe',
      lifecycle: lifecycleOf(aRule({ noncurrentExpiration: { days: 1, newer: 0 } })),
    })
    s3.deleteObject({ bucket: 'safe', key: 'key' })
    travelTo('2026-03-10T12:00:00Z')
    expect(s3.listVersions({ bucket: 'safe' }).versions).toHaveLength(2)
    s3.putLegalHold({ bucket: 'safe', key: 'key', versionId, legalHold: false })
    travelTo('2026-03-11T00:00:00Z')
    expect(s3.listVersions({ bucket: 'safe' }).versions).toHaveLength(1)
  })

  test.each([
    ['no action', aRule({}), '400 InvalidRequest'],
    [
      'STANDARD_IA before 30 days',
      aRule({ transitions: [transition(29, 'STANDARD_IA')] }),
      '400 InvalidArgument',
    ],
    ['expiry after no day', aRule({ expiration: { days: 0 } }), '400 InvalidArgument'],
    [
      'a colder class before a warmer one',
      aRule({ transitions: [transition(10, 'DEEP_ARCHIVE'), transition(20, 'GLACIER')] }),
      '400 InvalidArgument',
    ],
    [
      'an abort by tag',
      aRule({ filter: { prefix: '', tags: { a: 'b' } }, abortUploadsAfterDays: 1 }),
      '400 InvalidRequest',
    ],
    [
      'a date within a day',
      aRule({ expiration: { date: time('2026-03-02T12:00:00Z') } }),
      '400 InvalidArgument',
    ],
  ])('refuses a rule with %s', (_, rule, answer) => {
    const { s3 } = anS3()
    expect(refusal(() => s3.putLifecycle({ bucket: 'ice', lifecycle: lifecycleOf(rule) }))).toBe(answer)
  })
})
