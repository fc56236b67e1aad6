import { Crash } from '../support/crashing.ts'
import type { Chaos, Fault } from './faults.ts'
import type { Scheduler, Task } from './scheduler.ts'
import type { Tally } from './tally.ts'
import type { Trace } from './trace.ts'

type Deps = {
  readonly scheduler: Scheduler
  readonly chaos: Chaos
  readonly tally: Tally
  readonly trace: Trace
  readonly now: () => number
  /** While nothing goes wrong one task moves at a time, without waiting for turns: then calls are looked at here. */
  readonly look: Look
}

export type Look = {
  /** Resolves when nobody is looking. */
  before(): Promise<void>
  after(): Promise<void>
}

export type WrapPort = <Port extends object>(name: string, port: Port) => Port

/** Methods that answer with pages, not with a promise. */
const PAGED = new Set(['list', 'all', 'folders'])

const isAsyncIterable = (value: unknown): value is AsyncIterable<unknown> =>
  typeof value === 'object' && value !== null && Symbol.asyncIterator in value

/**
 * A port as the task whose turn it is sees it: each call waits for its turn, and may then fail in one of four ways. A task
 * that died, or whose time is over, only meets errors from there on.
 */
export const makeWrap = ({ scheduler, chaos, tally, trace, now, look }: Deps): WrapPort => {
  /** The fault of this call, if any; throws what happens before the effect. */
  const enter = async (task: Task, where: string, given: readonly unknown[]): Promise<Fault | undefined> => {
    if (chaos.isCalm()) await look.before()
    else if (!task.dead) await scheduler.park(task)
    if (!task.dead && now() > task.deadline) {
      task.dead = true
      tally.count(where, 'timed out')
    }
    if (task.dead) throw new Crash(`${task.name} is dead`)
    const fault = chaos.faultOf(task, where)
    trace.call(task.name, where, given, fault)
    if (fault === 'crash before') task.dead = true
    if (fault === 'crash before' || fault === 'refused') throw new Crash(fault)
    return fault
  }

  const leave = async (task: Task, fault: Fault | undefined) => {
    if (chaos.isCalm()) await look.after()
    if (fault === 'crash after') task.dead = true
    if (fault !== undefined) throw new Crash(fault)
  }

  async function* paged(where: string, given: readonly unknown[], run: () => unknown) {
    const task = scheduler.current()
    const fault = await enter(task, where, given)
    const pages = run()
    if (isAsyncIterable(pages)) yield* pages
    await leave(task, fault)
  }

  const single = async (where: string, given: readonly unknown[], run: () => unknown) => {
    const task = scheduler.current()
    const fault = await enter(task, where, given)
    const answer: unknown = await run()
    await leave(task, fault)
    return answer
  }

  return (name, port) => {
    const wrapped = Object.entries(port).map(([property, member]: [string, unknown]) => {
      if (typeof member !== 'function') return [property, member] as const
      const where = `${name}.${property}`
      const call = PAGED.has(property) ? paged : single
      return [
        property,
        (...given: unknown[]) => call(where, given, () => Reflect.apply(member, port, given)),
      ] as const
    })
    // the same methods, each behind its turn
    return Object.fromEntries(wrapped) as typeof port
  }
}
