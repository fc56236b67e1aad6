import { once } from 'node:events'
import { createServer, request as httpRequest } from 'node:http'
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
    const slow = await makeCloud()
    // the API answers, and no queue is worked off
    const idle = await startHost(slow, process.cwd(), { concurrency: 0 })
    const { status, err } = await makeCliRunner(slow.endpoint)('smoke', '--patience', '1')
    expect(status).toBe(1)
    expect(err).toMatch(/smoke-[0-9a-f-]{36} is not in the archive after 1 s: look at the records queue/)
    await idle.crash()
    await slow.close()
  })

  it('says what went wrong, and not what became of the tidying up', async () => {
    const told = ['the files cannot be listed', 'nor can they be removed']
    const proxy = createServer(async (request, response) => {
      const { url = '', method = 'GET', headers } = request
      if (/\/files($|\?)/.test(url)) {
        const title = told.shift() ?? 'again'
        const body = JSON.stringify({ type: 'urn:icecore:problem:gone', title, status: 410 })
        response.writeHead(410, { 'content-type': 'application/problem+json' }).end(body)
        return
      }
      const body = Buffer.concat(await request.toArray())
      httpRequest(cloud.endpoint, { method, headers, path: url }, (answer) => {
        response.writeHead(answer.statusCode ?? 500, answer.headers)
        answer.pipe(response)
      }).end(body)
    }).listen(0, '127.0.0.1')
    await once(proxy, 'listening')
    const address = proxy.address()
    const port = typeof address === 'object' ? address?.port : undefined
    const { status, err } = await makeCliRunner(cloud.endpoint)(
      '--api-url',
      `http://127.0.0.1:${port}${new URL(host.apiUrl).pathname}`,
      'smoke',
    )
    proxy.close()
    expect(status).toBe(1)
    expect(err).toContain('what was delivered could not be removed')
    expect(err.indexOf('the files cannot be listed')).toBeGreaterThan(err.indexOf('nor can they be removed'))
  })

  it.each(['0', 'soon', '90000'])('refuses a patience of %s', async (patience) => {
    const { status, err } = await makeCliRunner(cloud.endpoint)('smoke', '--patience', patience)
    expect(status).toBe(2)
    expect(err).toContain('--patience: expected seconds')
  })
})
