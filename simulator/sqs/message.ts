/** One user attribute of a message. Exactly one value is set, as told by `dataType`'s base type. */
export type MessageAttribute = {
  /** `String`, `Number` or `Binary`, with an optional `.custom` label. */
  readonly dataType: string
  readonly stringValue?: string
  readonly binaryValue?: Uint8Array
}

/** Attributes by name; a Map, because `__proto__` is a legal attribute name. */
export type MessageAttributes = ReadonlyMap<string, MessageAttribute>

/** What does not change from sending to deletion. */
export type MessageContent = {
  readonly id: string
  readonly body: string
  readonly bodyMd5: string
  readonly attributes: MessageAttributes
  readonly attributesMd5?: string
  readonly traceHeader?: string
  readonly groupId?: string
  readonly deduplicationId?: string
  readonly senderId: string
  /** Virtual ms. Retention counts from here. */
  readonly sentAt: number
  /** Position among all messages of its queue. */
  readonly sequence: number
  /** ARN of the queue that gave the message up, when this is its dead-letter queue. */
  readonly deadLetterSource?: string
}

/** Where a message is on its way. */
export type Delivery = {
  state: 'delayed' | 'visible' | 'in-flight'
  /** When it becomes visible, or did. */
  visibleAt: number
  receiveCount: number
  firstReceivedAt: number | undefined
}

export type Message = { readonly content: MessageContent; readonly delivery: Delivery }

/** A message as a receiver gets it. */
export type ReceivedMessage = MessageContent & {
  readonly receiptHandle: string
  readonly receiveCount: number
  readonly firstReceivedAt: number
}

/** FIFO sequence numbers are 20 digits, growing. https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/FIFO-key-terms.html */
export const sequenceNumber = (content: MessageContent) => String(content.sequence).padStart(20, '0')
