import { describe, expect, test } from 'vitest'
import { makeS3Thawer } from '../../shared/adapters/aws/s3-thawer.ts'
import { makeMemoryThawer } from '../../shared/adapters/memory/memory-thawer.ts'
import type { StorageClass } from '../../shared/domain/storage-class.ts'
import type { CloudOptions } from '../../simulator/cloud.ts'
import { aCloudWithClients } from '../support/a-catalog-table.ts'
import { NOON } from '../support/builders.ts'

const BUCKET = 'archive'
const HOUR = 3_600_000

const aBucket = async (knobs: NonNullable<CloudOptions['s3']>['knobs'] = {}) => {
  const made = await aCloudWithClients({
    start: NOON,
    speed: 0,
    s3: { knobs: { restoreDraw: () => 1, ...knobs } },
  })
  const { s3 } = made.cloud
  s3.createBucket({ bucket: BUCKET })
  const put = (storageClass: StorageClass) =>
    s3.putObject({ bucket: BUCKET, key: 'k', body: Buffer.from('ice'), storageClass })
  return { ...made, put }
}

type Made = Awaited<ReturnType<typeof aBucket>>

describe.each([
  ['memory', ({ cloud }: Made) => makeMemoryThawer(cloud.s3, BUCKET)],
  ['S3', ({ s3, owner }: Made) => makeS3Thawer({ s3, bucket: BUCKET, owner })],
] as const)('a thaw in %s', (_, make) => {
  test('is requested, in progress, then there', async () => {
    const made = await aBucket()
    made.put('GLACIER')
    const thawer = make(made)
    const standard = { tier: 'Standard', days: 2 } as const
    expect(await thawer.thaw('k', standard)).toBe('requested')
    expect(await thawer.thaw('k', standard)).toBe('in-progress')
    await made.cloud.advance(NOON + 5 * HOUR)
    expect(await thawer.thaw('k', standard)).toBe('already-readable')
  })

  test('is made faster with as many days, and with no others', async () => {
    const made = await aBucket()
    made.put('DEEP_ARCHIVE')
    const thawer = make(made)
    expect(await thawer.thaw('k', { tier: 'Bulk', days: 2 })).toBe('requested')
    expect(await thawer.thaw('k', { tier: 'Standard', days: 3 })).toBe('in-progress')
    expect(await thawer.thaw('k', { tier: 'Standard', days: 2 })).toBe('requested')
    expect(await thawer.thaw('k', { tier: 'Standard', days: 2 })).toBe('in-progress')
    expect(await thawer.thaw('k', { tier: 'Bulk', days: 2 })).toBe('in-progress')
    await made.cloud.advance(NOON + 12 * HOUR)
    expect(await thawer.thaw('k', { tier: 'Bulk', days: 2 })).toBe('already-readable')
  })

  test.each(['STANDARD', 'GLACIER_IR'] as const)('is not needed in %s', async (storageClass) => {
    const made = await aBucket()
    made.put(storageClass)
    expect(await make(made).thaw('k', { tier: 'Standard', days: 1 })).toBe('not-archived')
  })

  test('of nothing is missing', async () => {
    expect(await make(await aBucket()).thaw('nothing', { tier: 'Bulk', days: 1 })).toBe('missing')
  })

  test('says when there is no capacity for Expedited', async () => {
    const made = await aBucket({ expeditedAvailable: () => false })
    made.put('GLACIER')
    expect(await make(made).thaw('k', { tier: 'Expedited', days: 1 })).toBe('expedited-unavailable')
  })

  test('throws what it does not understand', async () => {
    const made = await aBucket()
    made.put('DEEP_ARCHIVE')
    await expect(make(made).thaw('k', { tier: 'Expedited', days: 1 })).rejects.toThrow()
  })
})
