import { spawn } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { CreateQueueCommand, ReceiveMessageCommand, SendMessageCommand } from '@aws-sdk/client-sqs'
import { describe, expect, onTestFinished, test } from 'vitest'
import * as z from 'zod'
import { makeCloud } from '../../../simulator/cloud.ts'
import { aCloud, clientsOf } from './cloud-fixture.ts'

const aFolder = async () => {
  const folder = await mkdtemp(join(tmpdir(), 'icecore-cloud-'))
  onTestFinished(() => rm(folder, { recursive: true }))
  return folder
}

const invoiceSchema = z.object({
  total: z.number(),
  lines: z.array(z.object({ line: z.string(), quantity: z.number() })),
})
const timeSchema = z.object({ now: z.iso.datetime() })

const control = async (endpoint: string, path: string, body?: object) => {
  const init = body === undefined ? {} : { method: 'POST', body: JSON.stringify(body) }
  const response = await fetch(`${endpoint}/_simulator/${path}`, init)
  return { status: response.status, body: await response.json() }
}

describe('the cloud', () => {
  test("delivers S3's events to a queue", async () => {
    const { cloud, sqs } = await aCloud()
    const queueArn = cloud.sqs.createQueue('events')
    cloud.s3.createBucket({ bucket: 'hot' })
    cloud.s3.putNotifications({
      bucket: 'hot',
      notifications: [{ id: 'n', queueArn, events: ['s3:ObjectCreated:*'], prefix: '', suffix: '' }],
    })
    cloud.s3.putObject({ bucket: 'hot', key: 'a b', body: Buffer.from('x') })
    const QueueUrl = `${cloud.endpoint}/000000000000/events`
    const { Messages = [] } = await sqs.send(
      new ReceiveMessageCommand({ QueueUrl, MaxNumberOfMessages: 10, WaitTimeSeconds: 5 }),
    )
    expect(Messages.some(({ Body }) => Body?.includes('"key":"a+b"'))).toBe(true)
  })

  test('stops at each due event when it advances', async () => {
    const { cloud } = await aCloud({ speed: 0, start: 0 })
    const queue = cloud.sqs.createQueue('orders')
    for (const delaySeconds of [600, 300]) cloud.sqs.send(queue, { body: `${delaySeconds}`, delaySeconds })
    const seen: number[] = []
    cloud.sqs.subscribe(() => seen.push(cloud.clock.now()))
    await cloud.advance(900_000)
    expect(seen).toEqual([300_000, 600_000])
    expect(cloud.clock.now()).toBe(900_000)
  })

  test('does what is due by itself as its clock runs', async () => {
    const { cloud } = await aCloud({ speed: 100_000 })
    const queue = cloud.sqs.createQueue('orders')
    const arrived = new Promise((resolve) => cloud.sqs.subscribe(resolve))
    cloud.sqs.send(queue, { body: 'late', delaySeconds: 900 })
    expect(await arrived).toBe(queue)
  })

  test('serves more services, which see who signed', async () => {
    const { cloud } = await aCloud()
    cloud.mount({
      service: 'execute-api',
      prefix: '/api/',
      handle: async ({ path, accessKeyId }) => ({
        status: 200,
        body: JSON.stringify({ path, accessKeyId: accessKeyId ?? null }),
      }),
    })
    const response = await fetch(`${cloud.endpoint}/api/datasets`)
    expect(await response.json()).toEqual({ path: '/api/datasets', accessKeyId: null })
    const forged = await fetch(`${cloud.endpoint}/api/datasets`, {
      headers: {
        authorization:
          'AWS4-HMAC-SHA256 Credential=icecore/20260101/us-east-1/execute-api/aws4_request, SignedHeaders=host, Signature=00',
        'x-amz-date': '20260101T000000Z',
      },
    })
    expect(forged.status).toBe(403)
  })

  test('repeats its ids from a seed', async () => {
    const ids = async () => {
      const cloud = await makeCloud({ seed: 7, start: 0, speed: 0 })
      const { messageId } = cloud.sqs.send(cloud.sqs.createQueue('orders'), { body: 'x' })
      await cloud.close()
      return messageId
    }
    expect(await ids()).toBe(await ids())
    expect(await ids()).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-8[0-9a-f]{3}-[0-9a-f]{12}$/)
  })
})

describe('the control requests', () => {
  test('tell the time, leap, and change the speed', async () => {
    const { cloud } = await aCloud({ speed: 0, start: Date.UTC(2020, 0, 1) })
    const queue = cloud.sqs.createQueue('orders')
    cloud.sqs.send(queue, { body: 'x', delaySeconds: 60 })
    const at = (now: string) => ({ status: 200, body: expect.objectContaining({ now }) })
    expect(await control(cloud.endpoint, 'time')).toEqual({
      status: 200,
      body: { now: '2020-01-01T00:00:00.000Z', speed: 0, nextDue: '2020-01-01T00:01:00.000Z' },
    })
    expect(await control(cloud.endpoint, 'leap', { next: true })).toEqual(at('2020-01-01T00:01:00.000Z'))
    expect(await control(cloud.endpoint, 'leap', { by: '12h' })).toEqual(at('2020-01-01T12:01:00.000Z'))
    expect(await control(cloud.endpoint, 'leap', { to: '2021-01-01T00:00:00Z' })).toEqual(
      at('2021-01-01T00:00:00.000Z'),
    )
    expect(await control(cloud.endpoint, 'speed', { speed: 60 })).toMatchObject({ body: { speed: 60 } })
    expect(await control(cloud.endpoint, 'health')).toMatchObject({ body: { status: 'ok' } })
    expect(await control(cloud.endpoint, 'nothing')).toMatchObject({ status: 404 })
    cloud.tell('moon', () => ({ phase: 'full' }))
    expect(await control(cloud.endpoint, 'moon')).toEqual({ status: 200, body: { phase: 'full' } })
    expect(await control(cloud.endpoint, 'moon', {})).toMatchObject({ status: 404 })
  })

  test.each([{ by: '12' }, { by: '12h', to: '2021-01-01T00:00:00Z' }, { to: 'tomorrow' }, {}, { speed: 1 }])(
    'refuse the leap %j',
    async (body) => {
      const { cloud } = await aCloud({ speed: 0 })
      const before = cloud.clock.now()
      expect(await control(cloud.endpoint, 'leap', body)).toMatchObject({ status: 400 })
      expect(cloud.clock.now()).toBe(before)
    },
  )

  test('write the invoice, stored bytes included', async () => {
    const { cloud } = await aCloud({ speed: 0, start: 0 })
    cloud.s3.createBucket({ bucket: 'cold' })
    cloud.s3.putObject({
      bucket: 'cold',
      key: 'x',
      body: Buffer.alloc(1024 * 1024),
      storageClass: 'DEEP_ARCHIVE',
    })
    await cloud.advance(Date.UTC(1971, 0, 1))
    const { body } = await control(cloud.endpoint, 'bill')
    const { lines, total } = invoiceSchema.parse(body)
    expect(lines.map(({ line }) => line)).toContain('s3.storage.DEEP_ARCHIVE')
    expect(total).toBeGreaterThan(0)
  })
})

describe('a cloud in a directory', () => {
  test('goes on, later, with the bill that it had', async () => {
    const dataDir = await aFolder()
    const first = await makeCloud({ dataDir, start: Date.UTC(2020, 0, 1), speed: 0 })
    first.sqs.send(first.sqs.createQueue('orders'), { body: 'x' })
    await first.advance(Date.UTC(2025, 0, 1))
    const bill = first.invoice()
    await first.close()
    const { cloud } = await aCloud({ dataDir, speed: 0 })
    expect(cloud.clock.now()).toBe(Date.UTC(2025, 0, 1))
    expect(cloud.invoice()).toEqual(bill)
  })

  test('is kept from a second simulator', async () => {
    const dataDir = await aFolder()
    await aCloud({ dataDir })
    await expect(makeCloud({ dataDir })).rejects.toThrow()
  })

  test('never goes back in time nor forgets what it billed when its process is killed', async () => {
    const dataDir = await aFolder()
    const main = join(import.meta.dirname, '../../../simulator/main.ts')
    let lastSeen = 0
    let lastBilled = 0
    for (let run = 0; run < 3; run++) {
      const args = [
        main,
        '--port',
        '0',
        '--data',
        dataDir,
        '--speed',
        '50000',
        '--start',
        '2020-01-01T00:00:00Z',
      ]
      const child = spawn(process.execPath, args)
      const endpoint = await new Promise<string>((resolve, reject) => {
        child.once('exit', (code) => reject(new Error(`the simulator ended with ${code}`)))
        child.stdout.once('data', (text) => resolve(/http:\/\/[\d.:]+/.exec(String(text))?.[0] ?? ''))
      })
      const { sqs } = clientsOf(endpoint)
      const { QueueUrl } = await sqs.send(new CreateQueueCommand({ QueueName: 'orders' }))
      for (let count = 0; count < 10; count++) {
        await sqs.send(new SendMessageCommand({ QueueUrl, MessageBody: 'x' }))
      }
      const { now } = timeSchema.parse((await control(endpoint, 'time')).body)
      const { lines } = invoiceSchema.parse((await control(endpoint, 'bill')).body)
      const billed = (lines.find(({ line }) => line === 'sqs.request')?.quantity ?? 0) * 1e6
      expect(Date.parse(now)).toBeGreaterThan(lastSeen)
      expect(Math.round(billed - lastBilled)).toBe(11)
      lastSeen = Date.parse(now)
      lastBilled = billed
      const gone = new Promise((resolve) => child.once('close', resolve))
      child.removeAllListeners('exit')
      child.kill('SIGKILL')
      await gone
    }
  })
})
