import { isCrash } from '../support/crashing.ts'
import type { Cloud } from './cloud.ts'
import type { Draw } from './draw.ts'
import { type FaultSettings, wrapPorts } from './faults.ts'
import { type Functions, functionsOn, type Mutant, portsFor } from './functions.ts'
import type { Message, Queue } from './queue.ts'
import type { Scheduler, Task } from './scheduler.ts'
import { CONFIG, LONGEST_SKEW, LONGEST_TASK } from './settings.ts'
import type { Tally } from './tally.ts'
import { Violation } from './violation.ts'

type Deps = {
  readonly cloud: Cloud
  readonly draw: Draw
  readonly tally: Tally
  readonly scheduler: Scheduler
  readonly settings: FaultSettings
  readonly note: (line: string) => void
  readonly mutant: Mutant
}

const BATCH = 4

/** The functions of the deployment: each starts tasks that take messages, work, and acknowledge what is done. */
export const makeWorkers = (deps: Deps) => {
  const { cloud, draw, tally, scheduler, settings, note, mutant } = deps
  const { queues } = cloud
  const failures: unknown[] = []
  const tasks = new Set<Task>()
  let count = 0

  const aTask = (kind: string): Task => {
    count += 1
    const isOff = settings.rate > 0 && draw.chance(0.1)
    if (isOff) tally.count('clocks', 'off')
    const skew = isOff ? draw.below(2 * LONGEST_SKEW) - LONGEST_SKEW : 0
    return { name: `${kind}-${count}`, deadline: cloud.now() + LONGEST_TASK, skew, dead: false }
  }

  const start = (kind: string, work: (functions: Functions) => Promise<unknown>) => {
    const task = aTask(kind)
    tasks.add(task)
    // one that was under way when the faults went off may still be dead
    const mustSucceed = settings.rate === 0
    tally.count(kind, 'started')
    const wrap = wrapPorts({ scheduler, draw, tally, settings, note, now: cloud.now }, task)
    const ports = portsFor(cloud, draw, task.skew, wrap)
    const mutated = mutant.ports?.(ports) ?? ports
    const functions = functionsOn(mutated)
    return scheduler.start(
      () => work(mutant.functions?.(functions, mutated) ?? functions),
      (error) => {
        tasks.delete(task)
        if (error === undefined) return
        note(`${task.name}: ended with ${String(error)}`)
        if (!isCrash(error)) tally.count(kind, error instanceof Error ? error.name : 'thrown')
        if (error instanceof Violation || mustSucceed) failures.push(error)
      },
    )
  }

  /** The answer that a message is done can be lost like any other. */
  const acknowledge = <Body>(queue: Queue<Body>, { id }: Message<Body>) => {
    if (draw.chance(settings.rate)) return tally.count(`${queue.name} queue`, 'acknowledgement lost')
    note(`${id}: acknowledged`)
    queue.acknowledge(id)
  }

  const consumer =
    <Body>(kind: string, queue: Queue<Body>, work: (functions: Functions, body: Body) => Promise<unknown>) =>
    async (): Promise<boolean> => {
      const [message] = queue.receive(1)
      if (message === undefined) return false
      await start(kind, async (functions) => {
        await work(functions, message.body)
        acknowledge(queue, message)
      })
      return true
    }

  const ageRecords = async (): Promise<boolean> => {
    const batch = queues.records.receive(1 + draw.below(BATCH))
    if (batch.length === 0) return false
    await start('age-records', async (functions) => {
      const messages = batch.map(({ id, sentAt, body }) => ({ ...body, sentAt, messageId: id }))
      const { done, errors } = await functions.ageRecords(messages)
      for (const message of batch) if (done.has(message.id)) acknowledge(queues.records, message)
      if (errors.length > 0) throw new AggregateError(errors, 'part of the batch failed')
    })
    return true
  }

  const sealPartition = async ({ seal }: Functions, ref: { dataset: string; partition: string }) => {
    const dataset = CONFIG.datasets.get(ref.dataset)
    if (dataset !== undefined) tally.count('seal-segments', await seal(dataset, ref))
  }

  return {
    start,
    sealPartition,
    /** Each takes a message and starts; false when there is none. */
    consumers: {
      ageRecords,
      ageObjects: consumer('age-objects', queues.objects, ({ ageObject }, { key }) =>
        ageObject({ key, sentAt: cloud.now() }),
      ),
      seal: consumer('seal-segments', queues.seal, sealPartition),
      expire: consumer('expire-segments', queues.expire, ({ expire }, task) => expire(task)),
      track: consumer('track-storage', queues.storage, ({ track }, key) => track(key)),
      thaw: consumer('thaw-segments', queues.thaw, ({ thaw }, task) => thaw(task)),
      hydrate: consumer('hydrate-records', queues.hydrate, ({ hydrate }, task) => hydrate(task)),
    },
    sweep: () =>
      start('sweep', async ({ checkRehydrations, remindOfHotObjects, sweep }) => {
        const settled = await Promise.allSettled([checkRehydrations(), remindOfHotObjects(), sweep()])
        const errors = settled.flatMap((each) => (each.status === 'rejected' ? [each.reason] : []))
        if (errors.length > 0) throw new AggregateError(errors, errors.map(String).join('; '))
      }),
    /** What tasks threw that is no fault of the run's making. */
    throwFailures: () => {
      const [failure] = failures.splice(0)
      if (failure instanceof Violation) throw failure
      if (failure !== undefined) throw new Violation('convergence', `with the faults off: ${String(failure)}`)
    },
    isRunning: (kind: string) => [...tasks].some(({ name }) => name.startsWith(kind)),
    killAll: () => {
      for (const task of tasks) task.dead = true
    },
  }
}

export type Workers = ReturnType<typeof makeWorkers>
