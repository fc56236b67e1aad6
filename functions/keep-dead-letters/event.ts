import type { SQSRecord } from 'aws-lambda'
import { readTask } from '../../shared/runtime/read-task.ts'
import type { DeadMessage } from '../../shared/use-cases/keep-dead-letter.ts'
import { objectsMessageSchema } from '../age-objects/event.ts'

/** The queue that a dead-letter queue belongs to, without service and stage: `icecore-dev-seal-dead-letters.fifo` is of `seal.fifo`. */
const queueOf = (arn: string, prefix: string): string => {
  const name = arn.slice(arn.lastIndexOf(':') + 1)
  const queue = name.slice(prefix.length).replace('-dead-letters', '')
  if (name.startsWith(prefix) && name.includes('-dead-letters') && /^[a-z-]+(\.fifo)?$/.test(queue))
    return queue
  throw new Error(`expected a dead-letter queue of ${prefix}*, got ${JSON.stringify(name)}`)
}

/** A message of a dead-letter queue, as the use case wants it. */
export const readDeadMessage = (record: SQSRecord, prefix: string): DeadMessage => ({
  queue: queueOf(record.eventSourceARN, prefix),
  messageId: record.messageId,
  body: record.body,
  attributes: Object.entries(record.messageAttributes).map(([name, attribute]) => ({
    name,
    dataType: attribute.dataType,
    ...(attribute.stringValue !== undefined && { stringValue: attribute.stringValue }),
    ...(attribute.binaryValue !== undefined && { binaryValue: attribute.binaryValue }),
  })),
  sentAt: Number(record.attributes.SentTimestamp),
  receives: Number(record.attributes.ApproximateReceiveCount),
  group: record.attributes.MessageGroupId ?? null,
})

/** The keys of the hot objects that a message of the objects queue is about; none where nobody can read it. */
export const readHotKeys =
  (hotBucket: string) =>
  (body: string): string[] => {
    try {
      return readTask(objectsMessageSchema, body)
        .filter(({ bucket = hotBucket }) => bucket === hotBucket)
        .map(({ task }) => task.key)
    } catch {
      // that is why it is a dead letter
      return []
    }
  }
