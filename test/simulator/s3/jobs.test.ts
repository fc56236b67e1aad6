import { hash } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, onTestFinished, test } from 'vitest'
import { makeDurableS3Store } from '../../../simulator/s3/durable-store.ts'
import { restoreHeader } from '../../../simulator/s3/restore-object.ts'
import { anS3, HOUR, refusal } from './s3-fixture.ts'

const MINUTE = 60_000
const ROLE = 'arn:aws:iam::000000000000:role/batch'

type S3 = ReturnType<typeof anS3>
type Request = Parameters<S3['s3']['createJob']>[0]

const aRequest = (text: string, more: Partial<Request> = {}): Request => ({
  token: 'token',
  description: 'thaws',
  priority: 10,
  roleArn: ROLE,
  restore: { days: 3, tier: 'Bulk' },
  manifest: { bucket: 'ice', key: 'manifest.csv', etag: hash('md5', text, 'hex'), hasVersions: false },
  report: { bucket: 'ice', prefix: 'reports', scope: 'AllTasks' },
  ...more,
})

const putManifest = ({ put }: S3, text: string) => put('manifest.csv', { body: Buffer.from(text) })

const archived = ({ put }: S3, ...keys: string[]) => {
  for (const key of keys) put(key, { storageClass: 'DEEP_ARCHIVE' })
}

const linesOf = (...keys: string[]) => keys.map((key) => `ice,${encodeURIComponent(key)}\n`).join('')

const manyKeys = (count: number) => Array.from({ length: count }, (_, index) => `core ${index}`)

describe('a job of S3 Batch Operations', () => {
  test('asks for a restore of each object of its manifest, then is complete, and the objects are restored later', () => {
    const cloud = anS3()
    archived(cloud, 'a/b=c', 'plus + and ü')
    const text = linesOf('a/b=c', 'plus + and ü')
    putManifest(cloud, text)
    const { jobId } = cloud.s3.createJob(aRequest(text))
    const job = () => cloud.s3.describeJob({ jobId })
    expect(job()).toMatchObject({ status: 'Preparing', tasks: 0 })
    cloud.advance(30_000)
    expect(job()).toMatchObject({ status: 'Active', tasks: 2, succeeded: 0 })
    cloud.advance(1000)
    expect(job()).toMatchObject({ status: 'Complete', succeeded: 2, failed: 0, endedAt: cloud.now() })
    expect(restoreHeader(cloud.head('a/b=c').version.restore)).toBe('ongoing-request="true"')
    cloud.advance(48 * HOUR)
    expect(cloud.read('plus + and ü')).toBe('snow')
    expect(cloud.quantity('s3.batch-job')).toBe(1)
    expect(cloud.quantity('s3.batch-object')).toBe(2)
    expect(cloud.quantity('s3.restore-request.DEEP_ARCHIVE.Bulk')).toBe(2)
  })

  test('is one job for one token, and refuses the token for another request', () => {
    const cloud = anS3()
    archived(cloud, 'a')
    const request = aRequest(linesOf('a'))
    putManifest(cloud, linesOf('a'))
    const { jobId } = cloud.s3.createJob(request)
    expect(cloud.s3.createJob(request)).toEqual({ jobId })
    cloud.advance(MINUTE)
    expect(cloud.s3.createJob({ ...request })).toEqual({ jobId })
    expect(refusal(() => cloud.s3.createJob({ ...request, priority: 1 }))).toBe('400 IdempotencyException')
    expect(cloud.quantity('s3.batch-job')).toBe(1)
    expect(cloud.s3.createJob({ ...request, token: 'other' }).jobId).not.toBe(jobId)
  })

  test('resets the window of what is restored already, which may shorten it', () => {
    const cloud = anS3()
    archived(cloud, 'a')
    cloud.s3.restoreObject({ bucket: 'ice', key: 'a', days: 20 })
    cloud.advance(12 * HOUR)
    const before = cloud.head('a').version.restore?.expiresAt ?? 0
    putManifest(cloud, linesOf('a'))
    cloud.s3.createJob(aRequest(linesOf('a')))
    cloud.advance(MINUTE)
    expect(cloud.head('a').version.restore?.expiresAt).toBeLessThan(before)
  })

  test('says of each object that could not be asked for why, in its report, and goes on', () => {
    const cloud = anS3({ knobs: { jobTaskFails: (key) => key === 'unlucky' } })
    archived(cloud, 'a', 'unlucky', 'under way')
    cloud.put('hot')
    cloud.s3.restoreObject({ bucket: 'ice', key: 'under way', days: 1 })
    const text = linesOf('a', 'unlucky', 'under way', 'hot', 'gone')
    putManifest(cloud, text)
    const { jobId } = cloud.s3.createJob(aRequest(text))
    cloud.advance(MINUTE)
    expect(cloud.s3.describeJob({ jobId })).toMatchObject({ status: 'Complete', succeeded: 1, failed: 4 })
    const report = JSON.parse(cloud.read(`reports/job-${jobId}/manifest.json`))
    expect(report).toMatchObject({ Format: 'Report_CSV_20180820' })
    const [succeeded, failed] = report.Results.map(({ Key }: { Key: string }) => cloud.read(Key))
    expect(succeeded).toBe('ice,a,,succeeded,,200,Successful\n')
    const reasons = failed.split('\n').map((line: string) => line.split(',').slice(1, 6).join(' '))
    expect(reasons).toEqual([
      'unlucky  failed InternalError 500',
      'under%20way  failed RestoreAlreadyInProgress 409',
      'hot  failed InvalidObjectState 403',
      'gone  failed NoSuchKey 404',
      '',
    ])
    expect(report.Results[1].MD5Checksum).toBe(hash('md5', failed, 'hex'))
  })

  test.each([
    ['that is not there', undefined, 'does not exist'],
    ['with another ETag', 'ice,b\n', 'ETag is'],
    ['with nothing in it', '', 'is empty'],
    ['with a line of one field', 'ice,a\nice\n', 'line 2'],
    ['with a key that is not encoded', 'ice,%\n', 'line 1'],
    ['of two buckets', 'ice,a\nsnow,a\n', 'more than one bucket'],
  ])('fails for a manifest %s, and asks for nothing', (what, text, reason) => {
    const cloud = anS3()
    archived(cloud, 'a')
    if (text !== undefined) putManifest(cloud, text)
    const { jobId } = cloud.s3.createJob(aRequest(what === 'with another ETag' ? linesOf('a') : (text ?? '')))
    cloud.advance(MINUTE)
    const { status, failure } = cloud.s3.describeJob({ jobId })
    expect([status, failure?.reason]).toEqual(['Failed', expect.stringContaining(reason)])
    expect(cloud.head('a').version.restore).toBeUndefined()
    expect(cloud.s3.nextDue()).toBeUndefined()
  })

  test('fails where its report has no bucket to go to', () => {
    const cloud = anS3()
    putManifest(cloud, linesOf('a'))
    const report = { bucket: 'nowhere', prefix: '', scope: 'AllTasks' } as const
    const { jobId } = cloud.s3.createJob(aRequest(linesOf('a'), { report }))
    cloud.advance(MINUTE)
    expect(cloud.s3.describeJob({ jobId }).failure?.reason).toContain('nowhere')
  })

  test.each([
    ['a role of another account', { roleArn: 'arn:aws:iam::111111111111:role/batch' }],
    ['no role', { roleArn: '' }],
    ['no token', { token: '' }],
    ['no priority', { priority: -1 }],
    ['no days', { restore: { days: 0, tier: 'Bulk' } }],
  ] as const)('is refused with %s', (_, more) => {
    expect(refusal(() => anS3().s3.createJob(aRequest('x', more)))).toBe('400 InvalidRequest')
  })

  test('reads the version that its manifest names', () => {
    const cloud = anS3()
    cloud.s3.putVersioning({ bucket: 'ice', versioning: 'Enabled' })
    const { versionId = '' } = cloud.put('a', { storageClass: 'GLACIER' })
    const text = `ice,a,${versionId}\n`
    const manifest = putManifest(cloud, text)
    putManifest(cloud, 'another')
    archived(cloud, 'a')
    const request = aRequest(text)
    cloud.s3.createJob({
      ...request,
      manifest: { ...request.manifest, versionId: manifest.versionId, hasVersions: true },
    })
    cloud.advance(MINUTE)
    expect(cloud.head('a', versionId).version.restore).toBeDefined()
    expect(cloud.head('a').version.restore).toBeUndefined()
  })

  test('asks for so many a second, and waits where the account asks for too many', () => {
    const cloud = anS3({ knobs: { jobRestoresPerSecond: 30, restoreRequestsPerSecond: 20 } })
    const keys = manyKeys(50)
    archived(cloud, ...keys)
    putManifest(cloud, linesOf(...keys))
    const { jobId } = cloud.s3.createJob(aRequest(linesOf(...keys)))
    cloud.advance(31_000)
    expect(cloud.s3.describeJob({ jobId })).toMatchObject({ status: 'Active', succeeded: 20, failed: 0 })
    cloud.advance(1000)
    cloud.advance(1000)
    expect(cloud.s3.describeJob({ jobId })).toMatchObject({ status: 'Complete', succeeded: 50 })
  })

  test('fails once more than half of a thousand tasks have', () => {
    const cloud = anS3({ knobs: { jobTaskFails: (key) => !key.endsWith('0') } })
    const keys = manyKeys(2000)
    archived(cloud, ...keys)
    putManifest(cloud, linesOf(...keys))
    const report = { bucket: 'ice', prefix: '', scope: 'FailedTasksOnly' } as const
    const { jobId } = cloud.s3.createJob(aRequest(linesOf(...keys), { report }))
    cloud.advance(MINUTE)
    expect(cloud.s3.describeJob({ jobId })).toMatchObject({ status: 'Failed', succeeded: 100, failed: 900 })
    expect(JSON.parse(cloud.read(`job-${jobId}/manifest.json`)).Results).toHaveLength(1)
    expect(cloud.s3.nextDue()).not.toBe(cloud.now())
  })

  test('that is cancelled asks for nothing more, and cannot be cancelled again', () => {
    const cloud = anS3({ knobs: { jobRestoresPerSecond: 1 } })
    archived(cloud, 'a', 'b')
    putManifest(cloud, linesOf('a', 'b'))
    const { jobId } = cloud.s3.createJob(aRequest(linesOf('a', 'b')))
    cloud.advance(31_000)
    expect(cloud.s3.cancelJob({ jobId })).toMatchObject({ status: 'Cancelled', succeeded: 1 })
    cloud.advance(MINUTE)
    expect(cloud.head('b').version.restore).toBeUndefined()
    expect(cloud.read(`reports/job-${jobId}/manifest.json`)).toContain('succeeded')
    expect(refusal(() => cloud.s3.cancelJob({ jobId }))).toBe('400 JobStatusException')
    expect(refusal(() => cloud.s3.describeJob({ jobId: 'another' }))).toBe('404 NoSuchJob')
  })

  test('goes on after a restart where it was, though its manifest is gone', () => {
    const directory = mkdtempSync(join(tmpdir(), 'icecore-jobs-'))
    onTestFinished(() => rmSync(directory, { recursive: true, force: true }))
    const options = { knobs: { jobRestoresPerSecond: 2 } }
    const first = anS3({ store: makeDurableS3Store(directory), ...options })
    const keys = manyKeys(5)
    archived(first, ...keys)
    putManifest(first, linesOf(...keys))
    const request = aRequest(linesOf(...keys))
    const { jobId } = first.s3.createJob(request)
    first.advance(31_000)
    first.s3.deleteObject({ bucket: 'ice', key: 'manifest.csv' })
    first.s3.close()

    const second = anS3({ store: makeDurableS3Store(directory), ...options })
    expect(second.s3.describeJob({ jobId })).toMatchObject({ status: 'Active', succeeded: 2 })
    expect(second.s3.createJob(request)).toEqual({ jobId })
    second.advance(MINUTE)
    expect(second.s3.describeJob({ jobId })).toMatchObject({ status: 'Complete', succeeded: 5 })
    const [results] = JSON.parse(second.read(`reports/job-${jobId}/manifest.json`)).Results
    expect(second.read(results.Key).split('\n')).toHaveLength(6)
    second.s3.close()

    const third = anS3({ store: makeDurableS3Store(directory), ...options })
    expect(third.s3.describeJob({ jobId })).toMatchObject({ status: 'Complete', succeeded: 5 })
    expect(third.quantity('s3.batch-object')).toBe(0)
    third.s3.close()
  })
})
