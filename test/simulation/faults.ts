import type { Draw } from './draw.ts'
import type { History } from './history.ts'
import { SELDOM } from './ports.ts'
import type { Task } from './scheduler.ts'
import type { Tally } from './tally.ts'

/**
 * `crash before`, `crash after`: the process dies at a call, before or after its effect. `refused`: the call fails without an
 * effect, as when throttled. `answer lost`: the effect is there and the caller sees an error.
 */
export const FAULTS = ['crash before', 'crash after', 'refused', 'answer lost'] as const
export type Fault = (typeof FAULTS)[number]

/** What goes wrong, by name: the same in every run of a history, whatever else is left out of it. */
export type Chaos = {
  /** Whether this goes wrong, with that probability. `where` and `what` are what it is counted as. */
  happens(name: string, where: string, what: string, probability: number): boolean
  /** The fault of a task's next call of a port, if any. */
  faultOf(task: Task, where: string): Fault | undefined
  /** Names of all that went wrong so far. */
  happened(): readonly string[]
  /** From here on nothing goes wrong, or things do again. */
  calm(calm: boolean): void
  isCalm(): boolean
}

const SELDOM_RATE = 0.3

export const makeChaos = ({ trouble, only }: History, draw: Draw, tally: Tally): Chaos => {
  const happened: string[] = []
  let off = false
  const isSpared = (name: string) => only !== undefined && !only.has(name)

  const happens = (name: string, where: string, what: string, probability: number) => {
    if (off) return false
    tally.expect(where, what, probability)
    if (draw.at(name) >= probability || isSpared(name)) return false
    tally.count(where, what)
    happened.push(name)
    return true
  }

  return {
    happens,
    faultOf: (task, where) => {
      task.calls += 1
      if (off) return undefined
      const usual = trouble.call > 0 && SELDOM.has(where) ? Math.max(trouble.call, SELDOM_RATE) : trouble.call
      const rate = trouble.focus?.port === where ? trouble.focus.call : usual
      tally.call(where, rate, trouble.faults)
      if (rate === 0) return undefined
      const name = `${task.name} call ${task.calls}`
      const drawn = draw.at(name)
      const fault = trouble.faults[Math.floor((drawn / rate) * trouble.faults.length)]
      if (fault === undefined || isSpared(name)) return undefined
      tally.count(where, fault)
      happened.push(name)
      return fault
    },
    happened: () => happened,
    calm: (calm) => {
      off = calm
    },
    isCalm: () => off,
  }
}
