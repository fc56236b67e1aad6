import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { makePacedThawer } from '../../shared/adapters/paced-thawer.ts'
import type { ThawOutcome } from '../../shared/ports/thawer.ts'

beforeEach(() => {
  vi.useFakeTimers({ loopLimit: 1_000_000 })
})
afterEach(() => {
  vi.useRealTimers()
})

const PER_SECOND = 90
/** As many environments as the event source mapping of thaw-segments starts. */
const ENVIRONMENTS = 5
const SEGMENTS = 100_000
const ASKED_AT_ONCE = 160
const REQUEST = { tier: 'Bulk', days: 3 } as const

/** The most that lies within any second. */
const mostWithinASecond = (times: readonly number[]): number => {
  let [most, start] = [0, 0]
  times.forEach((time, end) => {
    while ((times[start] ?? time) <= time - 1000) start += 1
    most = Math.max(most, end - start + 1)
  })
  return most
}

/** S3, which remembers what it was asked for and when. */
const aStore = () => {
  const times: number[] = []
  const restoring = new Set<string>()
  const thaw = async (key: string): Promise<ThawOutcome> => {
    times.push(Date.now())
    if (restoring.has(key)) return 'in-progress'
    restoring.add(key)
    return 'requested'
  }
  return { times, restoring, thaw }
}

test('100,000 segments are asked for at less than 1,000 a second, whatever environments die on the way', async () => {
  const store = aStore()
  const waiting = Array.from({ length: SEGMENTS }, (_, index) => `segment-${index}`)
  let crashes = 0

  /** Takes tasks of many segments; every eleventh it dies of, and they come back to be taken by its successor. */
  const live = async (): Promise<void> => {
    const thawer = makePacedThawer({ thaw: store.thaw }, PER_SECOND)
    for (let tasks = 1; waiting.length > 0; tasks += 1) {
      const taken = waiting.splice(0, ASKED_AT_ONCE)
      const dies = tasks % 11 === 0
      await Promise.all(taken.slice(dies ? ASKED_AT_ONCE / 2 : 0).map((key) => thawer.thaw(key, REQUEST)))
      if (!dies) continue
      crashes += 1
      waiting.push(...taken)
      return live()
    }
  }
  const lives = Promise.all(Array.from({ length: ENVIRONMENTS }, live))
  await vi.runAllTimersAsync()
  await lives

  expect(store.restoring.size).toBe(SEGMENTS)
  expect(crashes).toBeGreaterThan(10)
  const seconds = ((store.times.at(-1) ?? 0) - (store.times[0] ?? 0)) / 1000
  // a new environment knows nothing of what the one before it asked for in its last second
  expect(mostWithinASecond(store.times)).toBeLessThan(1000)
  expect(mostWithinASecond(store.times)).toBeGreaterThan(ENVIRONMENTS * PER_SECOND * 0.8)
  expect(seconds).toBeLessThan((2 * SEGMENTS) / (ENVIRONMENTS * PER_SECOND))
})

test('few are asked for at once, and what S3 answers or throws comes back as it is', async () => {
  const thawer = makePacedThawer(
    {
      thaw: async (key) => {
        if (key === 'no') throw new Error('SlowDown')
        return 'already-readable'
      },
    },
    PER_SECOND,
  )
  const asked = [thawer.thaw('yes', REQUEST), thawer.thaw('no', REQUEST)]
  const settled = Promise.allSettled(asked)
  await vi.advanceTimersByTimeAsync(0)
  expect(await settled).toEqual([
    { status: 'fulfilled', value: 'already-readable' },
    { status: 'rejected', reason: new Error('SlowDown') },
  ])
})
