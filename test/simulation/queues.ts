import { HOUR } from '../../shared/domain/duration.ts'
import type { PartitionRef } from '../../shared/domain/segment.ts'
import type { ExpireTask, HydrateTask, ThawTask } from '../../shared/ports/queues.ts'
import type { RecordMessage } from '../../shared/use-cases/age-records.ts'
import type { Chaos } from './faults.ts'
import type { History } from './history.ts'
import { makeQueue } from './queue.ts'

const MINUTE = HOUR / 60

/** A producer's message, and the name that the run knows it by. */
export type Sending = Omit<RecordMessage, 'messageId' | 'sentAt'> & { readonly name: string }

/** The queues of the deployment, with their visibility. */
export const makeQueues = (
  { trouble: { doubled } }: History,
  chaos: Chaos,
  now: () => number,
  acknowledged: () => void,
) => {
  const queue = <Body>(name: string, minutes: number, label: (body: Body) => string, changed?: () => void) =>
    makeQueue<Body>({
      name,
      now,
      chaos,
      doubled,
      visibility: minutes * MINUTE,
      label,
      ...(changed && { changed }),
    })
  const ofPartition = ({ dataset, partition }: PartitionRef) => `${dataset} ${partition}`
  const ofTask = ({ rehydrationId, partition }: ThawTask) => `${rehydrationId} ${partition}`
  return {
    records: queue<Sending>('records', 6, ({ name }) => name, acknowledged),
    objects: queue<{ readonly key: string }>('objects', 90, ({ key }) => key),
    storage: queue<string>('storage', 6, (key) => key),
    seal: queue<PartitionRef>('seal', 90, ofPartition),
    expire: queue<ExpireTask>('expire', 12, ofPartition),
    thaw: queue<ThawTask>('thaw', 12, ofTask),
    hydrate: queue<HydrateTask>('hydrate', 90, ofTask),
  }
}

export type Queues = ReturnType<typeof makeQueues>
