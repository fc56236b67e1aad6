import { createHash } from 'node:crypto'
import {
  SendMessageBatchCommand,
  type SendMessageBatchRequestEntry,
  SendMessageCommand,
  type SQSClient,
} from '@aws-sdk/client-sqs'
import type { PartitionRef } from '../../domain/segment.ts'
import type {
  ExpireQueue,
  HydrateQueue,
  ObjectsQueue,
  RecordsQueue,
  SealQueue,
  ThawQueue,
} from '../../ports/queues.ts'

type QueueAddress = { readonly sqs: SQSClient; readonly url: string }

const MAX_ENTRIES = 10

type Entry = Omit<SendMessageBatchRequestEntry, 'Id'>

/** Sends all entries, ten a call, or throws: SQS can take some of a batch and refuse the rest. */
const sendAll = async ({ sqs, url }: QueueAddress, entries: readonly Entry[]): Promise<void> => {
  for (let start = 0; start < entries.length; start += MAX_ENTRIES) {
    const batch = entries
      .slice(start, start + MAX_ENTRIES)
      .map((entry, index) => ({ ...entry, Id: String(index) }))
    const { Failed = [] } = await sqs.send(new SendMessageBatchCommand({ QueueUrl: url, Entries: batch }))
    const [first] = Failed
    if (first !== undefined)
      throw new Error(
        `SQS refused ${Failed.length} of ${batch.length} messages: ${first.Code} ${first.Message ?? ''}`,
      )
  }
}

const makeQueue = <Task>(address: QueueAddress) => ({
  send: (tasks: readonly Task[]) =>
    sendAll(
      address,
      tasks.map((task) => ({ MessageBody: JSON.stringify(task) })),
    ),
})

export const makeThawQueue = (address: QueueAddress): ThawQueue => makeQueue(address)
export const makeHydrateQueue = (address: QueueAddress): HydrateQueue => makeQueue(address)
export const makeObjectsQueue = (address: QueueAddress): ObjectsQueue => makeQueue(address)
export const makeExpireQueue = (address: QueueAddress): ExpireQueue => makeQueue(address)

/** FIFO with one group a partition, so that a partition is sealed by one worker at a time. */
export const makeSealQueue = (address: QueueAddress): SealQueue => ({
  send: (tasks: readonly PartitionRef[]) =>
    sendAll(
      address,
      tasks.map((task) => {
        const body = JSON.stringify(task)
        // dataset and partition are short and plain, as a group id must be
        return {
          MessageBody: body,
          MessageGroupId: `${task.dataset}/${task.partition}`,
          MessageDeduplicationId: createHash('sha256').update(body).digest('hex'),
        }
      }),
    ),
})

/** One call a message: each may be as long as a call may be. */
export const makeRecordsQueue = ({ sqs, url }: QueueAddress): RecordsQueue => ({
  send: async (messages) => {
    for (const { body, dataset } of messages) {
      const attributes = dataset === null ? {} : { dataset: { DataType: 'String', StringValue: dataset } }
      const send = { QueueUrl: url, MessageBody: body, MessageAttributes: attributes }
      await sqs.send(new SendMessageCommand(send))
    }
  },
})
