import { type MessageAttributeValue, SendMessageCommand, type SQSClient } from '@aws-sdk/client-sqs'
import type { MessageAttribute, Redrive } from '../../ports/dead-letters.ts'

const toSqs = ({
  name,
  dataType,
  stringValue,
  binaryValue,
}: MessageAttribute): [string, MessageAttributeValue] => [
  name,
  {
    DataType: dataType,
    ...(stringValue !== undefined && { StringValue: stringValue }),
    ...(binaryValue !== undefined && { BinaryValue: Buffer.from(binaryValue, 'base64') }),
  },
]

/** Dead letters back to their queues, as new messages. */
export const makeSqsRedrive = (to: {
  readonly sqs: SQSClient
  readonly urlOf: (queue: string) => Promise<string>
}): Redrive => ({
  send: async ({ queue, messageId, body, attributes, group }) => {
    await to.sqs.send(
      new SendMessageCommand({
        QueueUrl: await to.urlOf(queue),
        MessageBody: body,
        MessageAttributes: Object.fromEntries(attributes.map(toSqs)),
        ...(group !== null && { MessageGroupId: group }),
        // its first id is spent, or may be; a repeat within minutes is this very message
        ...(queue.endsWith('.fifo') && { MessageDeduplicationId: `retry-${messageId}` }),
      }),
    )
  },
})
