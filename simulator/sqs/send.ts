import { createHash } from 'node:crypto'
import { accountId } from '../account.ts'
import { type MessageAttributes, type MessageContent, sequenceNumber } from './message.ts'
import { attributesMd5, md5Of } from './message-digest.ts'
import { checkFifoId, checkMessage, sizeOf } from './message-limits.ts'
import type { Queue } from './queue.ts'
import { maxMessageBytes, numberOf } from './queue-attributes.ts'
import { SqsError } from './sqs-error.ts'
import type { SqsStore, StoredSend } from './store.ts'

export type SendInput = {
  readonly body: string
  readonly delaySeconds?: number
  readonly attributes?: MessageAttributes
  readonly groupId?: string
  readonly deduplicationId?: string
  /** The X-Ray header, the one system attribute that a sender may set. */
  readonly traceHeader?: string
}

export type SendAnswer = {
  readonly messageId: string
  readonly bodyMd5: string
  readonly attributesMd5?: string
  readonly systemAttributesMd5?: string
  readonly sequenceNumber?: string
}

const noAttributes: MessageAttributes = new Map()

export const bytesOf = ({ body, attributes = noAttributes }: SendInput) => sizeOf(body, attributes)

/** "The total size of all messages that you send in a single SendMessageBatch call can't exceed 1,048,576 bytes" */
export const checkBatchSize = (inputs: readonly SendInput[]) => {
  const total = inputs.reduce((sum, input) => sum + bytesOf(input), 0)
  if (total > maxMessageBytes) {
    throw new SqsError(
      'BatchRequestTooLong',
      `Batch requests cannot be longer than ${maxMessageBytes} bytes. You have sent ${total} bytes.`,
    )
  }
}

/** FIFO: "any messages sent with the same deduplication ID are accepted successfully but aren't delivered during the 5-minute deduplication interval", deleted or not. */
const deduplicationMs = 5 * 60_000

export const makeSend = (store: SqsStore, newId: () => string, earlierSends: readonly StoredSend[]) => {
  const sends = new Map(earlierSends.map((send) => [send.scope, send]))

  const forgetOldSends = (now: number) => {
    let forgot = false
    for (const [scope, { at }] of sends) {
      if (at + deduplicationMs > now) break
      sends.delete(scope)
      forgot = true
    }
    if (forgot) store.forgetSendsBefore(now - deduplicationMs)
  }

  return (queue: Queue, input: SendInput, now: number): SendAnswer => {
    const { body, attributes = noAttributes, traceHeader } = input
    checkMessage(body, attributes, numberOf(queue.attributes(), 'MaximumMessageSize'))
    const delaySeconds = delayOf(queue, input)
    const ids = idsOf(queue, input)
    const scope = scopeOf(queue, ids)
    forgetOldSends(now)
    const earlier = scope === undefined ? undefined : sends.get(scope)

    const bodyMd5 = md5Of(body)
    const userMd5 = attributesMd5(attributes)
    const content: MessageContent = {
      id: earlier?.messageId ?? newId(),
      body,
      bodyMd5,
      attributes,
      ...(userMd5 === undefined ? {} : { attributesMd5: userMd5 }),
      ...(traceHeader === undefined ? {} : { traceHeader }),
      ...ids,
      senderId: accountId,
      sentAt: now,
      sequence: earlier?.sequence ?? queue.nextSequence(),
    }
    if (earlier === undefined) {
      store.atomically(() => {
        queue.add(content, now + delaySeconds * 1000, now)
        if (scope === undefined) return
        const send = { queue: queue.name, scope, messageId: content.id, sequence: content.sequence, at: now }
        sends.set(scope, send)
        store.rememberSend(send)
      })
    }
    return {
      messageId: content.id,
      bodyMd5,
      ...(userMd5 === undefined ? {} : { attributesMd5: userMd5 }),
      ...(traceHeader === undefined ? {} : { systemAttributesMd5: traceMd5(traceHeader) }),
      ...(queue.fifo ? { sequenceNumber: sequenceNumber(content) } : {}),
    }
  }
}

const traceMd5 = (header: string) =>
  attributesMd5(new Map([['AWSTraceHeader', { dataType: 'String', stringValue: header }]])) ?? ''

/** A message's own delay wins over the queue's; a FIFO queue takes only its own. */
const delayOf = (queue: Queue, { delaySeconds }: SendInput) => {
  if (delaySeconds === undefined || (queue.fifo && delaySeconds === 0)) {
    return numberOf(queue.attributes(), 'DelaySeconds')
  }
  if (queue.fifo || !Number.isInteger(delaySeconds) || delaySeconds < 0 || delaySeconds > 900) {
    const reason = queue.fifo
      ? 'The request include parameter that is not valid for this queue type'
      : 'DelaySeconds must be >= 0 and <= 900'
    throw new SqsError(
      'InvalidParameterValue',
      `Value ${delaySeconds} for parameter DelaySeconds is invalid. Reason: ${reason}.`,
    )
  }
  return delaySeconds
}

type Ids = Pick<MessageContent, 'groupId' | 'deduplicationId'>

/** Standard queues take a group (fair queues) and no deduplication; FIFO queues need both, or content-based deduplication. */
const idsOf = (queue: Queue, { body, groupId, deduplicationId }: SendInput): Ids => {
  if (groupId !== undefined) checkFifoId('MessageGroupId', groupId)
  if (deduplicationId !== undefined) checkFifoId('MessageDeduplicationId', deduplicationId)
  if (!queue.fifo) {
    if (deduplicationId !== undefined) {
      throw new SqsError(
        'InvalidParameterValue',
        `Value ${deduplicationId} for parameter MessageDeduplicationId is invalid. Reason: The request include parameter that is not valid for this queue type.`,
      )
    }
    return groupId === undefined ? {} : { groupId }
  }
  if (groupId === undefined) {
    throw new SqsError('MissingParameter', 'The request must contain the parameter MessageGroupId.')
  }
  if (deduplicationId !== undefined) return { groupId, deduplicationId }
  if (queue.attributes().ContentBasedDeduplication !== 'true') {
    throw new SqsError(
      'InvalidParameterValue',
      'The queue should either have ContentBasedDeduplication enabled or MessageDeduplicationId provided explicitly',
    )
  }
  return { groupId, deduplicationId: createHash('sha256').update(body).digest('hex') }
}

const scopeOf = (queue: Queue, { groupId = '', deduplicationId }: Ids) => {
  if (!queue.fifo || deduplicationId === undefined) return undefined
  const group = queue.attributes().DeduplicationScope === 'messageGroup' ? groupId : ''
  return JSON.stringify([queue.name, queue.settings().createdAt, group, deduplicationId])
}
