/** The one time line of the simulated cloud, in ms since 1970-01-01 UTC. */
export type VirtualClock = {
  /** Virtual now. It moves with real time, `speed` times as fast, and never backwards. */
  now(): number
  /** Jump forward to `to`; a time that is already past changes nothing. */
  leap(to: number): void
  /** Change how many virtual milliseconds pass in a real one, from now on. */
  setSpeed(speed: number): void
  /** Virtual milliseconds in a real one. */
  speed(): number
  /** Shared with the worker threads, whose `Date` reads it (see `clockView`). */
  readonly state: SharedArrayBuffer
}

const VIRTUAL_ORIGIN = 0
const REAL_ORIGIN = 1
const SPEED = 2
const FIELD_COUNT = 3
const VERSION_OFFSET = FIELD_COUNT * Float64Array.BYTES_PER_ELEMENT

/** Monotonic, and the same in every thread of the process: `performance.timeOrigin` differs from thread to thread. */
const realNow = () => Number(process.hrtime.bigint()) / 1e6

const viewsOf = (state: SharedArrayBuffer) => ({
  fields: new Float64Array(state, 0, FIELD_COUNT),
  /** A seqlock: odd while the one writer is at work, so that a reader in another thread sees all fields of one write. */
  version: new Int32Array(state, VERSION_OFFSET, 1),
})

/** A clock that starts at `start`. `speed` 0 stands still between leaps. */
export const makeVirtualClock = (start: number, speed = 1): VirtualClock => {
  const state = new SharedArrayBuffer(VERSION_OFFSET + Int32Array.BYTES_PER_ELEMENT)
  const { fields, version } = viewsOf(state)
  const now = clockView(state)
  const rebase = (virtual: number, nextSpeed: number) => {
    Atomics.add(version, 0, 1)
    fields[VIRTUAL_ORIGIN] = virtual
    fields[REAL_ORIGIN] = realNow()
    fields[SPEED] = nextSpeed
    Atomics.add(version, 0, 1)
  }
  rebase(start, speed)
  return {
    now,
    leap: (to) => {
      if (to > now()) rebase(to, fields[SPEED] ?? 1)
    },
    setSpeed: (next) => {
      if (!(next >= 0) || !Number.isFinite(next)) throw new RangeError(`speed must be 0 or more, got ${next}`)
      rebase(now(), next)
    },
    speed: () => fields[SPEED] ?? 1,
    state,
  }
}

/** Reads a clock's shared state; used where only the buffer can be passed, as in a worker thread. */
export const clockView = (state: SharedArrayBuffer): (() => number) => {
  const { fields, version } = viewsOf(state)
  return () => {
    for (;;) {
      const before = Atomics.load(version, 0)
      const [virtual = 0, real = 0, speed = 1] = fields
      const whole = before % 2 === 0 && Atomics.load(version, 0) === before
      // Within one version the elapsed time only grows, and a new version starts from what the last one had reached.
      if (whole) return Math.floor(virtual + Math.max(0, realNow() - real) * speed)
    }
  }
}
