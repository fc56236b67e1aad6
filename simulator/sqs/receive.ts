import type { Message, ReceivedMessage } from './message.ts'
import type { Queue } from './queue.ts'
import { numberOf, parseRedrivePolicy } from './queue-attributes.ts'
import { parseReceipt, receiptHandleOf } from './receipt.ts'
import { SqsError } from './sqs-error.ts'
import type { SqsStore } from './store.ts'

export type ReceiveInput = {
  /** 1 to 10; 1 unless said. */
  readonly max?: number
  /** Seconds, instead of the queue's own. */
  readonly visibilityTimeout?: number
}

const maxVisibilitySeconds = 12 * 3600
/** "approximately 120,000 in flight messages … If you reach this limit, Amazon SQS returns the OverLimit error" (quotas-messages) */
const maxInFlight = 120_000

const invalid = (message: string) => new SqsError('InvalidParameterValue', message)

const checkVisibility = (seconds: number) => {
  if (!Number.isInteger(seconds) || seconds < 0 || seconds > maxVisibilitySeconds) {
    throw invalid(
      `Value ${seconds} for parameter VisibilityTimeout is invalid. Reason: Must be between 0 and ${maxVisibilitySeconds}, if provided.`,
    )
  }
}

/** `queueByArn` finds dead-letter queues; one that is gone, or refuses, leaves the message where it is. */
export const makeReceive = (store: SqsStore, queueByArn: (arn: string) => Queue | undefined) => {
  const deadLetterQueueOf = (queue: Queue) => {
    const policy = parseRedrivePolicy(queue.attributes().RedrivePolicy)
    const target = policy === undefined ? undefined : queueByArn(policy.deadLetterTargetArn)
    return policy === undefined || target === undefined ? undefined : { ...policy, target }
  }

  return (queue: Queue, input: ReceiveInput, now: number): ReceivedMessage[] => {
    const { max = 1, visibilityTimeout = numberOf(queue.attributes(), 'VisibilityTimeout') } = input
    if (!Number.isInteger(max) || max < 1 || max > 10) {
      throw invalid(
        `Value ${max} for parameter MaxNumberOfMessages is invalid. Reason: Must be between 1 and 10, if provided.`,
      )
    }
    checkVisibility(visibilityTimeout)
    if (queue.counts().inFlight >= maxInFlight) {
      throw new SqsError('OverLimit', `More than ${maxInFlight} messages are in flight.`)
    }
    const redrive = deadLetterQueueOf(queue)
    const received: ReceivedMessage[] = []
    store.atomically(() => {
      while (received.length < max) {
        const candidates = queue.take(max - received.length)
        if (candidates.length === 0) break
        for (const message of candidates) {
          // "When the ReceiveCount for a message exceeds the maxReceiveCount for a queue, Amazon SQS moves the message"
          if (redrive !== undefined && message.delivery.receiveCount >= redrive.maxReceiveCount) {
            moveToDeadLetters(queue, message, redrive.target, now)
            continue
          }
          queue.deliver(message, now, now + visibilityTimeout * 1000)
          received.push(asReceived(queue, message, now))
        }
      }
    })
    return received
  }
}

const asReceived = (queue: Queue, message: Message, now: number): ReceivedMessage => ({
  ...message.content,
  receiptHandle: receiptHandleOf(queue, message, now),
  receiveCount: message.delivery.receiveCount,
  firstReceivedAt: message.delivery.firstReceivedAt ?? now,
})

/**
 * "For standard queues, the expiration of a message is always based on its original enqueue timestamp … For FIFO
 * queues, the enqueue timestamp resets when the message is moved to a dead-letter queue." Receives count anew.
 * https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/setting-up-dead-letter-queue-retention.html
 */
const moveToDeadLetters = (queue: Queue, { content }: Message, target: Queue, now: number) => {
  const message = queue.find(content.id)
  if (message !== undefined) queue.remove(message)
  const sentAt = target.fifo ? now : content.sentAt
  target.add({ ...content, sentAt, sequence: target.nextSequence(), deadLetterSource: queue.arn }, now, now)
}

/**
 * Standard: "if you don't provide the most recent receipt handle, the request succeeds, but the message might not be
 * deleted": here it never is. FIFO refuses a handle whose visibility timeout has passed.
 */
export const deleteMessage = (queue: Queue, handle: string) => {
  const receipt = parseReceipt(queue, handle)
  const message = queue.find(receipt.messageId)
  if (message === undefined) return
  const { receiveCount, state } = message.delivery
  const isLatest = receiveCount === receipt.receiveCount
  if (queue.fifo && !(isLatest && state === 'in-flight')) {
    throw invalid(
      `Value ${handle} for parameter ReceiptHandle is invalid. Reason: The receipt handle has expired.`,
    )
  }
  if (isLatest) queue.remove(message)
}

/** https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_ChangeMessageVisibility.html */
export const changeVisibility = (queue: Queue, handle: string, seconds: number, now: number) => {
  checkVisibility(seconds)
  const receipt = parseReceipt(queue, handle)
  const message = queue.find(receipt.messageId)
  if (message === undefined || message.delivery.receiveCount !== receipt.receiveCount) {
    throw invalid(
      `Value ${handle} for parameter ReceiptHandle is invalid. Reason: Message does not exist or is not available for visibility timeout change.`,
    )
  }
  if (message.delivery.state !== 'in-flight') {
    throw new SqsError('MessageNotInflight', `The message referred to by ${handle} isn't in flight.`)
  }
  const visibleAt = now + seconds * 1000
  if (visibleAt > receipt.receivedAt + maxVisibilitySeconds * 1000) {
    throw invalid(
      `Value ${seconds} for parameter VisibilityTimeout is invalid. Reason: Total VisibilityTimeout for the message is beyond the limit [${maxVisibilitySeconds} seconds].`,
    )
  }
  queue.postpone(message, visibleAt)
}
