import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { PutObjectCommand, S3Client } from '@aws-sdk/client-s3'
import { type Client, makeClient } from 'icecore/client'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { DAY, HOUR } from '../../shared/domain/duration.ts'
import { region } from '../../simulator/account.ts'
import { type Cloud, makeCloud } from '../../simulator/cloud.ts'
import { DEFAULT_CREDENTIALS, type Host } from '../../simulator/host/host.ts'
import { startEnvironment } from '../../simulator/host/runtime/environment.ts'
import { startHost } from '../../simulator/host/start-host.ts'
import { packageService } from '../support/package-service.ts'
import { makeCliRunner } from '../support/run-icecore.ts'
import { functionOf, referred, resourcesOf, templateSchema } from '../template/template.ts'
import { arnOf, type Grant, grantOf, grantsOf, grantsOfCallers } from './grants.ts'
import { watchCalls } from './watch-calls.ts'

const root = join(import.meta.dirname, '../..')
const START = Date.parse('2030-01-01T00:00:00Z')
const STRIDE = 12 * HOUR

/** The repository with a configuration that has jobs ask for the thaws of two segments and more, and forgets canaries soon. */
const deployable = () => {
  mkdirSync(join(root, '.build'), { recursive: true })
  const folder = mkdtempSync(join(root, '.build/permissions-'))
  for (const part of [
    'functions',
    'shared',
    'docs/openapi.json',
    'resources',
    'serverless.yml',
    'package.json',
  ])
    cpSync(join(root, part), join(folder, part), { recursive: true })
  const config = readFileSync(join(root, 'icecore.config.ts'), 'utf8')
  writeFileSync(
    join(folder, 'icecore.config.ts'),
    config.replace('  canary: {', '  batchThawsAbove: 1,\n  canary: {').replace("'7d'", "'1d'"),
  )
  return folder
}

const folder = deployable()
let cloud: Cloud
let host: Host
let watched: Awaited<ReturnType<typeof watchCalls>>
let client: Client
beforeAll(async () => {
  const { accessKeyId, secretAccessKey } = DEFAULT_CREDENTIALS
  const credentials = new Map([[accessKeyId, secretAccessKey]])
  cloud = await makeCloud({ start: START, speed: 0, credentials })
  watched = await watchCalls(cloud.endpoint, (caller) => caller.startsWith('icecore-'))
  host = await startHost({ ...cloud, endpoint: watched.endpoint }, folder, {
    stage: 'prod',
    // each function signs with a key of its own, so that its calls are known
    startEnvironment: (options) => {
      const AWS_ACCESS_KEY_ID = options.definition.lambdaName
      credentials.set(AWS_ACCESS_KEY_ID, secretAccessKey)
      return startEnvironment({ ...options, variables: { ...options.variables, AWS_ACCESS_KEY_ID } })
    },
  })
  client = makeClient({
    endpoint: `${cloud.endpoint}/_api`,
    region,
    credentials: DEFAULT_CREDENTIALS,
    now: cloud.clock.now,
  })
})
afterAll(async () => {
  await host.close()
  watched.close()
  await cloud.close()
  rmSync(folder, { recursive: true })
})

const goOn = (ms: number) => host.runUntil(cloud.clock.now() + ms, { stride: STRIDE })

const flight = (id: string, date: string) => `{"flight":"${id}","date":"${date}T10:00:00Z","origin":"LIS"}`
const quake = (id: string, time: number) => `{"id":"${id}","properties":{"time":${time}}}`

const send = async () => {
  const put = async (dataset: string, input: string) => {
    const run = makeCliRunner(cloud.endpoint, {}, { input })
    expect(await run('--stage', 'prod', 'put', dataset)).toMatchObject({ status: 0 })
  }
  // old enough for DEEP_ARCHIVE and for GLACIER_IR, and one that nobody can read
  const dates = ['2029-01-05', '2029-01-06', '2029-01-07', '2029-11-20']
  const flights = dates.map((date, number) => flight(`f${number}`, date))
  await put('flights', [...flights, '{"flight":"without a date"}'].join('\n'))
  // moved to GLACIER_IR while the archive is watched
  await put('earthquakes', quake('q1', START - 13 * DAY))
  const s3 = new S3Client({
    endpoint: cloud.endpoint,
    region,
    credentials: DEFAULT_CREDENTIALS,
    forcePathStyle: true,
  })
  const Bucket = host.deployment.outputs.get('HotBucketName')
  const hot = (Key: string, Body: string) => s3.send(new PutObjectCommand({ Bucket, Key, Body }))
  await hot('flights/week.ndjson', `${flight('h1', '2029-12-20')}\n${flight('h2', '2029-12-21')}\n`)
  // of no dataset: given up on, and kept
  await hot('nobodys/file.ndjson', '{}\n')
  s3.destroy()
}

const rehydrate = async () => {
  const ask = { dataset: 'flights', destination: 'analysts', format: 'ndjson', compression: 'none' } as const
  const one = { ids: [{ id: 'f0', time: Date.parse('2029-01-05T10:00:00Z') }] }
  const three = { from: Date.parse('2029-01-05'), to: Date.parse('2029-01-08') }
  const { id: quoteId } = await client.quote({ dataset: 'flights', select: one })
  const thawed = await client.rehydrate({ ...ask, select: one, quoteId, tier: 'Bulk' })
  const byJob = await client.rehydrate({ ...ask, select: three, tier: 'Standard' })
  const cancelled = await client.rehydrate({ ...ask, select: one, tier: 'Standard' })
  const inline = await client.rehydrate({ ...ask, destination: 'inline', select: { ids: [{ id: 'h1' }] } })
  await goOn(HOUR)
  await client.cancel(cancelled.id)
  await goOn(2 * DAY)
  await client.extend(thawed.id, 10)
  return { thawed, byJob, inline }
}

const readAll = async (ids: readonly string[]) => {
  await client.datasets()
  for (const dataset of ['flights', 'earthquakes']) {
    await client.dataset(dataset)
    await client.ledger(dataset)
    for await (const segment of client.segments(dataset)) expect(segment.records).toBeGreaterThan(0)
  }
  await client.record('flights', 'h1')
  for await (const line of client.rehydrations()) expect(line.id).not.toBe('')
  for (const id of ids) {
    expect((await client.rehydration(id)).status).toBe('completed')
    await client.files(id)
  }
}

/** Everything that icecore does, within some days. */
const work = async () => {
  await send()
  await goOn(2 * DAY)
  const { thawed, byJob, inline } = await rehydrate()
  await goOn(DAY)
  await client.records(inline.id)
  await readAll([thawed.id, byJob.id, inline.id])
  // the canaries' retention, the grace of what is dead, and the end of restored copies
  await goOn(6 * DAY)
}

const template = templateSchema.parse(await packageService('--stage', 'prod'))
const grants = grantsOf(template)

const refused = (name: string, granted: readonly Grant[]) =>
  watched.callsOf(name).filter((call) => grantOf(granted, call) === undefined)

describe('what functions ask AWS for', () => {
  it('is what their roles allow, in nine days of all that they do', async () => {
    await work()
    expect(watched.faults).toEqual([])
    // the file of no dataset, until it is given up on
    const failed = new Set(host.failures.map(({ functionName }) => functionName))
    expect([...failed].filter((name) => name !== 'age-objects')).toEqual([])
    expect(grants.size).toBe(12)
    for (const [name, granted] of grants) {
      expect([name, watched.callsOf(name).length > 0]).toEqual([name, true])
      expect([name, refused(name, granted)]).toEqual([name, []])
    }
  }, 900_000)

  it('took in whatever is seldom done', () => {
    const actions = new Set(
      [...grants.keys()].flatMap((name) => watched.callsOf(name)).map(({ action }) => action),
    )
    for (const action of [
      'dynamodb:DeleteItem',
      'events:PutEvents',
      's3:CreateJob',
      's3:DeleteObject',
      's3:DescribeJob',
      's3:PutObjectTagging',
      's3:RestoreObject',
    ])
      expect(actions).toContain(action)
  })

  it('would be found out where it was not allowed', () => {
    const thawing = 'icecore-prod-thaw-segments'
    const without = (grants.get(thawing) ?? []).filter(({ action }) => action !== 's3:RestoreObject')
    expect(refused(thawing, without).map(({ action }) => action)).toContain('s3:RestoreObject')
    const elsewhere = without.concat({ action: 's3:RestoreObject', resource: 'arn:aws:s3:::another/*' })
    expect(refused(thawing, elsewhere).map(({ action }) => action)).toContain('s3:RestoreObject')
  })
})

describe('what the command line asks AWS for', () => {
  it('is what the policies allow that docs/permissions.md names for it', async () => {
    const atTerminal = await watchCalls(
      cloud.endpoint,
      (caller) => caller === DEFAULT_CREDENTIALS.accessKeyId,
    )
    const run = async (args: string, input = '', expected = 0) => {
      const icecore = makeCliRunner(atTerminal.endpoint, {}, { input })
      const { status, out, err } = await icecore('--stage', 'prod', ...args.split(' '))
      expect([args, status, err]).toEqual([args, expected, expect.any(String)])
      await host.idle()
      return out
    }
    await run('put flights', flight('c1', '2029-12-30'))
    for (const name of [
      'datasets',
      'segments flights',
      'ledger flights',
      'advise flights',
      'quote flights h1',
    ])
      await run(name)
    await run('get flights h1')
    const { id } = JSON.parse(await run('rehydrate flights h1 --destination analysts --json'))
    await run(`files ${id}`)
    const { id: other } = JSON.parse(
      await run('rehydrate flights f1 --destination analysts --tier Bulk --json'),
    )
    await run(`extend ${other} --keep-days 3`)
    await run(`cancel ${other}`)
    await run('status')
    const waiting = JSON.parse(await run('quarantine list --json'))
    expect(waiting.entries.length).toBeGreaterThan(1)
    for (const entry of waiting.entries) await run(`quarantine show ${entry.id}`)
    await run('quarantine retry --all')
    await run('rebuild-catalog')
    expect(atTerminal.faults).toEqual([])
    const policies = ['RecordProducerPolicy', 'ReaderPolicy', 'RehydratorPolicy', 'OperatorPolicy']
    const granted = grantsOfCallers(template, policies)
    const calls = atTerminal.callsOf(DEFAULT_CREDENTIALS.accessKeyId)
    expect(calls.length).toBeGreaterThan(40)
    expect(calls.filter((call) => grantOf(granted, call) === undefined)).toEqual([])
    atTerminal.close()
  })
})

describe('what Lambda asks SQS for in the name of a function', () => {
  it('is what its role allows', () => {
    const mappings = resourcesOf(template, 'AWS::Lambda::EventSourceMapping')
    expect(mappings).toHaveLength(14)
    for (const { Properties } of mappings) {
      const name = template.Resources[functionOf(template, Properties.FunctionName)]?.Properties.FunctionName
      const resource = arnOf(template, referred(Properties.EventSourceArn))
      for (const action of ['sqs:ReceiveMessage', 'sqs:DeleteMessage', 'sqs:GetQueueAttributes'])
        expect(grantOf(grants.get(String(name)) ?? [], { action, resource })).toBeDefined()
    }
  })
})
