import { hash } from 'node:crypto'
import { createServer } from 'node:http'
import { SQSClient } from '@aws-sdk/client-sqs'
import { describe, expect, onTestFinished, test } from 'vitest'
import { makeSqsReplay, queueUrlOf } from '../../shared/adapters/aws/sqs-replay.ts'
import { makeMemoryReplay } from '../../shared/adapters/memory/memory-replay.ts'
import type { ReplayMessage } from '../../shared/ports/replay.ts'
import { aCloudWithClients } from '../support/a-catalog-table.ts'

const [STANDARD, FIFO] = [
  'arn:aws:sqs:us-east-1:000000000000:replay',
  'arn:aws:sqs:us-east-1:000000000000:replay.fifo',
]

const clientFor = (endpoint: string) => {
  const credentials = { accessKeyId: 'icecore', secretAccessKey: 'icecore-local' }
  const sqs = new SQSClient({ endpoint, region: 'us-east-1', credentials, maxAttempts: 1 })
  onTestFinished(() => sqs.destroy())
  return sqs
}

const aCloud = async () => {
  const { cloud } = await aCloudWithClients()
  cloud.sqs.createQueue('replay')
  cloud.sqs.createQueue('replay.fifo', { FifoQueue: 'true' })
  return cloud
}

type Cloud = Awaited<ReturnType<typeof aCloud>>

const aMessage = (parts: Partial<ReplayMessage> = {}): ReplayMessage => ({
  body: '{"a":1}',
  attributes: { dataset: 'orders', id: 'ö 1' },
  dedupKey: 'key-1',
  group: 'orders',
  ...parts,
})

const received = ({ sqs }: Cloud, queue: string) =>
  sqs.receive(queue, { max: 10 }).map(({ body, attributes, groupId }) => ({
    body,
    groupId,
    attributes: Object.fromEntries([...attributes].map(([name, { stringValue }]) => [name, stringValue])),
  }))

describe.each([
  ['memory', ({ sqs }: Cloud) => makeMemoryReplay(sqs)],
  [
    'SQS',
    ({ endpoint }: Cloud) =>
      makeSqsReplay({
        sqs: clientFor(endpoint),
        urlOf: (arn) => queueUrlOf(arn, `${endpoint}/000000000000/sibling`),
      }),
  ],
] as const)('a replay through %s', (_, make) => {
  test.each([STANDARD, FIFO])('sends records with their attributes and group to %s', async (queue) => {
    const cloud = await aCloud()
    const messages = ['1', '2'].map((dedupKey) => aMessage({ body: `{"a":${dedupKey}}`, dedupKey }))
    expect(await make(cloud).send(queue, messages)).toEqual(['sent', 'sent'])
    expect(received(cloud, queue)).toEqual(
      messages.map(({ body, attributes, group }) => ({ body, attributes, groupId: group })),
    )
  })

  test('sends a record once to a FIFO queue, however often it is told', async () => {
    const cloud = await aCloud()
    const replay = make(cloud)
    for (let times = 0; times < 2; times += 1) expect(await replay.send(FIFO, [aMessage()])).toEqual(['sent'])
    expect(received(cloud, FIFO)).toHaveLength(1)
  })

  test('[F6] says which of a batch the queue will never take', async () => {
    const cloud = await aCloud()
    cloud.sqs.setQueueAttributes(STANDARD, { MaximumMessageSize: '1024' })
    const bodies = ['first', 'x'.repeat(2000), 'a\u0000b', 'last']
    const messages = bodies.map((body) => aMessage({ body }))
    expect(await make(cloud).send(STANDARD, messages)).toEqual(['sent', 'refused', 'refused', 'sent'])
    expect(received(cloud, STANDARD).map(({ body }) => body)).toEqual(['first', 'last'])
  })

  test('throws for a queue that is not there', async () => {
    const cloud = await aCloud()
    await expect(make(cloud).send(`${STANDARD}-gone`, [aMessage()])).rejects.toThrow()
  })
})

describe('SQS that takes some of a batch', () => {
  type Entry = { readonly Id: string; readonly MessageBody: string }

  /** Fails each body as often as it is told, for reasons of its own. */
  const anUnsteadyQueue = async (failures: Record<string, number>) => {
    const left = new Map(Object.entries(failures))
    const calls: string[][] = []
    const server = createServer(async (request, response) => {
      const chunks: Buffer[] = []
      for await (const chunk of request) chunks.push(chunk)
      const { Entries }: { Entries: Entry[] } = JSON.parse(Buffer.concat(chunks).toString())
      calls.push(Entries.map(({ MessageBody }) => MessageBody))
      const isFailed = ({ MessageBody }: Entry) => {
        const more = left.get(MessageBody) ?? 0
        left.set(MessageBody, more - 1)
        return more > 0
      }
      const Failed: object[] = []
      const Successful: object[] = []
      for (const entry of Entries)
        if (isFailed(entry)) Failed.push({ Id: entry.Id, Code: 'InternalError', SenderFault: false })
        else
          Successful.push({ Id: entry.Id, MessageId: '1', MD5OfMessageBody: hash('md5', entry.MessageBody) })
      response.setHeader('content-type', 'application/x-amz-json-1.0')
      response.end(JSON.stringify({ Successful, Failed }))
    })
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    onTestFinished(() => new Promise((resolve) => server.close(() => resolve())))
    const address = server.address()
    if (address === null || typeof address === 'string') throw new Error('no port')
    const endpoint = `http://127.0.0.1:${address.port}`
    const sqs = clientFor(endpoint)
    const replay = makeSqsReplay({ sqs, urlOf: () => `${endpoint}/000000000000/replay` })
    return { replay, calls }
  }

  const three = ['a', 'b', 'c'].map((body) => aMessage({ body, attributes: {} }))

  test('[F6] is sent the others again, and only those', async () => {
    const { replay, calls } = await anUnsteadyQueue({ a: 1, c: 2 })
    expect(await replay.send(STANDARD, three)).toEqual(['sent', 'sent', 'sent'])
    expect(calls).toEqual([['a', 'b', 'c'], ['a', 'c'], ['c']])
  })

  test('[F6] is given up on at last, and says why', async () => {
    const { replay, calls } = await anUnsteadyQueue({ b: 100 })
    await expect(replay.send(STANDARD, three)).rejects.toThrow(
      'SQS did not take 1 of 3 records: InternalError',
    )
    expect(calls).toHaveLength(5)
  })
})
