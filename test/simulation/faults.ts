import { Crash } from '../support/crashing.ts'
import type { Draw } from './draw.ts'
import type { Scheduler, Task } from './scheduler.ts'
import type { Tally } from './tally.ts'

/**
 * `crash before`, `crash after`: the process dies at a call, before or after its effect. `refused`: the call fails without an
 * effect, as when throttled. `answer lost`: the effect is there and the caller sees an error.
 */
export const FAULTS = ['crash before', 'crash after', 'refused', 'answer lost'] as const
export type Fault = (typeof FAULTS)[number]

/** What the calls themselves are counted as, while the faults are on. */
export const CALLS = 'calls'

export type FaultSettings = {
  /** 0 to 1, of each call. */
  rate: number
}

type Deps = {
  readonly scheduler: Scheduler
  readonly draw: Draw
  readonly tally: Tally
  readonly settings: FaultSettings
  readonly now: () => number
  readonly note: (line: string) => void
}

export type WrapPort = <Port extends object>(name: string, port: Port) => Port

/** Methods that answer with pages, not with a promise. */
const PAGED = new Set(['list', 'all'])

const isAsyncIterable = (value: unknown): value is AsyncIterable<unknown> =>
  typeof value === 'object' && value !== null && Symbol.asyncIterator in value

const describe = (value: unknown): string => {
  // a path on disk is another one in each run
  if (typeof value === 'string') return value.startsWith('/') ? '' : value
  if (typeof value !== 'object' || value === null) return String(value)
  if (Array.isArray(value)) return value.map(describe).join(' ')
  const { id, key, partition, rehydrationId } = {
    id: '',
    key: '',
    partition: '',
    rehydrationId: '',
    ...value,
  }
  return [partition, id, key, rehydrationId].filter((part) => part !== '').join(' ')
}

/**
 * Ports as one task sees them: each call waits for its turn, and may then fail in one of four ways. A task that died, or
 * whose time is over, only meets errors from there on.
 */
export const wrapPorts = (deps: Deps, task: Task): WrapPort => {
  const { scheduler, draw, tally, settings, now, note } = deps

  /** The fault of this call, if any; throws what happens before the effect. */
  const enter = async (where: string, what: string): Promise<Fault | undefined> => {
    await scheduler.park()
    if (!task.dead && now() > task.deadline) {
      task.dead = true
      tally.count(where, 'timed out')
    }
    if (task.dead) throw new Crash(`${task.name} is dead`)
    if (settings.rate > 0) tally.count(where, CALLS)
    const fault = draw.chance(settings.rate) ? draw.pick(FAULTS) : undefined
    note(`${task.name}: ${where} ${what}${fault === undefined ? '' : ` !! ${fault}`}`)
    if (fault !== undefined) tally.count(where, fault)
    if (fault === 'crash before') task.dead = true
    if (fault === 'crash before' || fault === 'refused') throw new Crash(fault)
    return fault
  }

  const leave = (fault: Fault | undefined) => {
    if (fault === 'crash after') task.dead = true
    if (fault !== undefined) throw new Crash(fault)
  }

  async function* paged(where: string, what: string, run: () => unknown) {
    const fault = await enter(where, what)
    const pages = run()
    if (isAsyncIterable(pages)) yield* pages
    leave(fault)
  }

  const single = async (where: string, what: string, run: () => unknown) => {
    const fault = await enter(where, what)
    const answer: unknown = await run()
    leave(fault)
    return answer
  }

  return (name, port) =>
    new Proxy(port, {
      get: (target, property, receiver) => {
        const member: unknown = Reflect.get(target, property, receiver)
        if (typeof member !== 'function') return member
        const where = `${name}.${String(property)}`
        const call = PAGED.has(String(property)) ? paged : single
        return (...given: unknown[]) =>
          call(where, describe(given.slice(0, 2)), () => Reflect.apply(member, target, given))
      },
    })
}
