import type { Message } from './message.ts'
import type { Queue } from './queue.ts'
import { SqsError } from './sqs-error.ts'

type Receipt = { readonly messageId: string; readonly receiveCount: number; readonly receivedAt: number }

const separator = '\n'

/** Each receive gives a new handle; the count in it tells the latest from an old one. */
export const receiptHandleOf = (queue: Queue, { content, delivery }: Message, receivedAt: number) =>
  Buffer.from([queue.name, content.id, delivery.receiveCount, receivedAt].join(separator)).toString('base64')

export const parseReceipt = (queue: Queue, handle: string): Receipt => {
  const [name, messageId, count, receivedAt] = Buffer.from(handle, 'base64').toString().split(separator)
  const receiveCount = Number(count)
  if (name !== queue.name || messageId === undefined || !(receiveCount > 0)) {
    throw new SqsError(
      'ReceiptHandleIsInvalid',
      `The input receipt handle "${handle}" is not a valid receipt handle.`,
    )
  }
  return { messageId, receiveCount, receivedAt: Number(receivedAt) }
}
