import type { Message } from './message.ts'

/** The visible messages of one queue, in the order in which they are handed out. */
export type Shelf = {
  /** `message` became visible. */
  put(message: Message): void
  /** Up to `max` messages, which count as in flight from now on. */
  take(max: number): Message[]
  /** A message that `take` gave out has left the queue or is on its way back; `put` tells when it is back. */
  settle(message: Message): void
  /** `message` is in flight already: it was when the store was opened. */
  hold(message: Message): void
  /** A visible message was deleted. */
  drop(message: Message): void
}

/** A standard queue's shelf: oldest visible first, which is one of the orders that "best-effort ordering" allows. */
export const makeStandardShelf = (): Shelf => {
  const line = makeLine<Message>()
  const dropped = new Set<Message>()
  return {
    put: line.push,
    take: (max) => {
      const taken: Message[] = []
      while (taken.length < max) {
        const message = line.shift()
        if (message === undefined) break
        if (!dropped.delete(message)) taken.push(message)
      }
      return taken
    },
    settle: () => undefined,
    hold: () => undefined,
    drop: (message) => {
      dropped.add(message)
    },
  }
}

type Group = { readonly id: string; visible: Message[]; inFlight: Set<Message>; inLine: boolean }

/**
 * A FIFO queue's shelf. "When you receive a message with a message group ID, no more messages for the same message
 * group ID are returned unless you delete the message or it becomes visible"; a receive takes as many of one group as it
 * can before it turns to the next.
 * https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/FIFO-queues-understanding-logic.html
 */
export const makeFifoShelf = (): Shelf => {
  const groups = new Map<string, Group>()
  const line = makeLine<Group>()

  const groupOf = (message: Message) => {
    const id = message.content.groupId ?? ''
    const known = groups.get(id)
    if (known !== undefined) return known
    const group: Group = { id, visible: [], inFlight: new Set(), inLine: false }
    groups.set(id, group)
    return group
  }
  const review = (group: Group) => {
    if (group.inFlight.size > 0 || group.inLine) return
    if (group.visible.length === 0) groups.delete(group.id)
    else {
      group.inLine = true
      line.push(group)
    }
  }

  return {
    put: (message) => {
      const group = groupOf(message)
      group.inFlight.delete(message)
      insertInOrder(group.visible, message)
      review(group)
    },
    take: (max) => {
      const taken: Message[] = []
      while (taken.length < max) {
        const group = line.shift()
        if (group === undefined) break
        group.inLine = false
        const batch = group.visible.splice(0, max - taken.length)
        for (const message of batch) group.inFlight.add(message)
        taken.push(...batch)
        review(group)
      }
      return taken
    },
    settle: (message) => {
      const group = groupOf(message)
      group.inFlight.delete(message)
      review(group)
    },
    hold: (message) => {
      groupOf(message).inFlight.add(message)
    },
    drop: (message) => {
      const group = groupOf(message)
      group.visible = group.visible.filter((other) => other !== message)
      review(group)
    },
  }
}

/** By sequence: a message that comes back goes to its old place, nearly always the front; a new one to the end. */
const insertInOrder = (messages: Message[], message: Message) => {
  const { sequence } = message.content
  const last = messages.at(-1)
  if (last === undefined || last.content.sequence < sequence) {
    messages.push(message)
    return
  }
  const index = messages.findIndex((other) => other.content.sequence > sequence)
  messages.splice(index, 0, message)
}

/** First in, first out, in constant time: `Array.shift` on a long queue is not. */
const makeLine = <T>() => {
  let items: (T | undefined)[] = []
  let head = 0
  return {
    push: (item: T) => {
      items.push(item)
    },
    shift: (): T | undefined => {
      const item = items[head]
      if (item === undefined) return undefined
      items[head++] = undefined
      if (head > 1024 && head * 2 > items.length) {
        items = items.slice(head)
        head = 0
      }
      return item
    },
  }
}
