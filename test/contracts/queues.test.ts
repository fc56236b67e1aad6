import { ReceiveMessageCommand } from '@aws-sdk/client-sqs'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { makeExpireQueue, makeSealQueue } from '../../shared/adapters/aws/sqs-queues.ts'
import { makeMemoryQueue } from '../../shared/adapters/memory/memory-queue.ts'
import type { PartitionRef } from '../../shared/domain/segment.ts'
import type { ExpireTask } from '../../shared/ports/queues.ts'
import { openWire } from './archive-backend.ts'

const aRef = (day: number): PartitionRef => ({
  dataset: 'orders',
  partition: new Date(Date.UTC(2024, 0, day)).toISOString().slice(0, 10),
})

const aTask = (day: number, parts: Partial<ExpireTask> = {}): ExpireTask => ({
  ...aRef(day),
  commitIds: ['L#a'],
  orphanKeys: [],
  ...parts,
})

const byPartition = (a: PartitionRef, b: PartitionRef) => (a.partition < b.partition ? -1 : 1)

test('a queue in memory gives what was sent, once', async () => {
  const queue = makeMemoryQueue<PartitionRef>()
  await queue.send([aRef(1), aRef(2)])
  await queue.send([])
  await queue.send([aRef(1)])
  expect(queue.receive()).toEqual([aRef(1), aRef(2), aRef(1)])
  expect(queue.receive()).toEqual([])
})

describe('a queue on SQS', () => {
  let wire: Awaited<ReturnType<typeof openWire>>
  beforeAll(async () => {
    wire = await openWire()
  })
  afterAll(() => wire.close())

  const receive = async (suffix: string): Promise<PartitionRef[]> => {
    const { Messages = [] } = await wire.sqs.send(
      new ReceiveMessageCommand({
        QueueUrl: wire.queueUrl(suffix),
        MaxNumberOfMessages: 10,
        WaitTimeSeconds: 0,
      }),
    )
    return Messages.map(({ Body = '' }) => JSON.parse(Body))
  }

  const receiveAll = async (suffix: string): Promise<PartitionRef[]> => {
    const some = await receive(suffix)
    return some.length === 0 ? [] : [...some, ...(await receiveAll(suffix))]
  }

  test('takes more tasks than a batch holds, and each as it is', async () => {
    const queue = makeExpireQueue({ sqs: wire.sqs, url: wire.queueUrl('-expire') })
    const tasks = Array.from({ length: 23 }, (_, day) => aTask(day + 1, { orphanKeys: ['sealed/é "x"'] }))
    await queue.send(tasks)
    expect((await receiveAll('-expire')).toSorted(byPartition)).toEqual(tasks)
  })

  test('takes nothing for no tasks', async () => {
    await makeExpireQueue({ sqs: wire.sqs, url: wire.queueUrl('-expire') }).send([])
    expect(await receive('-expire')).toEqual([])
  })

  test('throws when it cannot take a task', async () => {
    const queue = makeExpireQueue({ sqs: wire.sqs, url: wire.queueUrl('-expire') })
    const huge = aTask(1, { orphanKeys: ['x'.repeat(2 ** 20)] })
    await expect(queue.send([huge])).rejects.toThrow()
    await expect(
      makeExpireQueue({ sqs: wire.sqs, url: `${wire.queueUrl('-expire')}x` }).send([aTask(1)]),
    ).rejects.toThrow()
  })

  test('[F6] throws when it takes some tasks of a batch and refuses others', async () => {
    const Failed = [{ Id: '1', Code: 'InternalError', SenderFault: false }]
    const send = async () => ({ Failed, Successful: [{ Id: '0' }] })
    const sqs = new Proxy(wire.sqs, {
      get: (target, name) => (name === 'send' ? send : Reflect.get(target, name)),
    })
    await expect(makeExpireQueue({ sqs, url: 'any' }).send([aTask(1), aTask(2)])).rejects.toThrow(
      'SQS refused 1 of 2 messages: InternalError',
    )
  })

  test('seals one partition at a time, and different partitions at once', async () => {
    const queue = makeSealQueue({ sqs: wire.sqs, url: wire.queueUrl('-seal.fifo') })
    await queue.send([aRef(1), aRef(2), aRef(3)])
    expect((await receiveAll('-seal.fifo')).toSorted(byPartition)).toEqual([aRef(1), aRef(2), aRef(3)])
    // past the five minutes in which the same task would be taken for a repeat
    await wire.cloud.advance(wire.cloud.clock.now() + 6 * 60_000)
    await queue.send([aRef(1), aRef(4)])
    expect(await receiveAll('-seal.fifo')).toEqual([aRef(4)])
  })

  test('a seal task that is sent again within five minutes is one task', async () => {
    const queue = makeSealQueue({ sqs: wire.sqs, url: wire.queueUrl('-seal.fifo') })
    await queue.send([aRef(10)])
    await queue.send([aRef(10), aRef(11)])
    expect((await receiveAll('-seal.fifo')).toSorted(byPartition)).toEqual([aRef(10), aRef(11)])
  })
})
