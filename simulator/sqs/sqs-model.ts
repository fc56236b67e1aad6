import { randomUUID } from 'node:crypto'
import type { Meter, TimedModel } from '../model.ts'
import type { ReceivedMessage } from './message.ts'
import { type MoveTask, makeMoveTasks } from './move-task.ts'
import type { Queue, QueueCounts } from './queue.ts'
import { numberOf, parseRedrivePolicy, type QueueAttributes } from './queue-attributes.ts'
import { makeQueueRegistry } from './queue-registry.ts'
import { changeVisibility, deleteMessage, makeReceive, type ReceiveInput } from './receive.ts'
import { bytesOf, checkBatchSize, makeSend, type SendAnswer, type SendInput } from './send.ts'
import { SqsError } from './sqs-error.ts'
import { makeMemorySqsStore, type SqsStore } from './store.ts'

/** One outcome for each entry of a batch, in the batch's order. */
export type BatchOutcome<T> = readonly ({ readonly answer: T } | { readonly error: SqsError })[]

/**
 * Simple Queue Service, in process. Queues are named by ARN; a failure is an `SqsError`, with AWS's code.
 * Everything happens at the virtual time of the call.
 */
export type SqsModel = TimedModel & {
  /** The new queue's ARN, or that of an equal one which is there already. */
  createQueue(name: string, attributes?: QueueAttributes, tags?: ReadonlyMap<string, string>): string
  /** The ARN of an existing queue. */
  queueArn(name: string): string
  queueExists(queueArn: string): boolean
  /** Names, sorted. */
  listQueues(prefix?: string): string[]
  deleteQueue(queueArn: string): void
  purgeQueue(queueArn: string): void
  /** All of them, the computed ones included. */
  queueAttributes(queueArn: string): QueueAttributes
  setQueueAttributes(queueArn: string, attributes: QueueAttributes): void
  queueTags(queueArn: string): ReadonlyMap<string, string>
  setQueueTags(queueArn: string, tags: ReadonlyMap<string, string>): void
  /** Names of the queues whose dead letters come here, sorted. */
  deadLetterSources(queueArn: string): string[]
  send(queueArn: string, input: SendInput): SendAnswer
  sendBatch(queueArn: string, inputs: readonly SendInput[]): BatchOutcome<SendAnswer>
  /** What is visible now, without waiting. Counts as one request. */
  receive(queueArn: string, input?: ReceiveInput): ReceivedMessage[]
  delete(queueArn: string, receiptHandle: string): void
  deleteBatch(queueArn: string, receiptHandles: readonly string[]): BatchOutcome<void>
  changeVisibility(queueArn: string, receiptHandle: string, seconds: number): void
  changeVisibilityBatch(
    queueArn: string,
    entries: readonly { readonly receiptHandle: string; readonly seconds: number }[],
  ): BatchOutcome<void>
  startMoveTask(sourceArn: string, destinationArn?: string): string
  listMoveTasks(sourceArn: string): readonly MoveTask[]
  /** Free of charge. */
  counts(queueArn: string): QueueCounts
  /** How long a receive waits that does not say: the queue's ReceiveMessageWaitTimeSeconds. */
  waitSeconds(queueArn: string): number
  /** A message from another service, as S3's notifications are. False when the queue is gone or refuses it. */
  deliver(queueArn: string, body: string): boolean
  /**
   * `listener` is called with the ARN of a queue whose messages may have become receivable, in the middle of what
   * made them so: it should note that and return. Returns the way to unsubscribe.
   */
  subscribe(listener: (queueArn: string) => void): () => void
  close(): void
}

export type SqsModelOptions = {
  readonly now: () => number
  readonly meter: Meter
  readonly store?: SqsStore
  /** Message ids; random unless given. */
  readonly newId?: () => string
}

/** "Every 64 KB chunk of a payload is billed as 1 request" (https://aws.amazon.com/sqs/pricing/) */
const billedChunk = 64 * 1024

export const makeSqsModel = (options: SqsModelOptions): SqsModel => {
  const { now, meter, store = makeMemorySqsStore(), newId = randomUUID } = options
  const listeners = new Set<(queueArn: string) => void>()
  const loaded = store.load()
  const registry = makeQueueRegistry(store, loaded, (queue) => {
    for (const listener of listeners) listener(queue.arn)
  })
  const sendTo = makeSend(store, newId, loaded.sends)
  const receiveFrom = makeReceive(store, registry.findByArn)
  const moveTasks = makeMoveTasks(store, registry, newId)

  /** The queue as it is now. */
  const open = (queueArn: string): Queue => {
    const queue = registry.findByArn(queueArn)
    if (queue === undefined) throw new SqsError('QueueDoesNotExist')
    queue.settle(now())
    return queue
  }
  const bill = (queue: Queue | undefined, bytes = 0) =>
    meter.add(queue?.fifo ? 'sqs.request.fifo' : 'sqs.request', Math.max(1, Math.ceil(bytes / billedChunk)))
  const request = (queueArn: string, bytes = 0) => {
    const queue = open(queueArn)
    bill(queue, bytes)
    return queue
  }
  const each = <T, R>(items: readonly T[], work: (item: T) => R): BatchOutcome<R> =>
    store.atomically(() => items.map((item) => attempt(() => work(item))))
  const totalBytes = (inputs: readonly SendInput[]) => inputs.reduce((sum, input) => sum + bytesOf(input), 0)

  return {
    createQueue: (name, attributes = {}, tags = new Map()) => {
      const queue = registry.create(name, attributes, tags, now())
      bill(queue)
      return queue.arn
    },
    queueArn: (name) => {
      const queue = registry.find(name)
      bill(queue)
      if (queue === undefined) throw new SqsError('QueueDoesNotExist')
      return queue.arn
    },
    queueExists: (queueArn) => registry.findByArn(queueArn) !== undefined,
    listQueues: (prefix = '') => {
      bill(undefined)
      return registry
        .all()
        .map(({ name }) => name)
        .filter((name) => name.startsWith(prefix))
        .sort()
    },
    deleteQueue: (queueArn) => registry.remove(request(queueArn), now()),
    purgeQueue: (queueArn) => registry.purge(request(queueArn), now()),
    queueAttributes: (queueArn) => allAttributes(request(queueArn)),
    setQueueAttributes: (queueArn, attributes) => registry.change(request(queueArn), attributes, now()),
    queueTags: (queueArn) => request(queueArn).settings().tags,
    setQueueTags: (queueArn, tags) => request(queueArn).change({ tags }),
    deadLetterSources: (queueArn) => {
      const { arn } = request(queueArn)
      const feeds = (queue: Queue) =>
        parseRedrivePolicy(queue.attributes().RedrivePolicy)?.deadLetterTargetArn === arn
      return registry
        .all()
        .filter(feeds)
        .map(({ name }) => name)
        .sort()
    },
    send: (queueArn, input) => sendTo(request(queueArn, bytesOf(input)), input, now()),
    sendBatch: (queueArn, inputs) => {
      checkBatchSize(inputs)
      const queue = request(queueArn, totalBytes(inputs))
      return each(inputs, (input) => sendTo(queue, input, now()))
    },
    receive: (queueArn, input = {}) => {
      const queue = open(queueArn)
      const messages = receiveFrom(queue, input, now())
      bill(queue, totalBytes(messages))
      return messages
    },
    delete: (queueArn, handle) => deleteMessage(request(queueArn), handle),
    deleteBatch: (queueArn, handles) => {
      const queue = request(queueArn)
      return each(handles, (handle) => deleteMessage(queue, handle))
    },
    changeVisibility: (queueArn, handle, seconds) => {
      const queue = request(queueArn)
      changeVisibility(queue, handle, seconds, now())
      queue.settle(now())
    },
    changeVisibilityBatch: (queueArn, entries) => {
      const queue = request(queueArn)
      const outcome = each(entries, (entry) =>
        changeVisibility(queue, entry.receiptHandle, entry.seconds, now()),
      )
      queue.settle(now())
      return outcome
    },
    startMoveTask: (sourceArn, destinationArn) => {
      if (!registry.findByArn(sourceArn)) throw new SqsError('ResourceNotFoundException')
      return moveTasks.start(request(sourceArn), destinationArn, now())
    },
    listMoveTasks: (sourceArn) => {
      if (!registry.findByArn(sourceArn)) throw new SqsError('ResourceNotFoundException')
      return moveTasks.list(request(sourceArn).arn)
    },
    counts: (queueArn) => open(queueArn).counts(),
    waitSeconds: (queueArn) => numberOf(open(queueArn).attributes(), 'ReceiveMessageWaitTimeSeconds'),
    deliver: (queueArn, body) => {
      const queue = registry.findByArn(queueArn)
      // "FIFO queues aren't supported as an Amazon S3 event notification destination" (notification-how-to-event-types)
      if (queue === undefined || queue.fifo) return false
      return 'answer' in attempt(() => sendTo(request(queueArn, Buffer.byteLength(body)), { body }, now()))
    },
    subscribe: (listener) => {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    nextDue: () => earliest(registry.all().map((queue) => queue.nextDue())),
    runDue: () => {
      for (const queue of registry.all()) queue.settle(now())
    },
    close: store.close,
  }
}

/** What SQS refuses is an outcome; a fault of ours is thrown on. */
const attempt = <T>(work: () => T): { readonly answer: T } | { readonly error: SqsError } => {
  try {
    return { answer: work() }
  } catch (error) {
    if (error instanceof SqsError) return { error }
    throw error
  }
}

const earliest = (times: readonly (number | undefined)[]) =>
  times.reduce(
    (first, time) => (time !== undefined && (first === undefined || time < first) ? time : first),
    undefined,
  )

const allAttributes = (queue: Queue): QueueAttributes => {
  const { visible, inFlight, delayed } = queue.counts()
  const { attributes, createdAt, modifiedAt } = queue.settings()
  const seconds = (time: number) => String(Math.floor(time / 1000))
  return {
    ...attributes,
    QueueArn: queue.arn,
    ApproximateNumberOfMessages: String(visible),
    ApproximateNumberOfMessagesNotVisible: String(inFlight),
    ApproximateNumberOfMessagesDelayed: String(delayed),
    CreatedTimestamp: seconds(createdAt),
    LastModifiedTimestamp: seconds(modifiedAt),
  }
}
