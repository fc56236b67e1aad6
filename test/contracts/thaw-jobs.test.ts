import { hash } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { makeS3ThawJobs } from '../../shared/adapters/aws/s3-thaw-jobs.ts'
import { makeMemoryThawJobs } from '../../shared/adapters/memory/memory-thaw-jobs.ts'
import type { NewThawJob } from '../../shared/ports/thaw-jobs.ts'
import type { CloudOptions } from '../../simulator/cloud.ts'
import { aCloudWithClients } from '../support/a-catalog-table.ts'
import { NOON } from '../support/builders.ts'

const BUCKET = 'archive'
const MINUTE = 60_000
const HOUR = 60 * MINUTE
const ROLE = 'arn:aws:iam::000000000000:role/batch'
const KEY = 'sealed/dataset=orders/partition=2024-03-10/1.parquet'
const MANIFEST = `${BUCKET},sealed/dataset%3Dorders/partition%3D2024-03-10/1.parquet\n`

const aBucket = async (knobs: NonNullable<CloudOptions['s3']>['knobs'] = {}) => {
  const made = await aCloudWithClients({ start: NOON, speed: 0, s3: { knobs } })
  const { s3 } = made.cloud
  s3.createBucket({ bucket: BUCKET })
  s3.putObject({ bucket: BUCKET, key: KEY, body: Buffer.from('ice'), storageClass: 'GLACIER' })
  s3.putObject({ bucket: BUCKET, key: 'thaws/1.csv', body: Buffer.from(MANIFEST) })
  const restoreOf = () => s3.headObject({ bucket: BUCKET, key: KEY }).version.restore
  return { ...made, restoreOf }
}

type Made = Awaited<ReturnType<typeof aBucket>>

const aJob = (more: Partial<NewThawJob> = {}): NewThawJob => ({
  token: 'rehydration-Bulk-1',
  description: 'thaws of a rehydration',
  manifest: { key: 'thaws/1.csv', version: hash('md5', MANIFEST, 'hex') },
  tier: 'Bulk',
  days: 3,
  reportPrefix: 'thaws/reports',
  ...more,
})

describe.each([
  ['memory', ({ cloud }: Made) => makeMemoryThawJobs(cloud.s3, BUCKET)],
  [
    'S3 Control',
    ({ control, owner }: Made) => makeS3ThawJobs({ control, account: owner, bucket: BUCKET, roleArn: ROLE }),
  ],
] as const)('a job of thaws in %s', (_, make) => {
  test('runs, has then asked for each, and they are there later', async () => {
    const made = await aBucket()
    const jobs = make(made)
    const id = await jobs.create(aJob())
    expect(await jobs.find(id)).toEqual({ kind: 'running' })
    await made.cloud.advance(NOON + MINUTE)
    expect(await jobs.find(id)).toEqual({ kind: 'over', requested: 1, failed: 0, reason: null })
    expect(made.restoreOf()).toMatchObject({ tier: 'Bulk', days: 3 })
    expect(made.restoreOf()?.expiresAt).toBeUndefined()
    await made.cloud.advance(NOON + 12 * HOUR + MINUTE)
    expect(made.restoreOf()?.expiresAt).toBeDefined()
  })

  test('is the same again for the same token, and an error for another job with it', async () => {
    const made = await aBucket()
    const jobs = make(made)
    const id = await jobs.create(aJob())
    await made.cloud.advance(NOON + MINUTE)
    expect(await jobs.create(aJob())).toBe(id)
    await expect(jobs.create(aJob({ days: 4 }))).rejects.toThrow()
  })

  test('takes a version as a document bears it', async () => {
    const made = await aBucket()
    const id = await make(made).create(
      aJob({ manifest: { key: 'thaws/1.csv', version: hash('md5', MANIFEST, 'hex') }, tier: 'Standard' }),
    )
    await made.cloud.advance(NOON + MINUTE)
    expect(await make(made).find(id)).toMatchObject({ requested: 1 })
    expect(made.restoreOf()).toMatchObject({ tier: 'Standard' })
  })

  test('says why it could not begin', async () => {
    const made = await aBucket()
    const id = await make(made).create(aJob({ manifest: { key: 'thaws/1.csv', version: 'another' } }))
    await made.cloud.advance(NOON + MINUTE)
    expect(await make(made).find(id)).toMatchObject({
      kind: 'over',
      requested: 0,
      reason: expect.stringContaining('ETag'),
    })
  })

  test('counts what it could not ask for', async () => {
    const made = await aBucket({ jobTaskFails: () => true })
    const id = await make(made).create(aJob())
    await made.cloud.advance(NOON + MINUTE)
    expect(await make(made).find(id)).toEqual({ kind: 'over', requested: 0, failed: 1, reason: null })
  })

  test('asks for nothing more once it is cancelled, which may be said twice', async () => {
    const made = await aBucket()
    const jobs = make(made)
    const id = await jobs.create(aJob())
    await jobs.cancel(id)
    await jobs.cancel(id)
    await made.cloud.advance(NOON + HOUR)
    expect(await jobs.find(id)).toEqual({ kind: 'over', requested: 0, failed: 0, reason: 'Cancelled' })
    expect(made.restoreOf()).toBeUndefined()
  })

  test('that S3 does not know is undefined, and none to cancel', async () => {
    const jobs = make(await aBucket())
    expect(await jobs.find('00000000-0000-0000-0000-000000000000')).toBeUndefined()
    await expect(jobs.cancel('00000000-0000-0000-0000-000000000000')).resolves.toBeUndefined()
  })
})
