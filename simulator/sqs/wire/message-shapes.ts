import * as z from 'zod'
import {
  type MessageAttribute,
  type MessageAttributes,
  type ReceivedMessage,
  sequenceNumber,
} from '../message.ts'
import { attributesMd5 } from '../message-digest.ts'
import type { SendAnswer, SendInput } from '../send.ts'
import { SqsError } from '../sqs-error.ts'

/** A number; in the Query protocol, its digits. */
export const integer = z.union([
  z.int(),
  z
    .string()
    .regex(/^-?\d+$/)
    .transform(Number),
])

const attributeValueSchema = z.strictObject({
  DataType: z.string(),
  StringValue: z.exactOptional(z.string()),
  BinaryValue: z.exactOptional(z.string()),
})
const attributeMapSchema = z.record(z.string(), attributeValueSchema)

const systemAttributesSchema = z.strictObject({ AWSTraceHeader: z.exactOptional(attributeValueSchema) })

/** What SendMessage and an entry of SendMessageBatch have in common. */
export const sendFields = {
  MessageBody: z.string(),
  DelaySeconds: z.exactOptional(integer),
  MessageAttributes: z.exactOptional(attributeMapSchema),
  MessageSystemAttributes: z.exactOptional(systemAttributesSchema),
  MessageDeduplicationId: z.exactOptional(z.string()),
  MessageGroupId: z.exactOptional(z.string()),
}
const sendSchema = z.object(sendFields)

const attributeIn = (value: z.infer<typeof attributeValueSchema>): MessageAttribute => ({
  dataType: value.DataType,
  ...(value.StringValue === undefined ? {} : { stringValue: value.StringValue }),
  ...(value.BinaryValue === undefined ? {} : { binaryValue: Buffer.from(value.BinaryValue, 'base64') }),
})

const attributeOut = ({ dataType, stringValue, binaryValue }: MessageAttribute) => ({
  DataType: dataType,
  ...(stringValue === undefined ? {} : { StringValue: stringValue }),
  ...(binaryValue === undefined ? {} : { BinaryValue: Buffer.from(binaryValue).toString('base64') }),
})

export const sendInputOf = (input: z.infer<typeof sendSchema>): SendInput => {
  const attributes = Object.entries(input.MessageAttributes ?? {})
  const traceHeader = input.MessageSystemAttributes?.AWSTraceHeader?.StringValue
  return {
    body: input.MessageBody,
    attributes: new Map(attributes.map(([name, value]) => [name, attributeIn(value)])),
    ...(input.DelaySeconds === undefined ? {} : { delaySeconds: input.DelaySeconds }),
    ...(input.MessageGroupId === undefined ? {} : { groupId: input.MessageGroupId }),
    ...(input.MessageDeduplicationId === undefined ? {} : { deduplicationId: input.MessageDeduplicationId }),
    ...(traceHeader === undefined ? {} : { traceHeader }),
  }
}

export const sendAnswerOut = (answer: SendAnswer) => ({
  MessageId: answer.messageId,
  MD5OfMessageBody: answer.bodyMd5,
  ...(answer.attributesMd5 === undefined ? {} : { MD5OfMessageAttributes: answer.attributesMd5 }),
  ...(answer.systemAttributesMd5 === undefined
    ? {}
    : { MD5OfMessageSystemAttributes: answer.systemAttributesMd5 }),
  ...(answer.sequenceNumber === undefined ? {} : { SequenceNumber: answer.sequenceNumber }),
})

/** What of a message the receiver asked for; nothing unless it asked. */
export type ReceiveWishes = { readonly system: readonly string[]; readonly user: readonly string[] }

const systemAttributesOf = (message: ReceivedMessage, fifo: boolean): Readonly<Record<string, string>> => ({
  SenderId: message.senderId,
  SentTimestamp: String(message.sentAt),
  ApproximateReceiveCount: String(message.receiveCount),
  ApproximateFirstReceiveTimestamp: String(message.firstReceivedAt),
  ...(fifo ? { SequenceNumber: sequenceNumber(message) } : {}),
  ...(message.groupId === undefined ? {} : { MessageGroupId: message.groupId }),
  ...(message.deduplicationId === undefined ? {} : { MessageDeduplicationId: message.deduplicationId }),
  ...(message.traceHeader === undefined ? {} : { AWSTraceHeader: message.traceHeader }),
  ...(message.deadLetterSource === undefined ? {} : { DeadLetterQueueSourceArn: message.deadLetterSource }),
})

/** `All`, `.*`, a name, or `prefix.*` (API_ReceiveMessage). */
const isWished = (name: string, wishes: readonly string[]) =>
  wishes.some(
    (wish) => wish === 'All' || wish === name || (wish.endsWith('.*') && name.startsWith(wish.slice(0, -2))),
  )

export const messageOut = (message: ReceivedMessage, fifo: boolean, wishes: ReceiveWishes) => {
  const system = Object.entries(systemAttributesOf(message, fifo)).filter(([name]) =>
    isWished(name, wishes.system),
  )
  const user: MessageAttributes = new Map(
    [...message.attributes].filter(([name]) => isWished(name, wishes.user)),
  )
  return {
    MessageId: message.id,
    ReceiptHandle: message.receiptHandle,
    MD5OfBody: message.bodyMd5,
    Body: message.body,
    ...(system.length === 0 ? {} : { Attributes: Object.fromEntries(system) }),
    ...(user.size === 0
      ? {}
      : {
          MD5OfMessageAttributes: attributesMd5(user),
          MessageAttributes: Object.fromEntries(
            [...user].map(([name, value]) => [name, attributeOut(value)]),
          ),
        }),
  }
}

/** Entries of a batch: one to ten, with ids of their own. */
export const checkEntries = (entries: readonly { readonly Id: string }[]) => {
  if (entries.length === 0) throw new SqsError('EmptyBatchRequest')
  if (entries.length > 10) throw new SqsError('TooManyEntriesInBatchRequest')
  if (entries.some(({ Id }) => !/^[A-Za-z0-9_-]{1,80}$/.test(Id))) throw new SqsError('InvalidBatchEntryId')
  if (new Set(entries.map(({ Id }) => Id)).size < entries.length) {
    throw new SqsError('BatchEntryIdsNotDistinct')
  }
}
