/** The one time line of the simulated cloud, in ms since 1970-01-01 UTC. */
export type VirtualClock = {
  /** Virtual now. It moves with real time, `speed` times as fast, and never backwards. */
  now(): number
  /** Jump forward to `to`; a time that is already past changes nothing. */
  leap(to: number): void
  /** Change how many virtual milliseconds pass in a real one, from now on. */
  setSpeed(speed: number): void
  /** Shared with the worker threads, whose `Date` reads it (see `clockView`). */
  readonly state: SharedArrayBuffer
}

const VIRTUAL_ORIGIN = 0
const REAL_ORIGIN = 1
const SPEED = 2

/** Wall time with sub-millisecond steps, the same in every thread of the process. */
const realNow = () => performance.timeOrigin + performance.now()

/** A clock that starts at `start`. `speed` 0 stands still between leaps. */
export const makeVirtualClock = (start: number, speed = 1): VirtualClock => {
  const state = new SharedArrayBuffer(3 * Float64Array.BYTES_PER_ELEMENT)
  const view = new Float64Array(state)
  const now = clockView(state)
  const rebase = (virtual: number, nextSpeed: number) => {
    view[VIRTUAL_ORIGIN] = virtual
    view[REAL_ORIGIN] = realNow()
    view[SPEED] = nextSpeed
  }
  rebase(start, speed)
  return {
    now,
    leap: (to) => {
      if (to > now()) rebase(to, view[SPEED] ?? 1)
    },
    setSpeed: (next) => rebase(now(), next),
    state,
  }
}

/** Reads a clock's shared state; used where only the buffer can be passed, as in a worker thread. */
export const clockView = (state: SharedArrayBuffer): (() => number) => {
  const view = new Float64Array(state)
  return () => {
    const [virtual = 0, real = 0, speed = 1] = view
    return Math.floor(virtual + (realNow() - real) * speed)
  }
}
