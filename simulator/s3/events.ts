import { makeDueHeap } from '../sqs/due-heap.ts'
import { type EventFacts, eventBody } from './event-record.ts'
import type { Journal } from './journal.ts'
import type { Bucket, PendingEvent } from './stored.ts'

/** Puts a message into a queue; false when there is no such queue or it refuses. */
export type Notify = (queueArn: string, body: string) => boolean

export type EventPublisher = {
  /** Queues the event for every notification of the bucket that wants it. */
  publish(bucket: Bucket, facts: EventFacts): void
  /** Takes up an event that an earlier run did not deliver. */
  resume(event: PendingEvent): void
  nextDue(): number | undefined
  /** Delivers what is due. An event leaves the journal after its delivery: a kill in between delivers it twice. */
  deliver(now: number): void
  /** Sends a message at once, as S3 does to try a destination. */
  notify: Notify
}

type Options = {
  journal: Journal
  notify: Notify
  eventDelays(eventName: string, key: string): readonly number[]
  newId(): string
}

/** `s3:ObjectCreated:*` stands for all events of its family. */
const wants = (patterns: readonly string[], name: string) =>
  patterns.some((pattern) =>
    pattern.endsWith('*') ? name.startsWith(pattern.slice(0, -1)) : pattern === name,
  )

/** "Amazon S3 event notifications are designed to be delivered at least once", in no order. */
export const makeEvents = ({ journal, notify, eventDelays, newId }: Options): EventPublisher => {
  const heap = makeDueHeap<PendingEvent>()
  return {
    publish: (bucket, facts) => {
      const { key } = facts.version
      for (const { id, queueArn, events, prefix, suffix } of bucket.notifications) {
        if (!wants(events, facts.name) || !key.startsWith(prefix) || !key.endsWith(suffix)) continue
        const body = eventBody(bucket, id, facts)
        for (const delay of eventDelays(facts.name, key)) {
          const event = { id: newId(), queueArn, body, dueAt: facts.at + delay }
          journal.save('event', event.id, event)
          heap.push(event.dueAt, event)
        }
      }
    },
    resume: (event) => heap.push(event.dueAt, event),
    nextDue: () => heap.peek()?.at,
    deliver: (now) => {
      for (let first = heap.peek(); first !== undefined && first.at <= now; first = heap.peek()) {
        heap.pop()
        notify(first.item.queueArn, first.item.body)
        journal.save('event', first.item.id, undefined)
      }
    },
    notify,
  }
}
