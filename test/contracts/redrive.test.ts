import { ReceiveMessageCommand } from '@aws-sdk/client-sqs'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { makeRecordsQueue } from '../../shared/adapters/aws/sqs-queues.ts'
import { makeSqsRedrive } from '../../shared/adapters/aws/sqs-redrive.ts'
import type { DeadLetter } from '../../shared/ports/dead-letters.ts'
import { openWire } from './archive-backend.ts'

let wire: Awaited<ReturnType<typeof openWire>>
beforeAll(async () => {
  wire = await openWire()
})
afterAll(() => wire.close())

const urlOf = async (queue: string) => wire.queueUrl(`-${queue}`)
const receive = async (queue: string) => {
  const { Messages = [] } = await wire.sqs.send(
    new ReceiveMessageCommand({
      QueueUrl: await urlOf(queue),
      MaxNumberOfMessages: 10,
      WaitTimeSeconds: 0,
      MessageAttributeNames: ['All'],
      MessageSystemAttributeNames: ['All'],
    }),
  )
  return Messages
}

const aLetter = (parts: Partial<DeadLetter>): DeadLetter => ({
  queue: 'records',
  messageId: 'm-1',
  body: 'é\n{"',
  attributes: [],
  sentAt: 1,
  receives: 11,
  group: null,
  reason: 'no-answer',
  detail: '',
  keptAt: 1,
  ...parts,
})

test('a dead letter is sent to its queue with every attribute, text or bytes', async () => {
  const attributes = [
    { name: 'dataset', dataType: 'String', stringValue: 'orders' },
    { name: 'raw', dataType: 'Binary.png', binaryValue: '/w==' },
  ]
  await makeSqsRedrive({ sqs: wire.sqs, urlOf }).send(aLetter({ attributes }))
  expect(await receive('records')).toMatchObject([
    {
      Body: 'é\n{"',
      MessageAttributes: {
        dataset: { DataType: 'String', StringValue: 'orders' },
        raw: { DataType: 'Binary.png', BinaryValue: new Uint8Array([255]) },
      },
    },
  ])
})

test('one of a FIFO queue is sent in its group, and twice in a row is once', async () => {
  const redrive = makeSqsRedrive({ sqs: wire.sqs, urlOf })
  const letter = aLetter({ queue: 'seal.fifo', group: 'orders/2024-03-10' })
  await redrive.send(letter)
  await redrive.send(letter)
  await redrive.send({ ...letter, messageId: 'm-2', group: 'orders/2024-03-11' })
  const groups = (await receive('seal.fifo')).map(({ Attributes }) => Attributes?.MessageGroupId)
  expect(groups.toSorted()).toEqual(['orders/2024-03-10', 'orders/2024-03-11'])
})

test('records are sent as envelopes, or as lines of a dataset', async () => {
  const messages = [
    { body: '{"dataset":"orders","records":[]}', dataset: null },
    { body: 'x'.repeat(2 ** 20 - 200), dataset: 'orders' },
  ]
  await makeRecordsQueue({ sqs: wire.sqs, url: await urlOf('records') }).send(messages)
  const received = [...(await receive('records')), ...(await receive('records'))]
  expect(
    received.map(({ Body = '', MessageAttributes }) => [
      Body,
      MessageAttributes?.dataset?.StringValue ?? null,
    ]),
  ).toEqual(expect.arrayContaining(messages.map(({ body, dataset }) => [body, dataset])))
})
