import { accountId, region } from '../account.ts'
import { type DueHeap, makeDueHeap } from './due-heap.ts'
import type { Delivery, Message, MessageContent } from './message.ts'
import { numberOf, type QueueAttributes } from './queue-attributes.ts'
import { makeFifoShelf, makeStandardShelf } from './shelf.ts'
import type { SqsStore, StoredQueue } from './store.ts'

export const arnOf = (name: string) => `arn:aws:sqs:${region}:${accountId}:${name}`

export type QueueCounts = {
  readonly visible: number
  readonly inFlight: number
  readonly delayed: number
  /** When the oldest message was sent, in virtual ms; undefined when there is none. */
  readonly oldestSentAt: number | undefined
}

/** One queue's messages and where each of them is. Knows nothing of other queues, nor of requests. */
export type Queue = {
  readonly name: string
  readonly arn: string
  readonly fifo: boolean
  settings(): StoredQueue
  change(settings: Partial<Pick<StoredQueue, 'attributes' | 'tags' | 'modifiedAt'>>): void
  attributes(): QueueAttributes
  nextSequence(): number
  find(id: string): Message | undefined
  add(content: MessageContent, visibleAt: number, now: number): void
  /** Up to `max` visible messages, oldest first; each must then be passed to `deliver` or to `remove`. */
  take(max: number): Message[]
  /** Hand `message` out until `visibleAt`. */
  deliver(message: Message, now: number, visibleAt: number): void
  /** Change when a message in flight comes back. */
  postpone(message: Message, visibleAt: number): void
  remove(message: Message): void
  visibleMessages(): Message[]
  purge(): void
  /** Move on to `now`: expired messages go, due ones become visible. True when some did. */
  settle(now: number): boolean
  counts(): QueueCounts
  nextDue(): number | undefined
}

const sequenceBlock = 10_000

export const makeQueue = (
  stored: StoredQueue,
  store: SqsStore,
  restored: Iterable<Message>,
  onVisible: () => void,
): Queue => {
  const { name } = stored
  const fifo = name.endsWith('.fifo')
  const shelf = fifo ? makeFifoShelf() : makeStandardShelf()
  const messages = new Map<string, Message>()
  const waiting = makeDueHeap<Message>()
  const bySentAt = makeDueHeap<Message>()
  const tally = { delayed: 0, visible: 0, 'in-flight': 0 }
  let settings = stored
  let lastSequence = stored.sequenceCeiling

  const isWaiting = (at: number, { content, delivery }: Message) =>
    messages.get(content.id)?.delivery === delivery &&
    delivery.state !== 'visible' &&
    delivery.visibleAt === at
  const isHere = (_at: number, { content, delivery }: Message) =>
    messages.get(content.id)?.delivery === delivery

  /** The earliest entry that still says the truth. */
  const head = (heap: DueHeap<Message>, isLive: typeof isHere) => {
    if (heap.size() > 1024 + 2 * messages.size) heap.retain(isLive)
    for (let entry = heap.peek(); entry !== undefined; entry = heap.peek()) {
      if (isLive(entry.at, entry.item)) return entry
      heap.pop()
    }
    return undefined
  }

  const move = (message: Message, state: Delivery['state']) => {
    tally[message.delivery.state] -= 1
    tally[state] += 1
    message.delivery.state = state
  }
  const place = (message: Message) => {
    messages.set(message.content.id, message)
    bySentAt.push(message.content.sentAt, message)
    const { state, visibleAt } = message.delivery
    tally[state] += 1
    if (state === 'visible') shelf.put(message)
    else waiting.push(visibleAt, message)
    if (state === 'in-flight') shelf.hold(message)
  }
  const remove = (message: Message) => {
    const { state } = message.delivery
    messages.delete(message.content.id)
    tally[state] -= 1
    if (state === 'in-flight') shelf.settle(message)
    if (state === 'visible') shelf.drop(message)
    store.removeMessage(message.content.id)
    if (fifo) onVisible()
  }
  const expired = (now: number) => {
    const entry = head(bySentAt, isHere)
    const retention = numberOf(settings.attributes, 'MessageRetentionPeriod') * 1000
    return entry !== undefined && entry.at + retention <= now ? entry.item : undefined
  }

  for (const message of restored) {
    place(message)
    lastSequence = Math.max(lastSequence, message.content.sequence)
  }

  return {
    name,
    arn: arnOf(name),
    fifo,
    settings: () => settings,
    change: (changed) => {
      settings = { ...settings, ...changed }
      store.saveQueue(settings)
    },
    attributes: () => settings.attributes,
    nextSequence: () => {
      lastSequence += 1
      if (lastSequence > settings.sequenceCeiling) {
        settings = { ...settings, sequenceCeiling: lastSequence + sequenceBlock }
        store.saveQueue(settings)
      }
      return lastSequence
    },
    find: (id) => messages.get(id),
    add: (content, visibleAt, now) => {
      const state = visibleAt > now ? 'delayed' : 'visible'
      const delivery: Delivery = { state, visibleAt, receiveCount: 0, firstReceivedAt: undefined }
      const message = { content, delivery }
      store.addMessage(name, message)
      place(message)
      if (state === 'visible') onVisible()
    },
    take: (max) => {
      const taken = shelf.take(max)
      for (const message of taken) move(message, 'in-flight')
      return taken
    },
    deliver: (message, now, visibleAt) => {
      const { delivery } = message
      delivery.visibleAt = visibleAt
      delivery.receiveCount += 1
      delivery.firstReceivedAt ??= now
      store.saveDelivery(message.content.id, delivery)
      waiting.push(visibleAt, message)
    },
    postpone: (message, visibleAt) => {
      message.delivery.visibleAt = visibleAt
      store.saveDelivery(message.content.id, message.delivery)
      waiting.push(visibleAt, message)
    },
    remove,
    visibleMessages: () =>
      [...messages.values()]
        .filter(({ delivery }) => delivery.state === 'visible')
        .sort((left, right) => left.content.sequence - right.content.sequence),
    purge: () => store.atomically(() => [...messages.values()].forEach(remove)),
    settle: (now) => {
      for (let old = expired(now); old !== undefined; old = expired(now)) remove(old)
      let changed = false
      for (let due = head(waiting, isWaiting); due && due.at <= now; due = head(waiting, isWaiting)) {
        waiting.pop()
        move(due.item, 'visible')
        shelf.put(due.item)
        changed = true
      }
      if (changed) onVisible()
      return changed
    },
    counts: () => ({
      visible: tally.visible,
      inFlight: tally['in-flight'],
      delayed: tally.delayed,
      oldestSentAt: head(bySentAt, isHere)?.at,
    }),
    nextDue: () => {
      const returnsAt = head(waiting, isWaiting)?.at
      const sentAt = head(bySentAt, isHere)?.at
      const expiresAt =
        sentAt === undefined
          ? undefined
          : sentAt + numberOf(settings.attributes, 'MessageRetentionPeriod') * 1000
      if (returnsAt === undefined || expiresAt === undefined) return returnsAt ?? expiresAt
      return Math.min(returnsAt, expiresAt)
    },
  }
}
