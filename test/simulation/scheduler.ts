import { setImmediate as nextTurn } from 'node:timers/promises'
import type { Draw } from './draw.ts'

/** One run of one function. */
export type Task = {
  readonly name: string
  /** Lambda stops it then (virtual ms). */
  readonly deadline: number
  /** How far its clock is off, in ms. */
  readonly skew: number
  /** A process that died makes no more calls. */
  dead: boolean
}

export type Scheduler = {
  /** Starts a task's work; `ended` gets what it threw, or undefined, and must not throw. */
  start(work: () => Promise<unknown>, ended: (error: unknown) => void): Promise<void>
  /** Waits at a port until the scheduler picks this call. */
  park(): Promise<void>
  /** Lets one parked call go on, and all that follows from it, up to the next calls. False: nothing is parked. */
  step(): Promise<boolean>
  /** Tasks under way. */
  running(): number
}

/** Sealing works on real files: their requests are the only thing that can be under way when nothing else is. */
const isBusy = () =>
  process.getActiveResourcesInfo().some((kind) => kind.startsWith('FS') || kind === 'CloseReq')

/**
 * Runs asynchronous tasks one step at a time, in an order that the seed decides. Every call of a port is parked; between two
 * steps nothing moves, so a run depends on nothing but its seed.
 */
export const makeScheduler = (draw: Draw): Scheduler => {
  const parked: (() => void)[] = []
  let running = 0

  /** Until every task is parked or over. */
  const settle = async () => {
    do await nextTurn()
    while (isBusy())
  }

  return {
    start: async (work, ended) => {
      running += 1
      const run = async () => {
        try {
          await work()
          ended(undefined)
        } catch (error) {
          ended(error)
        } finally {
          running -= 1
        }
      }
      void run()
      await settle()
    },
    park: () => new Promise((resolve) => parked.push(resolve)),
    step: async () => {
      const [go] = parked.splice(draw.below(parked.length), 1)
      if (go === undefined) return false
      go()
      await settle()
      return true
    },
    running: () => running,
  }
}
