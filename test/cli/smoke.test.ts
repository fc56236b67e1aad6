import { ListObjectsV2Command, type S3Client } from '@aws-sdk/client-s3'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Cloud, makeCloud } from '../../simulator/cloud.ts'
import type { Host } from '../../simulator/host/host.ts'
import { startHost } from '../../simulator/host/start-host.ts'
import { type Connection, connect } from '../support/deployed-icecore.ts'
import { makeCliRunner } from '../support/run-icecore.ts'

let cloud: Cloud
let host: Host
let connection: Connection
beforeAll(async () => {
  cloud = await makeCloud()
  host = await startHost(cloud, process.cwd())
  connection = connect(cloud.endpoint)
})
afterAll(async () => {
  connection.close()
  await host.close()
  await cloud.close()
})

const keysIn = async (s3: S3Client, Bucket: string) =>
  ((await s3.send(new ListObjectsV2Command({ Bucket }))).Contents ?? []).map(({ Key }) => Key)

describe('the smoke test', () => {
  it('sends a record through the whole deployment and back, and leaves nothing that was delivered', async () => {
    const icecore = makeCliRunner(cloud.endpoint)
    const { status, out, err } = await icecore('smoke', '--json')
    expect([status, err.includes('the same to the byte')]).toEqual([0, true])
    const { id } = JSON.parse(out)
    expect(id).toMatch(/^smoke-[0-9a-f-]{36}$/)
    expect(err).toContain('removed 2 delivered objects')
    expect(await keysIn(connection.s3, connection.rehydratedBucket)).toEqual([])
    // what was sent is archived, once
    const ledger = JSON.parse((await icecore('ledger', 'icecore-canary', '--json')).out)
    expect([ledger.received.records, ledger.archived.records, ledger.balanced]).toEqual([1, 1, true])
  })

  it('fails where the archive does not get the record in time', async () => {
    const without = await makeCloud()
    // deployed, and nothing runs
    const idle = await startHost(without, process.cwd())
    await idle.crash()
    const { status, err } = await makeCliRunner(without.endpoint)('smoke', '--patience', '1')
    expect(status).not.toBe(0)
    expect(err).not.toContain('All is well')
    await without.close()
  })

  it.each(['0', 'soon', '90000'])('refuses a patience of %s', async (patience) => {
    const { status, err } = await makeCliRunner(cloud.endpoint)('smoke', '--patience', patience)
    expect(status).toBe(2)
    expect(err).toContain('--patience: expected seconds')
  })
})
