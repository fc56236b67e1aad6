import { setImmediate as nextTurn } from 'node:timers/promises'
import type { HostCloud } from './host.ts'

/** Keeps things going: starts what can start whenever something may have changed. */
export type Activity = {
  /** Looks for work, and wakes who waits in `settle`. */
  pump(): void
  /** Resolves when nothing more happens at this virtual instant. `closeWindows`: batches do not wait to fill up. */
  settle(closeWindows: boolean): Promise<void>
  /** Nothing more is started. */
  stop(): void
}

export type ActivityOptions = {
  readonly cloud: Pick<HostCloud, 'clock' | 'sqs' | 'nextDue' | 'runDue'>
  /** Starts everything that can start now. */
  readonly startWork: (closeWindows: boolean) => void
  /** Invocations under way or waiting for room. */
  readonly busy: () => number
}

const TICK_MS = 20
/** Turns without work in which something stays due: then it never gets done. */
const MAX_IDLE_TURNS = 10_000

export const makeActivity = ({ cloud, startWork, busy }: ActivityOptions): Activity => {
  let stopped = false
  let changed = Promise.withResolvers<void>()

  const work = (closeWindows: boolean) => {
    if (!stopped) startWork(closeWindows)
  }
  const pump = () => {
    work(false)
    changed.resolve()
    changed = Promise.withResolvers()
  }

  let pumpIsDue = false
  const unsubscribe = cloud.sqs.subscribe(() => {
    if (pumpIsDue) return
    pumpIsDue = true
    setImmediate(() => {
      pumpIsDue = false
      pump()
    })
  })
  // windows and schedules end by the clock alone
  const ticker = setInterval(pump, TICK_MS)
  ticker.unref()

  const settle = async (closeWindows: boolean) => {
    let idleTurns = 0
    while (!stopped) {
      cloud.runDue()
      work(closeWindows)
      if (busy() > 0) {
        idleTurns = 0
        await changed.promise
        continue
      }
      // whatever the last invocation set off takes a turn to arrive
      await nextTurn()
      work(closeWindows)
      const due = cloud.nextDue()
      if (busy() === 0 && (due === undefined || due > cloud.clock.now())) return
      idleTurns += 1
      if (idleTurns > MAX_IDLE_TURNS) throw new Error(`what is due at ${due} does not get done`)
    }
  }

  return {
    pump,
    settle,
    stop: () => {
      stopped = true
      clearInterval(ticker)
      unsubscribe()
      changed.resolve()
    },
  }
}
