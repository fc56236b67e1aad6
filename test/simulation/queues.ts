import { hash } from 'node:crypto'
import { HOUR } from '../../shared/domain/duration.ts'
import type { PartitionRef } from '../../shared/domain/segment.ts'
import type { ExpireTask, HydrateTask, ThawTask } from '../../shared/ports/queues.ts'
import type { RecordMessage } from '../../shared/use-cases/age-records.ts'
import type { DeadMessage } from '../../shared/use-cases/keep-dead-letter.ts'
import type { Chaos } from './faults.ts'
import type { History } from './history.ts'
import { makeQueue } from './queue.ts'

const MINUTE = HOUR / 60

/** A producer's message, and the name that the run knows it by. */
export type Sending = Omit<RecordMessage, 'messageId' | 'sentAt'> & { readonly name: string }

export type ObjectTask = { readonly key: string; readonly dataset?: string }

const ofPartition = ({ dataset, partition }: PartitionRef) => `${dataset} ${partition}`
const ofTask = ({ rehydrationId, partition }: ThawTask) => `${rehydrationId} ${partition}`

/** The queues of the deployment, with their visibility, and the one that takes what they give up on. */
export const makeQueues = (
  { trouble: { doubled, mostReceives } }: History,
  chaos: Chaos,
  now: () => number,
  acknowledged: () => void,
) => {
  const shared = { now, chaos, doubled, changed: acknowledged }
  const dead = makeQueue<DeadMessage>({
    ...shared,
    name: 'dead',
    visibility: 6 * MINUTE,
    mostReceives: null,
    label: ({ queue, messageId }) => `${queue} ${messageId}`,
  })
  const queue = <Body>(name: string, minutes: number, label: (body: Body) => string) =>
    makeQueue<Body>({
      ...shared,
      name,
      label,
      visibility: minutes * MINUTE,
      mostReceives,
      giveUp: ({ id, body, sentAt }, receives) =>
        dead.send({
          queue: name,
          messageId: hash('md5', id, 'hex'),
          body: JSON.stringify(body),
          attributes: [],
          sentAt,
          receives,
          group: null,
        }),
    })
  return {
    records: queue<Sending>('records', 6, ({ name }) => name),
    objects: queue<ObjectTask>('objects', 90, ({ key }) => key),
    storage: queue<string>('storage', 6, (key) => key),
    seal: queue<PartitionRef>('seal', 90, ofPartition),
    expire: queue<ExpireTask>('expire', 12, ofPartition),
    thaw: queue<ThawTask>('thaw', 12, ofTask),
    hydrate: queue<HydrateTask>('hydrate', 90, ofTask),
    dead,
  }
}

export type Queues = ReturnType<typeof makeQueues>

/** Sends a message that was given up to its own queue again. */
export const sendAgain = (queues: Queues, name: string, body: string): void => {
  const queue = Object.values(queues).find((one) => one.name === name)
  if (queue === undefined) throw new Error(`there is no queue ${name}`)
  // its own queue wrote it
  const send = queue.send as (body: unknown) => void
  send(JSON.parse(body))
}
