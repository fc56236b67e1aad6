import { SendMessageBatchCommand, SQSClient } from '@aws-sdk/client-sqs'
import { expect, test } from 'vitest'
import { sendBatch } from '../../cli/send-messages.ts'

/** A queue that refuses what it is told to: an id and a code for each call. */
const aQueue = (refusals: readonly (readonly [id: string, code: string, senderFault?: boolean][])[]) => {
  const calls: string[][] = []
  const sqs = new SQSClient({ region: 'us-east-1' })
  sqs.middlewareStack.add(
    () => async (args) => {
      const { Entries = [] } = new SendMessageBatchCommand(Object(args.input)).input
      const refused = refusals[calls.length] ?? []
      calls.push(Entries.map(({ MessageBody = '' }) => MessageBody))
      const Failed = refused.map(([Id, Code, SenderFault = false]) => ({ Id, Code, SenderFault }))
      return { output: { $metadata: {}, Failed, Successful: [] }, response: {} }
    },
    { step: 'initialize', priority: 'high' },
  )
  return { sqs, calls, url: 'http://127.0.0.1:1/q', dataset: 'orders' }
}

const batch = ['a', 'b', 'c'].map((body) => ({ body, bytes: 1, records: 1 }))

test('what a queue refuses for the moment is sent again, and nothing that it took', async () => {
  const busy = 'InternalError'
  const queue = aQueue([
    [
      ['0', busy],
      ['2', busy],
    ],
    [['2', busy]],
    [],
  ])
  await sendBatch(queue, batch)
  expect(queue.calls).toEqual([['a', 'b', 'c'], ['a', 'c'], ['c']])
})

test('what a queue refuses for good is not sent again, and says why', async () => {
  const queue = aQueue([[['1', 'InvalidMessageContents', true]]])
  await expect(sendBatch(queue, batch)).rejects.toThrow('SQS refused 1 messages: InvalidMessageContents')
  expect(queue.calls).toHaveLength(1)
})

test('a queue that goes on refusing is given up', async () => {
  const queue = aQueue(Array(99).fill([['1', 'InternalError']]))
  await expect(sendBatch(queue, batch)).rejects.toThrow('SQS refused 1 messages')
  expect(queue.calls).toHaveLength(6)
})
