import { execFile } from 'node:child_process'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { promisify } from 'node:util'
import { SendMessageCommand } from '@aws-sdk/client-sqs'
import { type Client, makeClient } from 'icecore/client'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Cloud, makeCloud } from '../../simulator/cloud.ts'
import { DEFAULT_CREDENTIALS, type Host } from '../../simulator/host/host.ts'
import { startHost } from '../../simulator/host/start-host.ts'
import { type Connection, connect } from '../support/deployed-icecore.ts'
import { signedFetch } from '../support/signed-fetch.ts'

const root = join(import.meta.dirname, '../..')
const START = Date.parse('2030-01-01T00:00:00Z')
const quake = (id: string, parts = '') =>
  `{"id":${JSON.stringify(id)}, "properties":{"time":${START - 3_600_000}${parts}}}`
const strange = "../a b+c?d=%2F&é'\u{1f30b}"
const day = { from: '2029-12-31T00:00:00Z', to: '2030-01-01T00:00:00Z' }

let cloud: Cloud
let host: Host
let connection: Connection
let client: Client
beforeAll(async () => {
  cloud = await makeCloud({ start: START, speed: 0 })
  host = await startHost(cloud, root)
  connection = connect(cloud.endpoint)
  client = makeClient({ endpoint: host.apiUrl, region: 'us-east-1', credentials: DEFAULT_CREDENTIALS })
  const lines = [quake('q1'), quake('q1', ',"updated":1893452400000'), quake(strange)]
  const attributes = { dataset: { DataType: 'String', StringValue: 'earthquakes' } }
  for (const MessageBody of lines) {
    const send = { QueueUrl: connection.recordsUrl, MessageBody, MessageAttributes: attributes }
    await connection.sqs.send(new SendMessageCommand(send))
    await host.idle()
  }
})
afterAll(async () => {
  connection.close()
  await host.close()
  await cloud.close()
})

/** What the API says itself. */
const raw = async (path: string, body?: unknown): Promise<unknown> => {
  const init = body === undefined ? {} : { method: 'POST', body: JSON.stringify(body) }
  return (await signedFetch(`${host.apiUrl}${path}`, init)).json()
}

describe('the client on the API', () => {
  it('reads datasets and books, and no field of them is lost', async () => {
    const datasets = await client.datasets()
    expect(datasets.map(({ name }) => name)).toContain('earthquakes')
    expect({ datasets }).toEqual(await raw('/datasets'))
    expect(await client.dataset('earthquakes')).toEqual(await raw('/datasets/earthquakes'))
    expect(await client.ledger('earthquakes')).toEqual(await raw('/datasets/earthquakes/ledger'))
    expect((await client.ledger('earthquakes')).archived.records).toBe(3)
    await expect(client.dataset('nope')).rejects.toMatchObject({ status: 404, name: 'unknown-dataset' })
  })

  it('reads segments over all pages, each once', async () => {
    const all = await Array.fromAsync(client.segments('earthquakes', { ...day, pageSize: 1 }))
    expect(all).toHaveLength(3)
    const page = { segments: all, complete: true, next: null }
    expect(page).toEqual(await raw('/datasets/earthquakes/segments'))
    expect(await Array.fromAsync(client.segments('earthquakes', { to: day.from }))).toEqual([])
  })

  it('reads a record of any id to the byte, and its versions', async () => {
    const found = await client.record('earthquakes', strange, { time: START - 3_600_000 })
    expect(Buffer.from(found.body).toString()).toBe(quake(strange))
    expect(found).toMatchObject({ complete: true, versions: 1, version: null, header: null })
    const current = await client.record('earthquakes', 'q1')
    expect(current).toMatchObject({ versions: 2, version: '1893452400000' })
    const { versions } = await client.versions('earthquakes', 'q1')
    expect(versions.map(({ body }) => body)).toEqual([quake('q1'), quake('q1', ',"updated":1893452400000')])
    await expect(client.record('earthquakes', 'none')).rejects.toMatchObject({ name: 'unknown-record' })
  })

  it('asks for a price, and for the records, and waits for them', async () => {
    const request = { dataset: 'earthquakes', select: day }
    const { id: _, ...quoted } = await client.quote(request)
    expect(await raw('/quotes', request)).toMatchObject(quoted)
    const asked = await client.rehydrate({ ...request, destination: 'analysts' }, { idempotencyKey: 'k' })
    const again = await client.rehydrate({ ...request, destination: 'analysts' }, { idempotencyKey: 'k' })
    expect(again.id).toBe(asked.id)
    const waiting = client.waitFor(asked.id)
    await host.idle()
    expect(await waiting).toMatchObject({
      status: 'completed',
      result: { complete: true, records: 3, notFound: null },
    })
    expect(await waiting).toEqual(await raw(`/rehydrations/${asked.id}`))
  })

  it('takes a filter and a limit, and gives what was delivered: files with their URLs, and the records', async () => {
    const select = { ...day, where: { field: 'id', prefix: 'q' }, limit: 2 }
    const { id } = await client.rehydrate({ dataset: 'earthquakes', select, destination: 'inline' })
    await host.idle()
    expect((await client.rehydration(id)).select).toEqual({
      from: '2029-12-31T00:00:00.000Z',
      to: '2030-01-01T00:00:00.000Z',
      where: { field: 'id', prefix: 'q' },
      limit: 2,
    })
    const found = await client.files(id)
    expect(Object.keys(found)).toEqual(Object.keys(Object(await raw(`/rehydrations/${id}/files`))))
    const [file] = found.files
    const delivered = await (await fetch(file?.url ?? '')).text()
    expect(delivered.split('\n').toSorted()).toEqual(
      ['', quake('q1', ',"updated":1893452400000'), quake('q1')].toSorted(),
    )
    const { content, records, complete } = await client.records(id)
    expect([Buffer.from(content).toString(), records, complete]).toEqual([delivered, 2, true])
  })

  it('asks for Expedited on the route that is granted apart', async () => {
    const request = { dataset: 'earthquakes', select: day, tier: 'Expedited', destination: 'inline' } as const
    const { id, tier } = await client.rehydrate(request)
    expect(tier).toBe('Expedited')
    expect(await client.expedited({ ...request, tier: 'Bulk' })).toMatchObject({ tier: 'Bulk' })
    await expect(client.approve(id)).rejects.toMatchObject({ status: 403, name: 'own-request' })
    await host.idle()
    expect(await client.cancel(id).catch((error: unknown) => error)).toMatchObject({ status: 409 })
  })

  it('lists rehydrations over all pages, newest first', async () => {
    // of one moment, either may come first
    await cloud.advance(cloud.clock.now() + 1000)
    const select = { ids: [{ id: 'q1' }] }
    const { id } = await client.rehydrate({ dataset: 'earthquakes', select, destination: 'analysts' })
    await host.idle()
    const all = await Array.fromAsync(client.rehydrations({ pageSize: 1 }))
    expect(all[0]?.id).toBe(id)
    expect(all).toHaveLength(5)
    expect({ rehydrations: all, next: null }).toEqual(await raw('/rehydrations'))
  })

  it('does what docs/client.md shows, with credentials that it finds by itself', async () => {
    const [, example = ''] =
      /```ts\n([\s\S]*?)```/.exec(readFileSync(join(root, 'docs/client.md'), 'utf8')) ?? []
    // inside the package, which calls itself by its name
    mkdirSync(join(root, '.build'), { recursive: true })
    const folder = mkdtempSync(join(root, '.build/example-'))
    const file = join(folder, 'example.ts')
    writeFileSync(file, example.replace('http://127.0.0.1:4566', cloud.endpoint))
    const { accessKeyId, secretAccessKey } = DEFAULT_CREDENTIALS
    const env = {
      PATH: process.env.PATH,
      AWS_ACCESS_KEY_ID: accessKeyId,
      AWS_SECRET_ACCESS_KEY: secretAccessKey,
    }
    const ran = promisify(execFile)(process.execPath, [file], { env })
    let isRunning = true
    const settled = ran.finally(() => {
      isRunning = false
      rmSync(folder, { recursive: true })
    })
    while (isRunning) await Promise.all([host.idle(), delay(50)])
    const { stdout, stderr } = await settled
    expect(stderr).toBe('')
    expect(stdout).toMatch(/^Bulk costs \$0\.0/m)
    expect(stdout).toContain('3 records, complete: true, listed in analysts/')
    expect(stdout).toContain('unknown-record')
  })

  it('is refused with another secret', async () => {
    const credentials = { ...DEFAULT_CREDENTIALS, secretAccessKey: 'wrong' }
    const stranger = makeClient({ endpoint: host.apiUrl, region: 'us-east-1', credentials })
    await expect(stranger.datasets()).rejects.toMatchObject({ status: 403 })
  })
})
