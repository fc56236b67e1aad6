import { PutObjectCommand } from '@aws-sdk/client-s3'
import { SendMessageBatchCommand } from '@aws-sdk/client-sqs'
import type { Session } from './session.ts'
import type { Source, SourceMessage } from './source/source.ts'

/** SQS takes ten messages and 1 MiB a call. */
const MESSAGES_A_CALL = 10

const chunksOf = <Item>(items: readonly Item[], size: number): Item[][] =>
  Array.from({ length: Math.ceil(items.length / size) }, (_, index) =>
    items.slice(index * size, (index + 1) * size),
  )

const sendMessages = async ({ sqs, output }: Session, messages: readonly SourceMessage[]) => {
  const { Failed = [] } = await sqs.send(
    new SendMessageBatchCommand({
      QueueUrl: output('RecordsQueueUrl'),
      Entries: messages.map(({ text, dataset }, index) => ({
        Id: String(index),
        MessageBody: text,
        ...(dataset && { MessageAttributes: { dataset: { DataType: 'String', StringValue: dataset } } }),
      })),
    }),
  )
  if (Failed.length > 0) throw new Error(`SQS refused ${Failed.length} messages: ${Failed[0]?.Message}`)
}

/** Sends everything, as a producer does: objects into the hot bucket, messages to the records queue. */
export const sendSource = async (session: Session, source: Source, onSent: (sent: number) => void) => {
  let sent = 0
  const count = (more: number) => {
    sent += more
    onSent(sent)
  }
  for (const { key, data } of source.objects) {
    await session.s3.send(
      new PutObjectCommand({ Bucket: session.output('HotBucketName'), Key: key, Body: data }),
    )
    count(1)
  }
  for (const messages of chunksOf(source.messages, MESSAGES_A_CALL)) {
    await sendMessages(session, messages)
    count(messages.length)
  }
}
