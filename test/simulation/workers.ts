import { isCrash } from '../support/crashing.ts'
import type { Cloud } from './cloud.ts'
import type { Draw } from './draw.ts'
import type { Chaos } from './faults.ts'
import type { Functions } from './functions.ts'
import type { History } from './history.ts'
import type { Message, Queue } from './queue.ts'
import type { Scheduler, Task } from './scheduler.ts'
import { LONGEST_SKEW, LONGEST_TASK } from './settings.ts'
import type { Tally } from './tally.ts'
import type { Trace } from './trace.ts'
import { Violation } from './violation.ts'

type Deps = {
  readonly history: History
  readonly cloud: Cloud
  readonly draw: Draw
  readonly tally: Tally
  readonly scheduler: Scheduler
  readonly chaos: Chaos
  readonly trace: Trace
  readonly functions: Functions
}

/** In the order that their queues are worked off. */
const CONSUMERS = ['records', 'objects', 'seal', 'expire', 'storage', 'thaw', 'hydrate', 'dead'] as const

const BATCH = 4
const FULL_BATCH = 10
/** Most tasks make no more calls. */
const LONG_TASK = 20

/** The functions of the deployment: each starts tasks that take messages, work, and acknowledge what is done. */
export const makeWorkers = (deps: Deps) => {
  const { history, cloud, tally, scheduler, chaos, trace, functions } = deps
  const { trouble } = history
  const { queues } = cloud
  const failures: unknown[] = []
  const tasks = new Set<Task>()
  let latest: Task | undefined

  const aTask = (kind: string, cause: string): Task => {
    const name = `${kind} ${cause}`
    const draw = deps.draw.fork(name)
    const isOff = chaos.happens(`${name} clock`, 'clocks', 'off', trouble.skewed)
    const isSlow = chaos.happens(`${name} slow`, 'tasks', 'slow', trouble.slow)
    return {
      name,
      draw,
      deadline: cloud.now() + LONGEST_TASK,
      skew: isOff ? draw.below(2 * LONGEST_SKEW) - LONGEST_SKEW : 0,
      burst: draw.below(LONG_TASK),
      slow: isSlow ? (draw.chance(0.5) ? 'always' : draw.below(LONG_TASK)) : null,
      calls: 0,
      waiting: 0,
      over: false,
      stopped: undefined,
      dead: false,
    }
  }

  /** `cause` is what made it begin: with the kind it names the task. */
  const start = (kind: string, cause: string, work: () => Promise<unknown>) => {
    const task = aTask(kind, cause)
    tasks.add(task)
    latest = task
    // one that was under way when the faults went off may still be dead
    const mustSucceed = chaos.isCalm()
    tally.count(kind, 'started')
    return scheduler.start(task, work, (error) => {
      tasks.delete(task)
      if (error === undefined) return
      trace.line(`${task.name}: ended with ${String(error)}`)
      if (!isCrash(error)) tally.count(kind, error instanceof Error ? error.name : 'thrown')
      if (error instanceof Violation || mustSucceed) failures.push(error)
    })
  }

  /** The answer that a message is done can be lost like any other. */
  const acknowledge = <Body>(queue: Queue<Body>, message: Message<Body>) => {
    const name = `${scheduler.current().name} acknowledgement of ${message.id}`
    if (chaos.happens(name, `${queue.name} queue`, 'acknowledgement lost', trouble.call)) return
    trace.line(`${message.id}: acknowledged`)
    queue.acknowledge(message)
  }

  const consumer =
    <Body>(kind: string, queue: Queue<Body>, work: (body: Body) => Promise<unknown>) =>
    async (cause: string, draw: Draw): Promise<boolean> => {
      const [message] = queue.receive(1, draw)
      if (message === undefined) return false
      trace.line(`${kind} ${cause} takes ${message.id}`)
      await start(kind, cause, async () => {
        await work(message.body)
        acknowledge(queue, message)
      })
      return true
    }

  const ageRecords = async (cause: string, draw: Draw): Promise<boolean> => {
    const batch = queues.records.receive(chaos.isCalm() ? FULL_BATCH : 1 + draw.below(BATCH), draw)
    if (batch.length === 0) return false
    trace.line(`age-records ${cause} takes ${batch.map(({ id }) => id).join(', ')}`)
    await start('age-records', cause, async () => {
      const messages = batch.map(({ id, sentAt, body }) => ({ ...body, sentAt, messageId: id }))
      const { done, errors } = await functions.ageRecords(messages)
      for (const message of batch) if (done.has(message.id)) acknowledge(queues.records, message)
      if (errors.length > 0) throw new AggregateError(errors, 'part of the batch failed')
    })
    return true
  }

  const seal = async (ref: { dataset: string; partition: string }) => {
    const dataset = cloud.config.datasets.get(ref.dataset)
    if (dataset !== undefined) tally.count('seal-segments', await functions.seal(dataset, ref))
  }

  /** Each takes a message and starts; false when there is none. */
  const consumers = {
    records: ageRecords,
    objects: consumer('age-objects', queues.objects, (task) =>
      functions.ageObject({ ...task, sentAt: cloud.now() }),
    ),
    seal: consumer('seal-segments', queues.seal, seal),
    expire: consumer('expire-segments', queues.expire, (task) => functions.expire(task)),
    storage: consumer('track-storage', queues.storage, (key) => functions.track(key)),
    thaw: consumer('thaw-segments', queues.thaw, (task) => functions.thaw(task)),
    hydrate: consumer('hydrate-records', queues.hydrate, (task) => functions.hydrate(task)),
    dead: consumer('keep-dead-letters', queues.dead, (message) => functions.keepDead(message)),
  }

  return {
    start,
    seal,
    consumers,
    names: CONSUMERS,
    sweep: (cause: string) =>
      start('sweep', cause, async () => {
        const { checkRehydrations, reconcileBudgets, remindOfHotObjects, sweep } = functions
        const steps = [checkRehydrations(), reconcileBudgets(), remindOfHotObjects(), sweep()]
        const settled = await Promise.allSettled(steps)
        const errors = settled.flatMap((each) => (each.status === 'rejected' ? [each.reason] : []))
        if (errors.length > 0) throw new AggregateError(errors, errors.map(String).join('; '))
      }),
    /** The task that was started last. */
    latest: () => latest,
    /** Somebody saw that something is wrong: whatever the tasks make of it. */
    fail: (error: unknown) => {
      failures.push(error)
    },
    /** What tasks threw that is no fault of the run's making. */
    throwFailures: () => {
      const failure = failures.shift()
      if (failure instanceof Violation) throw failure
      if (failure !== undefined) throw new Violation('convergence', `with the faults off: ${String(failure)}`)
    },
    killAll: () => {
      for (const task of tasks) task.dead = true
    },
  }
}

export type Workers = ReturnType<typeof makeWorkers>
export type ConsumerName = keyof Workers['consumers']
