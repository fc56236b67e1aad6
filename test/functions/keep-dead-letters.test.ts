import type { SQSRecord } from 'aws-lambda'
import { expect, test } from 'vitest'
import { createHandler } from '../../functions/keep-dead-letters/create-handler.ts'
import { makeDeadLetterObjects, makeDeadLetters } from '../../shared/adapters/dead-letter-store.ts'
import { makeMemoryArchive } from '../../shared/adapters/memory/memory-archive.ts'
import { collect } from '../support/archive-facts.ts'
import { anArchiveWorld, type Wrap } from '../support/archive-world.ts'
import { NOON } from '../support/builders.ts'
import { expectEmf, metricLines } from '../support/emf.ts'
import { failing } from '../support/failing.ts'
import { keptTelemetry } from '../support/silent-telemetry.ts'
import { aContext, anSqsEvent } from '../support/sqs-event.ts'

const ARN = 'arn:aws:sqs:us-east-1:123456789012:'

const aFunction = (wrap: Wrap = (port) => port) => {
  const world = anArchiveWorld()
  const { telemetry, lines } = keptTelemetry()
  const handler = createHandler({
    telemetry,
    queuePrefix: 'icecore-dev-',
    hotBucket: 'hot',
    letters: wrap(makeDeadLetters(world.archive)),
    notes: telemetry.notes,
    register: world.register,
    hotLister: makeMemoryArchive(world.s3, 'hot').lister,
    now: () => world.clock.now,
  })
  const objects = makeDeadLetterObjects(world.archive)
  return { world, lines, objects, keep: (...Records: SQSRecord[]) => handler({ Records }, aContext) }
}

const aRecord = (queue: string, body: string, parts: Partial<SQSRecord> = {}): SQSRecord => {
  const [record] = anSqsEvent(body).Records
  if (record === undefined) throw new Error('no record')
  return { ...record, eventSourceARN: `${ARN}${queue}`, ...parts }
}

const done = { batchItemFailures: [] }

test('a letter of any queue is kept under that queue, with attributes and group', async () => {
  const { keep, objects } = aFunction()
  const attributes = { ...aRecord('q', '').attributes, MessageGroupId: 'orders/2024-03-10' }
  const messageAttributes: SQSRecord['messageAttributes'] = {
    dataset: { dataType: 'String', stringValue: 'orders' },
    raw: { dataType: 'Binary', binaryValue: '/w==' },
  }
  const records = [
    aRecord('icecore-dev-records-dead-letters', 'hunter2', { messageId: 'a', messageAttributes }),
    aRecord('icecore-dev-seal-dead-letters.fifo', '{}', { messageId: 'b', attributes }),
    aRecord('icecore-dev-storage-events-dead-letters', '{}', { messageId: 'c' }),
  ]
  expect(await keep(...records)).toEqual(done)
  expect((await collect(objects.list())).map(({ queue, messageId }) => [queue, messageId])).toEqual([
    ['records', 'a'],
    ['seal.fifo', 'b'],
    ['storage-events', 'c'],
  ])
  expect(await objects.read({ queue: 'records', messageId: 'a' })).toMatchObject({
    body: 'hunter2',
    group: null,
    attributes: [
      { name: 'dataset', dataType: 'String', stringValue: 'orders' },
      { name: 'raw', dataType: 'Binary', binaryValue: '/w==' },
    ],
  })
  expect(await objects.read({ queue: 'seal.fifo', messageId: 'b' })).toMatchObject({
    group: 'orders/2024-03-10',
  })
})

test('what is kept is counted, once, and the log holds no body', async () => {
  const { keep, lines } = aFunction()
  const record = aRecord('icecore-dev-records-dead-letters', 'hunter2')
  await keep(record)
  await keep(record)
  expectEmf(metricLines(lines))
  expect(metricLines(lines)).toMatchObject([{ deadLettersKept: 1 }])
  expect(JSON.stringify(lines)).not.toContain('hunter2')
})

test('a letter that cannot be kept stays where it is, and holds up no other', async () => {
  const { keep, objects, lines } = aFunction(
    failing('keep', (letter) => JSON.stringify(letter).includes('stubborn')),
  )
  const queue = 'icecore-dev-records-dead-letters'
  const records = [
    aRecord(queue, 'stubborn', { messageId: 'a' }),
    aRecord(queue, 'fine', { messageId: 'b' }),
    aRecord('someone-elses-queue', 'odd', { messageId: 'c' }),
    aRecord('icecore-dev-records', 'alive', { messageId: 'd' }),
  ]
  const failed = ['a', 'c', 'd'].map((itemIdentifier) => ({ itemIdentifier }))
  expect(await keep(...records)).toEqual({ batchItemFailures: expect.arrayContaining(failed) })
  expect((await collect(objects.list())).map(({ messageId }) => messageId)).toEqual(['b'])
  expect(lines.filter(({ message }) => message === 'dead letter not kept')).toHaveLength(3)
})

test('a hot object that an event or a request names is set aside, of the hot bucket alone', async () => {
  const { world, keep } = aFunction()
  const queue = 'icecore-dev-objects-dead-letters'
  const keys = ['orders/a b.gz', 'orders/by-hand.gz', 'orders/elsewhere.gz', 'orders/unread.gz']
  for (const key of keys) world.putHot(key, 'damaged')
  const event = (key: string, bucket: string) => ({
    Records: [
      {
        eventVersion: '2.1',
        eventName: 'ObjectCreated:Put',
        s3: { bucket: { name: bucket }, object: { key } },
      },
    ],
  })
  const bodies = [
    event('orders/a+b.gz', 'hot'),
    { key: 'orders/by-hand.gz' },
    event('orders/elsewhere.gz', 'other'),
    { nothing: 'orders/unread.gz' },
  ]
  const attributes = { ...aRecord(queue, '').attributes, SentTimestamp: String(NOON) }
  const records = bodies.map((body, at) =>
    aRecord(queue, JSON.stringify(body), { messageId: `m${at}`, attributes }),
  )
  expect(await keep(...records)).toEqual(done)
  const aside = await Promise.all(keys.map((key) => world.register.findSetAside(key)))
  expect(aside.map((mark) => mark?.reason)).toEqual(['no-answer', 'no-answer', undefined, undefined])
})
