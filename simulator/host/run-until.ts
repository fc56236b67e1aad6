import type { VirtualClock } from '../clock.ts'

/** A virtual time in ms, or a condition that is looked at whenever all is idle. */
export type Stop = number | (() => boolean | Promise<boolean>)

export type RunOptions = {
  /** A condition that has not come true by then, in virtual ms, is an error; ten years from now unless given. */
  readonly deadline?: number
  /** Schedules do not interrupt leaps shorter than this many virtual ms: they fire once when it is over. 0 unless given. */
  readonly stride?: number
  /** Told the virtual time after every leap. */
  readonly onProgress?: (now: number) => void
}

type World = {
  readonly clock: VirtualClock
  /** Resolves when nothing more happens at this instant. */
  settle(): Promise<void>
  nextDue(): number | undefined
  nextSchedule(): number | undefined
}

const TEN_YEARS = 10 * 365 * 86_400_000

export const runUntil = async (world: World, stop: Stop, options: RunOptions): Promise<void> => {
  const { clock } = world
  const limit = typeof stop === 'number' ? stop : (options.deadline ?? clock.now() + TEN_YEARS)
  for (;;) {
    await world.settle()
    if (typeof stop === 'function' && (await stop())) return
    const now = clock.now()
    if (now >= limit) break
    clock.leap(Math.min(limit, nextStop(world, now + (options.stride ?? 0))))
    options.onProgress?.(clock.now())
  }
  if (typeof stop === 'function') {
    throw new Error(`the condition has not come true by ${new Date(limit).toISOString()}`)
  }
}

const nextStop = (world: World, notBefore: number) => {
  const schedule = world.nextSchedule()
  const due = world.nextDue() ?? Number.POSITIVE_INFINITY
  return schedule === undefined ? due : Math.min(due, Math.max(schedule, notBefore))
}
