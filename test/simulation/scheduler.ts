import type { Draw } from './draw.ts'

/** One run of one function. */
export type Task = {
  readonly name: string
  readonly draw: Draw
  /** Lambda stops it then (virtual ms). */
  readonly deadline: number
  /** How far its clock is off, in ms. */
  readonly skew: number
  /** It waits for all others before each of its calls, or before that one of them; null: it does not. */
  readonly slow: 'always' | number | null
  /** It goes on before all others until it has made so many calls: then it is someone else's turn. */
  burst: number
  /** Calls of ports so far, and those of them that wait for their turn. */
  calls: number
  waiting: number
  over: boolean
  /** Tells who waits for it that it is parked or over. */
  stopped: (() => void) | undefined
  /** A process that died makes no more calls. */
  dead: boolean
}

export type Scheduler = {
  /** Starts a task's work; `ended` gets what it threw, or undefined, and must not throw. */
  start(task: Task, work: () => Promise<unknown>, ended: (error: unknown) => void): Promise<void>
  /** Waits at a port until the scheduler picks this call. */
  park(task: Task): Promise<void>
  /** Lets one parked call go on, of that task where one is named, and all that follows from it, up to the next calls. False: none is parked. */
  step(of?: Task): Promise<boolean>
  /** The task whose turn it is: nobody else moves before the next step. */
  current(): Task
  /** Tasks under way. */
  running(): number
}

type Parked = { readonly task: Task; readonly go: () => void; readonly turn: number }

/** Turns are drawn from 0 to 1. */
const LAST = 1

/** Most tasks make no more calls. */
const LONG_TASK = 20

/** Until the task that moves is parked or over, in all its parts: it may wait for zlib's own threads in between. */
const settle = async (task: Task) => {
  if (task.waiting === 0 && !task.over)
    await new Promise<void>((resolve) => {
      task.stopped = resolve
    })
  task.stopped = undefined
  await new Promise((resolve) => setImmediate(resolve))
}

/**
 * Runs asynchronous tasks one step at a time. Every call of a port is parked, and what goes on next is drawn; between two
 * steps nothing moves. What one task draws does not depend on the others, so a history without one of them is much the same.
 */
/** @param inBursts few changes from one task to another, at any call: most races need no more. */
export const makeScheduler = (inBursts: boolean): Scheduler => {
  const parked: Parked[] = []
  let running = 0
  let whose: Task | undefined

  let turns = 0

  const turnOf = (task: Task): number => {
    turns += 1
    if (task.slow === 'always' || task.slow === task.calls) return LAST + task.draw.next()
    if (inBursts && task.calls < task.burst) return -turns
    task.burst = task.calls + 1 + task.draw.below(LONG_TASK)
    return task.draw.next()
  }

  const takeNext = (of: Task | undefined): Parked | undefined => {
    let first: Parked | undefined
    for (const one of parked)
      if ((of === undefined || one.task === of) && (first === undefined || one.turn < first.turn)) first = one
    if (first !== undefined) parked.splice(parked.indexOf(first), 1)
    return first
  }

  return {
    start: async (task, work, ended) => {
      running += 1
      const run = async () => {
        try {
          await work()
          ended(undefined)
        } catch (error) {
          ended(error)
        } finally {
          task.over = true
          running -= 1
          task.stopped?.()
        }
      }
      whose = task
      void run()
      await settle(task)
    },
    park: (task) =>
      new Promise((go) => {
        task.waiting += 1
        parked.push({ task, go, turn: turnOf(task) })
        task.stopped?.()
      }),
    step: async (of) => {
      const next = takeNext(of)
      if (next === undefined) return false
      whose = next.task
      next.task.waiting -= 1
      next.go()
      await settle(next.task)
      return true
    },
    current: () => {
      if (whose === undefined) throw new Error('a port was called outside of every task')
      return whose
    },
    running: () => running,
  }
}
