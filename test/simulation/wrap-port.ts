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
  /** Resolves when nobody is looking; undefined: nobody is. */
  before(): Promise<void> | undefined
  /** Resolves when what has changed was looked at; undefined: nothing has. */
  after(): Promise<void> | undefined
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
  // promises are only waited for where there is something to wait for: most calls are made in peace

  /** Until it is this task's turn. */
  const turnOf = (task: Task): Promise<void> | undefined => {
    if (chaos.isCalm()) return look.before()
    return task.dead ? undefined : scheduler.park(task)
  }

  /** The fault of this call, if any; throws what happens before the effect. */
  const enter = (task: Task, where: string, given: readonly unknown[]): Fault | undefined => {
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

  const leave = (task: Task, fault: Fault | undefined) => {
    if (fault === 'crash after') task.dead = true
    if (fault !== undefined) throw new Crash(fault)
  }

  const looked = () => (chaos.isCalm() ? look.after() : undefined)

  async function* paged(where: string, given: readonly unknown[], run: () => unknown) {
    const task = scheduler.current()
    const turn = turnOf(task)
    if (turn !== undefined) await turn
    const fault = enter(task, where, given)
    const pages = run()
    if (isAsyncIterable(pages)) yield* pages
    const looking = looked()
    if (looking !== undefined) await looking
    leave(task, fault)
  }

  const single = async (where: string, given: readonly unknown[], run: () => unknown) => {
    const task = scheduler.current()
    const turn = turnOf(task)
    if (turn !== undefined) await turn
    const fault = enter(task, where, given)
    const answer: unknown = await run()
    const looking = looked()
    if (looking !== undefined) await looking
    leave(task, fault)
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
