import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { HeadObjectCommand, PutObjectCommand } from '@aws-sdk/client-s3'
import { SendMessageCommand } from '@aws-sdk/client-sqs'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Cloud, makeCloud } from '../../simulator/cloud.ts'
import type { Host } from '../../simulator/host/host.ts'
import { startHost } from '../../simulator/host/start-host.ts'
import { S3Error } from '../../simulator/s3/s3-error.ts'
import { bodiesOf, readAll } from '../support/archive-facts.ts'
import { type Connection, connect } from '../support/deployed-icecore.ts'
import { makeCliRunner } from '../support/run-icecore.ts'

const root = join(import.meta.dirname, '../..')
const START = Date.parse('2030-01-01T00:00:00Z')
const HOUR = 3_600_000
const DAY = 24 * HOUR

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
let connection: Connection
let icecore: ReturnType<typeof makeCliRunner>
beforeAll(async () => {
  cloud = await makeCloud({ start: START, speed: 0, s3: { faults } })
  host = await startHost(cloud, root)
  connection = connect(cloud.endpoint)
  icecore = makeCliRunner(cloud.endpoint)
})
afterAll(async () => {
  connection.close()
  await host.close()
  await cloud.close()
})

const flight = (id: string, parts: object = {}) =>
  JSON.stringify({ flight: id, date: '2029-12-31T10:00:00Z', origin: 'LIS', destination: 'OSL', ...parts })

const send = async (body: string, dataset?: string) => {
  const attributes = { dataset: { DataType: 'String', StringValue: dataset } }
  const { MessageId } = await connection.sqs.send(
    new SendMessageCommand({
      QueueUrl: connection.recordsUrl,
      MessageBody: body,
      ...(dataset !== undefined && { MessageAttributes: attributes }),
    }),
  )
  await host.idle()
  return MessageId
}
const putHot = async (Key: string, Body: string | Uint8Array) => {
  await connection.s3.send(new PutObjectCommand({ Bucket: connection.hotBucket, Key, Body }))
  await host.idle()
}
const isHot = async (Key: string) => {
  const head = new HeadObjectCommand({ Bucket: connection.hotBucket, Key })
  return connection.s3.send(head).then(
    () => true,
    () => false,
  )
}
const json = async (...args: readonly string[]) => {
  const { out, err } = await icecore('quarantine', ...args, '--json')
  if (err !== '') throw new Error(err)
  return JSON.parse(out)
}
const idsOf = async (...filter: readonly string[]): Promise<string[]> =>
  (await json('list', ...filter)).entries.map(({ id }: { id: string }) => id)
const archived = async () => bodiesOf(await readAll(connection, 'flights'))

describe('what is in quarantine', () => {
  it('is nothing at first', async () => {
    expect(await icecore('quarantine', 'list')).toEqual({
      status: 0,
      out: 'Nothing is in quarantine.\n',
      err: '',
    })
    expect(await json('list')).toEqual({ entries: [], next: null })
    expect(await icecore('quarantine', 'retry', '--all')).toMatchObject({
      status: 0,
      out: 'Nothing waits.\n',
    })
    expect(await icecore('quarantine', 'show', 'ffffffffffffffff')).toMatchObject({
      status: 1,
      err: expect.stringContaining('see icecore quarantine list'),
    })
  })

  it('is listed with its reasons, and shown as text that no terminal obeys', async () => {
    await send('{"flight":"\u202e"', 'flights')
    const { out } = await icecore('quarantine', 'list')
    expect(out).toMatch(
      /^ID .*\n[0-9a-f]{16} {2}2030-01-01T.* flights +1 +malformed-json\n\n1 entry, 1 item\.\n$/,
    )
    const [id = ''] = await idsOf()
    const shown = await icecore('quarantine', 'show', id)
    expect(shown.status).toBe(0)
    expect(shown.out).toContain('{"flight":"\\u{202e}"')
    expect((await icecore('quarantine', 'show', id, '--raw')).out).toContain('{"flight":"\u202e"')
    expect(await json('show', id)).toMatchObject({
      kind: 'unit',
      dataset: 'flights',
      items: [{ text: '{"flight":"\u202e"', reason: 'malformed-json' }],
    })
  })

  it('comes back into quarantine, by itself, when it is retried and still malformed', async () => {
    const before = await connection.ledger('flights')
    const [id = ''] = await idsOf()
    expect(await icecore('quarantine', 'retry', id, '--dry-run')).toMatchObject({
      status: 0,
      out: `${id}  1 item would be sent\n`,
    })
    expect(await idsOf()).toEqual([id])
    expect(await icecore('quarantine', 'retry', id)).toMatchObject({ status: 0, out: `${id}  1 item sent\n` })
    expect(await idsOf()).toEqual([])
    expect(await idsOf('--retried')).toEqual([id])
    await host.idle()
    const [again] = await idsOf()
    expect(again).not.toBe(id)
    expect(await connection.ledger('flights')).toEqual(before)
    expect(await icecore('quarantine', 'retry', id)).toMatchObject({
      status: 0,
      out: `${id}  was sent before\n`,
    })
  })

  it('goes where it is told to, when it named no dataset that is declared', async () => {
    const body = flight('typo')
    await send(`{"dataset":"fligths","record":${body}}`)
    const [id = ''] = await idsOf('--dataset', '_unknown')
    expect(await icecore('quarantine', 'retry', id)).toMatchObject({
      status: 1,
      out: `${id}  stays in quarantine\n  1 item not: fligths is not in icecore.config.ts\n`,
    })
    expect(await icecore('quarantine', 'retry', id, '--to-dataset', 'nope')).toMatchObject({ status: 2 })
    expect(await icecore('quarantine', 'retry', id, '--to-dataset', 'flights')).toMatchObject({ status: 0 })
    await host.idle()
    expect(await archived()).toContain(body)
    expect(await idsOf('--dataset', '_unknown')).toEqual([])
    expect((await connection.ledger('flights')).balanced).toBe(true)
  })

  it('is archived to the byte, from messages and files, once the clock allows it', async () => {
    const ahead = { date: '2030-01-04T10:00:00Z' }
    const json_ = `{ "flight" : "m", "n": 9007199254740993, "n": 1, "date":"${ahead.date}" }`
    await send(json_, 'flights')
    const row = `c,${ahead.date},"a ""b""\nc"`
    await putHot('flights/ahead.csv', `flight,date,note\r\n${row}\r\n`)
    await putHot('flights/ahead.ndjson', `${flight('f', ahead)}\n`)
    expect(await idsOf('--reason', 'time-in-future')).toHaveLength(3)
    await cloud.advance(START + 4 * DAY)
    const { status, out } = await icecore('quarantine', 'retry', '--all', '--reason', 'time-in-future')
    expect([status, out.split('\n')]).toEqual([
      0,
      [...Array(3).fill(expect.stringContaining('1 item sent')), ''],
    ])
    await host.idle()
    expect(await idsOf('--reason', 'time-in-future')).toEqual([])
    expect(await archived()).toEqual(expect.arrayContaining([json_, row, flight('f', ahead)]))
    expect((await connection.ledger('flights')).balanced).toBe(true)
  })

  it('says when it is used wrongly', async () => {
    for (const args of [['retry'], ['retry', 'x', '--all'], ['retry', 'x', '--reason', 'y']])
      expect((await icecore('quarantine', ...args)).status, args.join(' ')).toBe(2)
  })
})

describe('dead letters', () => {
  const key = 'flights/damaged.ndjson.gz'

  it('[F16] a hot object that cannot be read ends among them, once, with the reason', async () => {
    // its ten tries are over before the sweep reminds of anything
    const queue = host.deployment.queues.find(({ name }) => name.endsWith('-objects'))
    cloud.sqs.setQueueAttributes(queue?.arn ?? '', { VisibilityTimeout: '60' })
    await putHot(key, gzipSync(`${flight('g')}\n`).subarray(0, 30))
    const isKept = async () => (await idsOf('--queue', 'objects')).length > 0
    await host.runUntil(isKept, { deadline: cloud.clock.now() + HOUR, stride: HOUR / 4 })
    const { entries } = await json('list', '--queue', 'objects')
    expect(entries).toMatchObject([{ kind: 'dead-letter', queue: 'objects', reasons: { SourceCorrupt: 1 } }])
    // no reminder brings another one
    const failures = host.failures.length
    await host.runUntil(cloud.clock.now() + 8 * HOUR)
    expect(await idsOf('--queue', 'objects')).toHaveLength(1)
    expect(host.failures.length).toBe(failures)
    expect(await isHot(key)).toBe(true)
    expect(host.deadLetters()).toEqual(new Map())
  })

  it('[F16] one is shown whole, and goes back to its queue: archived once, when its cause is mended', async () => {
    const [id = ''] = await idsOf('--queue', 'objects')
    const shown = await json('show', id)
    expect(shown).toMatchObject({ queue: 'objects', messageId: id, reason: 'SourceCorrupt' })
    expect(JSON.parse(shown.body)).toMatchObject({ Records: [{ eventName: 'ObjectCreated:Put' }] })
    const body = gzipSync(`${flight('g')}\n`)
    await connection.s3.send(new PutObjectCommand({ Bucket: connection.hotBucket, Key: key, Body: body }))
    await host.idle()
    expect(await archived()).toContain(flight('g'))
    expect(await icecore('quarantine', 'retry', '--all', '--queue', 'objects')).toMatchObject({
      status: 0,
      out: `${id}  sent to the queue objects\n`,
    })
    await host.idle()
    expect(await idsOf('--queue', 'objects')).toEqual([])
    expect((await archived()).filter((text) => text === flight('g'))).toHaveLength(1)
    expect((await connection.ledger('flights')).balanced).toBe(true)
  })

  it('[F16] records that were given up on in an outage are kept, and archived once when they are sent again', async () => {
    outage = true
    const messageId = await send(`${flight('o-1')}\n${flight('o-2')}`, 'flights')
    const isKept = async () => (await idsOf('--queue', 'records')).length > 0
    await host.runUntil(isKept, { deadline: cloud.clock.now() + DAY, stride: HOUR })
    outage = false
    expect(await idsOf('--queue', 'records')).toEqual([messageId])
    expect(await json('show', messageId ?? '')).toMatchObject({
      body: `${flight('o-1')}\n${flight('o-2')}`,
      attributes: [{ name: 'dataset', dataType: 'String', stringValue: 'flights' }],
      reason: 'AccessDenied',
      detail: expect.stringContaining('the key is disabled'),
    })
    expect(await icecore('quarantine', 'retry', messageId ?? '')).toMatchObject({ status: 0 })
    await host.idle()
    const kept = (await archived()).filter((text) => text.includes('"o-'))
    expect(kept.toSorted()).toEqual([flight('o-1'), flight('o-2')])
    expect(await idsOf()).not.toContain(messageId)
    expect((await connection.ledger('flights')).balanced).toBe(true)
  })
})
