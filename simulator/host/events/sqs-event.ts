import { region } from '../../account.ts'
import { type ReceivedMessage, sequenceNumber } from '../../sqs/message.ts'

/** A queue's messages as Lambda hands them to a function. https://docs.aws.amazon.com/lambda/latest/dg/with-sqs.html */
export const sqsEvent = (queueArn: string, messages: readonly ReceivedMessage[]) => ({
  Records: messages.map((message) => sqsRecord(queueArn, message)),
})

const sqsRecord = (queueArn: string, message: ReceivedMessage) => ({
  messageId: message.id,
  receiptHandle: message.receiptHandle,
  body: message.body,
  attributes: {
    ApproximateReceiveCount: String(message.receiveCount),
    ...(message.traceHeader !== undefined && { AWSTraceHeader: message.traceHeader }),
    SentTimestamp: String(message.sentAt),
    ...(queueArn.endsWith('.fifo') && { SequenceNumber: sequenceNumber(message) }),
    ...(message.groupId !== undefined && { MessageGroupId: message.groupId }),
    SenderId: message.senderId,
    ...(message.deduplicationId !== undefined && { MessageDeduplicationId: message.deduplicationId }),
    ApproximateFirstReceiveTimestamp: String(message.firstReceivedAt),
    ...(message.deadLetterSource !== undefined && { DeadLetterQueueSourceArn: message.deadLetterSource }),
  },
  messageAttributes: Object.fromEntries(
    [...message.attributes].map(([name, { dataType, stringValue, binaryValue }]) => [
      name,
      {
        ...(stringValue !== undefined && { stringValue }),
        ...(binaryValue !== undefined && { binaryValue: Buffer.from(binaryValue).toString('base64') }),
        stringListValues: [],
        binaryListValues: [],
        dataType,
      },
    ]),
  ),
  md5OfBody: message.bodyMd5,
  ...(message.attributesMd5 !== undefined && { md5OfMessageAttributes: message.attributesMd5 }),
  eventSource: 'aws:sqs',
  eventSourceARN: queueArn,
  awsRegion: region,
})

/** What the record adds to the payload, which may have 6 MB. */
export const payloadBytes = (queueArn: string, message: ReceivedMessage) =>
  Buffer.byteLength(JSON.stringify(sqsRecord(queueArn, message)))
