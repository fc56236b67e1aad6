import { arnOf, makeQueue, type Queue } from './queue.ts'
import {
  allowsRedriveFrom,
  checkAttributes,
  initialAttributes,
  parseRedrivePolicy,
  type QueueAttributes,
} from './queue-attributes.ts'
import { SqsError } from './sqs-error.ts'
import type { SqsStore, StoredQueue } from './store.ts'

/** The queues by name: made, found, changed and deleted. */
export type QueueRegistry = {
  create(name: string, attributes: QueueAttributes, tags: ReadonlyMap<string, string>, now: number): Queue
  remove(queue: Queue, now: number): void
  change(queue: Queue, attributes: QueueAttributes, now: number): void
  purge(queue: Queue, now: number): void
  find(name: string): Queue | undefined
  findByArn(arn: string): Queue | undefined
  all(): readonly Queue[]
}

/** "You must wait 60 seconds after deleting a queue", and between two purges (API_DeleteQueue, API_PurgeQueue). */
const quietMs = 60_000

export const makeQueueRegistry = (
  store: SqsStore,
  loaded: ReturnType<SqsStore['load']>,
  onVisible: (queue: Queue) => void,
): QueueRegistry => {
  const queues = new Map<string, Queue>()
  const deletedAt = new Map<string, number>()
  const purgedAt = new Map<string, number>()

  const open = (stored: StoredQueue) => {
    const queue = makeQueue(stored, store, loaded.messagesOf(stored.name), () => onVisible(queue))
    queues.set(stored.name, queue)
    return queue
  }
  for (const stored of loaded.queues) open(stored)

  const findByArn = (arn: string) => {
    const queue = queues.get(arn.slice(arn.lastIndexOf(':') + 1))
    return queue?.arn === arn ? queue : undefined
  }

  const checkRedrive = (name: string, fifo: boolean, attributes: QueueAttributes) => {
    const policy = parseRedrivePolicy(attributes.RedrivePolicy)
    if (policy === undefined) return
    const target = findByArn(policy.deadLetterTargetArn)
    const refuse = (reason: string) => {
      const message = `Value ${attributes.RedrivePolicy} for parameter RedrivePolicy is invalid. Reason: ${reason}`
      return new SqsError('InvalidParameterValue', message)
    }
    if (target === undefined) throw refuse('Dead letter target does not exist.')
    if (target.fifo !== fifo) throw refuse('Dead-letter queue must be same type of queue as the source.')
    if (!allowsRedriveFrom(target.attributes(), arnOf(name))) {
      throw refuse("The dead-letter queue's RedriveAllowPolicy does not allow this source queue.")
    }
  }

  return {
    find: (name) => queues.get(name),
    findByArn,
    all: () => [...queues.values()],
    create: (name, given, tags, now) => {
      const fifo = name.endsWith('.fifo')
      checkName(name, fifo, given)
      checkAttributes(given, fifo)
      const existing = queues.get(name)
      if (existing !== undefined) {
        // "If you provide the name of an existing queue along with the exact names and values of all its attributes, CreateQueue returns the queue URL"
        const differs = Object.entries(given).some(([key, value]) => existing.attributes()[key] !== value)
        if (!differs) return existing
        const message = 'A queue already exists with the same name and a different value for attribute(s).'
        throw new SqsError('QueueNameExists', message)
      }
      if ((deletedAt.get(name) ?? Number.NEGATIVE_INFINITY) + quietMs > now) {
        throw new SqsError('QueueDeletedRecently')
      }
      checkRedrive(name, fifo, given)
      const attributes = withoutEmpty({ ...initialAttributes(fifo), ...given })
      const stored = { name, attributes, tags, createdAt: now, modifiedAt: now, sequenceCeiling: 0 }
      store.saveQueue(stored)
      return open(stored)
    },
    remove: ({ name }, now) => {
      queues.delete(name)
      deletedAt.set(name, now)
      store.removeQueue(name)
    },
    change: (queue, given, now) => {
      checkAttributes(given, queue.fifo)
      if (given.FifoQueue !== undefined && given.FifoQueue !== String(queue.fifo)) {
        throw new SqsError('InvalidAttributeName', 'You cannot change the type of an existing queue.')
      }
      checkRedrive(queue.name, queue.fifo, given)
      queue.change({ attributes: withoutEmpty({ ...queue.attributes(), ...given }), modifiedAt: now })
    },
    purge: (queue, now) => {
      if ((purgedAt.get(queue.name) ?? Number.NEGATIVE_INFINITY) + quietMs > now) {
        const message = `Only one PurgeQueue operation on ${queue.name} is allowed every 60 seconds.`
        throw new SqsError('PurgeQueueInProgress', message)
      }
      purgedAt.set(queue.name, now)
      queue.purge()
    },
  }
}

/** An empty string takes a policy off a queue. */
const withoutEmpty = (attributes: QueueAttributes): QueueAttributes =>
  Object.fromEntries(Object.entries(attributes).filter(([, value]) => value !== ''))

const checkName = (name: string, fifo: boolean, attributes: QueueAttributes) => {
  const stem = fifo ? name.slice(0, -'.fifo'.length) : name
  if (name.length > 80 || !/^[A-Za-z0-9_-]+$/.test(stem)) {
    throw new SqsError(
      'InvalidParameterValue',
      'Can only include alphanumeric characters, hyphens, or underscores. 1 to 80 in length',
    )
  }
  const saysFifo = attributes.FifoQueue
  if (fifo ? saysFifo !== 'true' : saysFifo === 'true') {
    throw new SqsError(
      'InvalidParameterValue',
      'The name of a FIFO queue can only include alphanumeric characters, hyphens, or underscores, must end with .fifo suffix and be 1 to 80 in length; FifoQueue must be set to true.',
    )
  }
  if (saysFifo === 'false') throw new SqsError('InvalidAttributeName', 'Unknown Attribute FifoQueue.')
}
