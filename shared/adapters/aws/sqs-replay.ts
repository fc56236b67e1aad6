import { SendMessageBatchCommand, type SQSClient } from '@aws-sdk/client-sqs'
import type { Replay, ReplayMessage } from '../../ports/replay.ts'
import { isRefusal } from '../sqs-refusals.ts'

const TRIES = 5

const entryOf = ({ body, attributes, dedupKey, group }: ReplayMessage, isFifo: boolean, Id: string) => ({
  Id,
  MessageBody: body,
  MessageAttributes: Object.fromEntries(
    Object.entries(attributes).map(([name, value]) => [name, { DataType: 'String', StringValue: value }]),
  ),
  MessageGroupId: group,
  ...(isFifo && { MessageDeduplicationId: dedupKey }),
})

/** The URL of a queue of the same region, whose URLs look like that of `sibling`. */
export const queueUrlOf = (arn: string, sibling: string): string => {
  const [account = '', name = ''] = arn.split(':').slice(4)
  return new URL(`/${account}/${name}`, sibling).href
}

/** @param urlOf the URL of a destination's queue; throws where it has none. */
export const makeSqsReplay = ({
  sqs,
  urlOf,
}: {
  readonly sqs: SQSClient
  readonly urlOf: (queue: string) => string
}): Replay => ({
  send: async (queue, messages) => {
    const url = urlOf(queue)
    const isFifo = url.endsWith('.fifo')
    const outcomes = messages.map((): 'sent' | 'refused' => 'sent')
    let open = messages.map((_, at) => at)
    for (let tries = 1; open.length > 0; tries += 1) {
      const Entries = messages.flatMap((message, at) =>
        open.includes(at) ? [entryOf(message, isFifo, String(at))] : [],
      )
      const { Failed = [] } = await sqs.send(new SendMessageBatchCommand({ QueueUrl: url, Entries }))
      for (const failed of Failed) if (isRefusal(failed.Code)) outcomes[Number(failed.Id)] = 'refused'
      const again = Failed.filter(({ Code }) => !isRefusal(Code))
      open = again.map(({ Id }) => Number(Id))
      const [first] = again
      if (first !== undefined && tries === TRIES)
        throw new Error(
          `SQS did not take ${open.length} of ${messages.length} records: ${first.Code} ${first.Message ?? ''}`,
        )
    }
    return outcomes
  },
})
