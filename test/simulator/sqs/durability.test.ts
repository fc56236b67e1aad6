import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { describe, expect, onTestFinished, test } from 'vitest'
import { makeSqliteSqsStore } from '../../../simulator/sqs/sqlite-store.ts'
import { aSqsModel } from './sqs-fixture.ts'

const aFile = async () => {
  const folder = await mkdtemp(join(tmpdir(), 'icecore-sqs-'))
  onTestFinished(() => rm(folder, { recursive: true }))
  return join(folder, 'sqs.sqlite')
}

describe('queues in a file', () => {
  test('are as they were when the file is opened again', async () => {
    const file = await aFile()
    const first = aSqsModel({ store: makeSqliteSqsStore(file) })
    const queue = first.sqs.createQueue('orders', { DelaySeconds: '1' }, new Map([['team', 'ice']]))
    const attributes = new Map([
      ['text', { dataType: 'String', stringValue: 'é' }],
      ['raw', { dataType: 'Binary', binaryValue: Uint8Array.of(0, 200) }],
    ])
    first.sqs.send(queue, { body: 'in flight', attributes, delaySeconds: 0, traceHeader: 'Root=1' })
    const [message] = first.sqs.receive(queue)
    first.sqs.send(queue, { body: 'visible', delaySeconds: 0 })
    first.sqs.send(queue, { body: 'delayed' })
    first.sqs.close()

    const { sqs, pass } = aSqsModel({
      store: makeSqliteSqsStore(file),
      newId: () => 'new',
      start: first.now(),
    })
    expect(sqs.counts(queue)).toMatchObject({ visible: 1, inFlight: 1, delayed: 1 })
    expect(sqs.queueTags(queue)).toEqual(new Map([['team', 'ice']]))
    expect(sqs.queueAttributes(queue)).toMatchObject({ DelaySeconds: '1', VisibilityTimeout: '30' })
    pass(30_000)
    const again = sqs.receive(queue, { max: 10 })
    expect(again.map(({ body }) => body).sort()).toEqual(['delayed', 'in flight', 'visible'])
    const { receiptHandle: _, ...content } = again.find(({ body }) => body === 'in flight') ?? {}
    expect(content).toEqual({
      ...message,
      receiveCount: 2,
      receiptHandle: undefined,
      attributes: new Map([
        ['text', { dataType: 'String', stringValue: 'é' }],
        ['raw', { dataType: 'Binary', binaryValue: Buffer.from([0, 200]) }],
      ]),
    })
    sqs.delete(queue, message?.receiptHandle ?? '')
    expect(sqs.counts(queue).inFlight).toBe(3)
  })

  test('keep deduplication, sequence and the group in flight', async () => {
    const file = await aFile()
    const first = aSqsModel({ store: makeSqliteSqsStore(file) })
    const queue = first.sqs.createQueue('seal.fifo', { FifoQueue: 'true' })
    const message = { body: 'one', groupId: 'g', deduplicationId: 'd' }
    const sent = first.sqs.send(queue, message)
    first.sqs.receive(queue)
    first.sqs.close()

    const { sqs, pass } = aSqsModel({
      store: makeSqliteSqsStore(file),
      newId: () => 'new',
      start: first.now(),
    })
    expect(sqs.send(queue, message)).toEqual(sent)
    const next = sqs.send(queue, { ...message, body: 'two', deduplicationId: 'e' })
    expect(Number(next.sequenceNumber)).toBeGreaterThan(Number(sent.sequenceNumber))
    expect(sqs.receive(queue, { max: 10 })).toEqual([])
    pass(30_000)
    expect(sqs.receive(queue, { max: 10 })).toMatchObject([{ body: 'one' }, { body: 'two' }])
  })

  test('forget deleted messages, and deleted queues with theirs', async () => {
    const file = await aFile()
    const { sqs } = aSqsModel({ store: makeSqliteSqsStore(file) })
    const [kept, dropped] = [sqs.createQueue('kept'), sqs.createQueue('dropped')]
    for (const queue of [kept, dropped]) sqs.send(queue, { body: 'x' })
    sqs.delete(kept, sqs.receive(kept)[0]?.receiptHandle ?? '')
    sqs.deleteQueue(dropped)
    sqs.close()
    const reopened = aSqsModel({ store: makeSqliteSqsStore(file) }).sqs
    expect(reopened.listQueues()).toEqual(['kept'])
    expect(reopened.counts(kept)).toMatchObject({ visible: 0, inFlight: 0 })
  })

  test('hold every message whose sending was answered before the process was killed', async () => {
    const file = await aFile()
    const child = spawn(process.execPath, [join(import.meta.dirname, 'send-for-ever.ts'), file])
    const answered: string[] = []
    for await (const line of createInterface(child.stdout)) {
      answered.push(line)
      if (answered.length === 500) child.kill('SIGKILL')
    }
    if (child.exitCode === null && child.signalCode === null) await once(child, 'exit')
    const { sqs } = aSqsModel({ store: makeSqliteSqsStore(file) })
    const queue = sqs.queueArn('orders')
    const found = new Set<string>()
    for (
      let batch = sqs.receive(queue, { max: 10 });
      batch.length > 0;
      batch = sqs.receive(queue, { max: 10 })
    ) {
      for (const { body } of batch) found.add(body)
    }
    expect(answered.length).toBeGreaterThanOrEqual(500)
    expect(answered.filter((body) => !found.has(body))).toEqual([])
  })
})
