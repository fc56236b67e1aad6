import { setTimeout as sleep } from 'node:timers/promises'
import {
  SendMessageBatchCommand,
  type SendMessageBatchRequestEntry,
  type SQSClient,
} from '@aws-sdk/client-sqs'
import { Failure } from './failure.ts'
import type { Message } from './pack-messages.ts'

const TRIES = 6
const FIRST_PAUSE_MS = 100

type To = { readonly sqs: SQSClient; readonly url: string; readonly dataset: string }

/** What a message holds besides its body, in bytes: it counts. */
export const overheadOf = (dataset: string): number => Buffer.byteLength(`datasetString${dataset}`)

const entryOf = ({ body }: Message, at: number, dataset: string): SendMessageBatchRequestEntry => ({
  Id: String(at),
  MessageBody: body,
  MessageAttributes: { dataset: { DataType: 'String', StringValue: dataset } },
  // a dataset that sends much does not hold up the others
  MessageGroupId: dataset,
})

/**
 * Sends a batch, or throws. SQS may take some of it and refuse the rest: that is sent again, for some times, and nothing
 * that was taken is.
 */
export const sendBatch = async ({ sqs, url, dataset }: To, batch: readonly Message[]): Promise<void> => {
  let entries = batch.map((message, at) => entryOf(message, at, dataset))
  for (let attempt = 1; ; attempt += 1) {
    const { Failed = [] } = await sqs.send(new SendMessageBatchCommand({ QueueUrl: url, Entries: entries }))
    const refused = new Map(Failed.map((failure) => [failure.Id, failure]))
    entries = entries.filter(({ Id }) => refused.has(Id))
    const [first] = refused.values()
    if (first === undefined) return
    if (first.SenderFault === true || attempt === TRIES)
      throw new Failure(`SQS refused ${entries.length} messages: ${first.Code} ${first.Message ?? ''}`)
    await sleep(Math.random() * FIRST_PAUSE_MS * 2 ** attempt)
  }
}
