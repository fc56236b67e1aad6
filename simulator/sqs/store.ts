import type { Delivery, Message, MessageContent } from './message.ts'
import type { QueueAttributes } from './queue-attributes.ts'

export type StoredQueue = {
  readonly name: string
  readonly attributes: QueueAttributes
  readonly tags: ReadonlyMap<string, string>
  readonly createdAt: number
  readonly modifiedAt: number
  /** No message of this queue has had, or will have before the next save, a sequence above it. */
  readonly sequenceCeiling: number
}

/** A send that a later one within five minutes may repeat. `scope` holds queue, group where that counts, and id. */
export type StoredSend = {
  readonly queue: string
  readonly scope: string
  readonly messageId: string
  readonly sequence: number
  readonly at: number
}

/**
 * What queues must not forget. Each call is on disk, as far as a killed process is concerned, when it returns;
 * the calls inside one `atomically` all are or none is.
 */
export type SqsStore = {
  load(): {
    readonly queues: readonly StoredQueue[]
    readonly sends: readonly StoredSend[]
    messagesOf(queue: string): Iterable<Message>
  }
  saveQueue(queue: StoredQueue): void
  /** With all its messages. */
  removeQueue(name: string): void
  addMessage(queue: string, message: Message): void
  saveDelivery(id: MessageContent['id'], delivery: Delivery): void
  removeMessage(id: MessageContent['id']): void
  rememberSend(send: StoredSend): void
  forgetSendsBefore(time: number): void
  atomically<T>(work: () => T): T
  close(): void
}

/** Keeps nothing: the model itself holds the queues while it lives. */
export const makeMemorySqsStore = (): SqsStore => ({
  load: () => ({ queues: [], sends: [], messagesOf: () => [] }),
  saveQueue: () => undefined,
  removeQueue: () => undefined,
  addMessage: () => undefined,
  saveDelivery: () => undefined,
  removeMessage: () => undefined,
  rememberSend: () => undefined,
  forgetSendsBefore: () => undefined,
  atomically: (work) => work(),
  close: () => undefined,
})
