import type { Cloud } from './cloud.ts'
import type { Process } from './faults.ts'
import { CONFIG } from './settings.ts'
import type { Message, TaskQueue } from './task-queue.ts'
import { useCasesOn } from './use-cases.ts'

const BATCH = 10

/**
 * The functions of the deployment in one process. Each takes what its queue has for it, works, and acknowledges; false when
 * there was nothing to take.
 */
export const makeWorker = (cloud: Cloud, process: Process) => {
  const { use, called } = useCasesOn(cloud, process)
  const { queues } = cloud

  const acknowledge = <Body>({ name, acknowledge: ack }: TaskQueue<Body>, { id }: Message<Body>) =>
    process.wrap(`${name} queue`, { acknowledge: ack }).acknowledge(id)

  const consumer =
    <Body>(queue: TaskQueue<Body>, work: (body: Body, message: Message<Body>) => Promise<unknown>) =>
    async (): Promise<boolean> => {
      const [message] = queue.receive(1)
      if (message === undefined) return false
      await work(message.body, message)
      await acknowledge(queue, message)
      return true
    }

  const ageRecords = async (): Promise<boolean> => {
    const batch = queues.records.receive(BATCH)
    if (batch.length === 0) return false
    const messages = batch.map(({ id, sentAt, body }) => ({ ...body, sentAt, messageId: id }))
    const { done, errors } = await use.ageRecords(messages)
    for (const message of batch) if (done.has(message.id)) await acknowledge(queues.records, message)
    if (errors.length > 0) throw new AggregateError(errors, 'part of the batch failed')
    return true
  }

  const seal = async (ref: { dataset: string; partition: string }) => {
    const dataset = CONFIG.datasets.get(ref.dataset)
    if (dataset === undefined) throw new Error(`there is no dataset ${ref.dataset}`)
    for (let last = await use.sealPartition(dataset, ref); last === 'sealed'; )
      last = await use.sealPartition(dataset, ref)
  }

  return {
    use,
    called,
    consume: {
      records: ageRecords,
      objects: consumer(queues.objects, (task, { sentAt }) => use.ageObject({ ...task, sentAt })),
      storage: consumer(queues.storage, (key) => use.trackStorage(key)),
      seal: consumer(queues.seal, seal),
      expire: consumer(queues.expire, use.expireObjects),
      thaw: consumer(queues.thaw, use.thawTask),
      hydrate: consumer(queues.hydrate, use.hydrateTask),
      dead: consumer(queues.dead, use.keepDeadLetter),
    },
    /** What the schedule starts; one step's trouble does not keep the others from their work. */
    tick: async () => {
      const steps = [use.checkRehydrations(), use.reconcileBudgets(), use.remindOfHotObjects(), use.sweep()]
      const settled = await Promise.allSettled(steps)
      const errors = settled.flatMap((each) => (each.status === 'rejected' ? [each.reason] : []))
      if (errors.length > 0) throw new AggregateError(errors, errors.map(String).join('; '))
    },
  }
}

export type Worker = ReturnType<typeof makeWorker>
