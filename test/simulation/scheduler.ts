import type { Draw } from './draw.ts'

/** One run of one function. */
export type Task = {
  readonly name: string
  readonly draw: Draw
  /** Lambda stops it then (virtual ms). */
  readonly deadline: number
  /** How far its clock is off, in ms. */
  readonly skew: number
  /** Of two tasks whose calls wait, the one with the smaller pace mostly goes first: some hardly move at all. */
  readonly pace: number
  /** Calls of ports so far, and those of them that wait for their turn. */
  calls: number
  waiting: number
  over: boolean
  /** A process that died makes no more calls. */
  dead: boolean
}

export type Scheduler = {
  /** Starts a task's work; `ended` gets what it threw, or undefined, and must not throw. */
  start(task: Task, work: () => Promise<unknown>, ended: (error: unknown) => void): Promise<void>
  /** Waits at a port until the scheduler picks this call. */
  park(task: Task): Promise<void>
  /** Lets one parked call go on, and all that follows from it, up to the next calls. False: nothing is parked. */
  step(): Promise<boolean>
  /** The task whose turn it is: nobody else moves before the next step. */
  current(): Task
  /** Tasks under way. */
  running(): number
}

type Parked = { readonly task: Task; readonly go: () => void; readonly turn: number }

/** Until the task that moves is parked or over: it may wait for zlib's own threads in between. */
const settle = async (task: Task) => {
  do await new Promise((resolve) => setImmediate(resolve))
  while (task.waiting === 0 && !task.over)
}

/**
 * Runs asynchronous tasks one step at a time. Every call of a port is parked, and what goes on next is drawn; between two
 * steps nothing moves. What one task draws does not depend on the others, so a history without one of them is much the same.
 */
export const makeScheduler = (): Scheduler => {
  const parked: Parked[] = []
  let running = 0
  let whose: Task | undefined

  const takeNext = () => {
    let first = 0
    for (let at = 1; at < parked.length; at += 1)
      if ((parked[at]?.turn ?? 0) < (parked[first]?.turn ?? 0)) first = at
    return parked.splice(first, 1)[0]
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
        }
      }
      whose = task
      void run()
      await settle(task)
    },
    park: (task) =>
      new Promise((go) => {
        task.waiting += 1
        parked.push({ task, go, turn: task.pace + task.draw.next() })
      }),
    step: async () => {
      const next = takeNext()
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
