import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { ListObjectsV2Command, PutObjectCommand, S3Client } from '@aws-sdk/client-s3'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Cloud, makeCloud } from '../../../simulator/cloud.ts'
import { loadDeployment } from '../../../simulator/host/deployment/load-deployment.ts'
import { DEFAULT_CREDENTIALS, type Host } from '../../../simulator/host/host.ts'
import { startHost } from '../../../simulator/host/start-host.ts'
import { signedFetch } from '../../support/signed-fetch.ts'

const root = join(import.meta.dirname, '../../..')
const start = Date.parse('2030-01-01T00:00:00Z')
const DAY = 86_400_000
const deployment = loadDeployment(root)
const recordsQueue = deployment.queues.find(({ name }) => name.endsWith('-records'))?.arn ?? ''
const dataDir = mkdtempSync(join(tmpdir(), 'icecore-deployed-'))

let cloud: Cloud
let host: Host

const open = async () => {
  cloud = await makeCloud({ dataDir, start, speed: 0 })
  host = await startHost(cloud, root)
}
const close = async () => {
  await host.close()
  await cloud.close()
}
const s3 = () =>
  new S3Client({ endpoint: cloud.endpoint, region: 'us-east-1', credentials: DEFAULT_CREDENTIALS })
const keys = async (bucket: string) => {
  const { Contents = [] } = await s3().send(
    new ListObjectsV2Command({ Bucket: deployment.outputs.get(bucket) }),
  )
  return Contents.map(({ Key = '' }) => Key)
}
const flight = (id: string) =>
  JSON.stringify({
    flight: id,
    date: '2029-12-31T10:00:00Z',
    origin: 'LIS',
    destination: 'OSL',
    delay: 3,
    distance: 2730,
  })

beforeAll(open)
afterAll(async () => {
  await close()
  rmSync(dataDir, { recursive: true, force: true })
})

describe('the whole deployment on the simulated cloud', () => {
  it('ages what comes by queue', async () => {
    const attributes = new Map([['dataset', { dataType: 'String', stringValue: 'flights' }]])
    for (const id of ['a', 'b', 'c']) cloud.sqs.send(recordsQueue, { body: flight(id), attributes })
    await host.idle()
    expect(host.failures).toEqual([])
    const archived = host.metrics
      .filter(({ name }) => name === 'recordsArchived')
      .flatMap(({ values }) => values)
    expect(archived.reduce((sum, value) => sum + value, 0)).toBe(3)
    expect((await keys('ArchiveBucketName')).some((key) => key.startsWith('landing/dataset=flights/'))).toBe(
      true,
    )
  })

  it('ages what comes as an object, and takes the hot copy away', async () => {
    const Body = `${flight('d')}\n${flight('e')}\n`
    const Bucket = deployment.outputs.get('HotBucketName')
    await s3().send(new PutObjectCommand({ Bucket, Key: 'flights/2029-12-31.ndjson', Body }))
    await host.runUntil(async () => (await keys('HotBucketName')).length === 0, { deadline: start + DAY })
    expect(host.failures).toEqual([])
  })

  it('is the same after a restart, and seals in its time', async () => {
    await close()
    await open()
    expect(cloud.clock.now()).toBeGreaterThanOrEqual(start)
    const isSealed = async () => (await keys('ArchiveBucketName')).some((key) => key.startsWith('sealed/'))
    await host.runUntil(isSealed, { deadline: start + 10 * DAY })
    expect(host.failures).toEqual([])
    expect(host.deadLetters()).toEqual(new Map())
    expect((await keys('ArchiveBucketName')).filter((key) => key.startsWith('quarantine/'))).toEqual([])
  })

  it('answers over HTTP, to those who sign', async () => {
    expect((await fetch(`${host.apiUrl}/datasets`)).status).toBe(403)
    const response = await signedFetch(`${host.apiUrl}/datasets`, {}, { at: cloud.clock.now() })
    expect(response.status).toBe(200)
    expect(JSON.stringify(await response.json())).toContain('flights')
  })
})
