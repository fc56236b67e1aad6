import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Cloud, makeCloud } from '../../../simulator/cloud.ts'
import { loadDeployment } from '../../../simulator/host/deployment/load-deployment.ts'
import type { Host } from '../../../simulator/host/host.ts'
import { startHost } from '../../../simulator/host/start-host.ts'
import { S3Error } from '../../../simulator/s3/s3-error.ts'
import { makeCliRunner } from '../../support/run-icecore.ts'

const root = join(import.meta.dirname, '../../..')
const START = Date.parse('2030-01-01T00:30:00Z')
const HOUR = 3_600_000

/** The archive bucket takes no segments for as long as this says so. */
let outage = false
const faults = {
  before: (operation: string, { key }: { key?: string | undefined }) => {
    if (outage && operation === 'PutObject' && key?.startsWith('landing/') === true)
      throw new S3Error('AccessDenied', 403, 'the key is disabled')
  },
}

let cloud: Cloud
let host: Host
beforeAll(async () => {
  cloud = await makeCloud({ start: START, speed: 0, s3: { faults } })
  host = await startHost(cloud, root, { stage: 'prod' })
})
afterAll(async () => {
  await host.close()
  await cloud.close()
})

/** The values of a metric since a time, in order. */
const valuesOf = (metric: string, since = START) =>
  host.metrics
    .filter(({ name, timestamp }) => name === metric && timestamp >= since)
    .flatMap(({ values }) => values)

describe('the canary', () => {
  it('is not sent in the stage dev, where every test and the time-lapse live', () => {
    const schedulesOf = (stage: string) =>
      loadDeployment(root, { stage }).functions.find(({ name }) => name === 'send-canary')?.schedules
    expect(schedulesOf('dev')).toEqual([])
    expect(schedulesOf('prod')).toHaveLength(1)
  })

  it('goes every hour through the whole pipeline, and is found archived and rehydrated', async () => {
    await host.runUntil(START + 4 * HOUR)
    expect(valuesOf('canaryArchived').length).toBeGreaterThanOrEqual(2)
    expect(valuesOf('canaryRehydrated').length).toBeGreaterThanOrEqual(1)
    expect(valuesOf('canaryMissing').every((missing) => missing === 0)).toBe(true)
    expect(valuesOf('canaryFailed').every((failed) => failed === 0)).toBe(true)
    expect(host.failures).toEqual([])
  })

  it('is missed when the pipeline is broken, until that is mended and what was given up on is sent again', async () => {
    outage = true
    const broken = cloud.clock.now()
    await host.runUntil(broken + 3 * HOUR)
    expect(Math.max(...valuesOf('canaryMissing', broken))).toBeGreaterThanOrEqual(1)
    outage = false
    // what has had its last try is given up on
    await host.runUntil(cloud.clock.now() + HOUR / 2)
    const icecore = makeCliRunner(cloud.endpoint)
    expect(await icecore('--stage', 'prod', 'quarantine', 'retry', '--all')).toMatchObject({ status: 0 })
    await host.runUntil(cloud.clock.now() + 2 * HOUR)
    expect(valuesOf('canaryMissing').at(-1)).toBe(0)
  })
})
