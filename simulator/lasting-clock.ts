import { makeVirtualClock, type VirtualClock } from './clock.ts'
import type { CloudStore } from './cloud-store.ts'

export type LastingClock = VirtualClock & {
  /** Call a few times a second, so that the mark on disk stays ahead of the clock. */
  keep(): void
  /** The last call: what is saved is the time, exactly. */
  stop(): void
}

/** Real seconds by which the mark on disk is ahead; a new mark is written when half of it is used up. */
const reserveMs = 4000
const inStepMs = 100

/**
 * A clock that never goes back, not even when its process is killed and started again: a mark on disk, which no reader
 * has seen the clock pass, is where it then goes on.
 */
export const makeLastingClock = (
  store: CloudStore,
  start: number | undefined,
  speed: number,
): LastingClock => {
  const saved = store.time()
  const followsReal = start === undefined && saved?.followsReal !== false
  const earliest = Math.max(saved?.mark ?? 0, start ?? 0)
  const clock = makeVirtualClock(followsReal ? Math.max(earliest, Date.now()) : earliest, speed)
  let mark = 0

  const save = (from: number, atSpeed: number) => {
    // In step with the real clock that one is the mark, and kills do not make the time run ahead.
    const inStep = followsReal && atSpeed === 1 && from - Date.now() < inStepMs
    mark = from + (inStep ? 0 : reserveMs * atSpeed)
    store.saveTime({ mark, followsReal })
  }
  save(clock.now(), speed)

  return {
    ...clock,
    leap: (to) => {
      if (to > mark - (reserveMs / 2) * clock.speed()) save(to, clock.speed())
      clock.leap(to)
    },
    setSpeed: (next) => {
      save(clock.now(), next)
      clock.setSpeed(next)
    },
    keep: () => {
      const now = clock.now()
      if (now > mark - (reserveMs / 2) * clock.speed()) save(now, clock.speed())
    },
    stop: () => store.saveTime({ mark: clock.now(), followsReal }),
  }
}
