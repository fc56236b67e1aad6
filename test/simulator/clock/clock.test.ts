import { Worker } from 'node:worker_threads'
import { describe, expect, test } from 'vitest'
import { clockView, makeVirtualClock } from '../../../simulator/clock.ts'
import { openCloudStore } from '../../../simulator/cloud-store.ts'
import { makeLastingClock } from '../../../simulator/lasting-clock.ts'

describe('a virtual clock', () => {
  test('stands still at speed 0, but for leaps forward', () => {
    const clock = makeVirtualClock(1000, 0)
    clock.leap(5000)
    clock.leap(2000)
    expect(clock.now()).toBe(5000)
    expect(clockView(clock.state)()).toBe(5000)
  })

  test('moves as fast as it is told, without a step when that changes', async () => {
    const clock = makeVirtualClock(0, 1000)
    await new Promise((resolve) => setTimeout(resolve, 20))
    const before = clock.now()
    expect(before).toBeGreaterThanOrEqual(19_000)
    clock.setSpeed(0)
    expect(clock.now()).toBeGreaterThanOrEqual(before)
    expect(clock.now()).toBeLessThan(before + 5000)
    expect(() => clock.setSpeed(-1)).toThrow(RangeError)
    expect(() => clock.setSpeed(Number.NaN)).toThrow(RangeError)
  })

  test('never shows a worker thread half of a leap', async () => {
    const clock = makeVirtualClock(0, 0)
    // Virtual time is a multiple of a million after every leap; half a leap, or a step back, would show.
    const worker = new Worker(new URL('./watch-clock.ts', import.meta.url), { workerData: clock.state })
    const message = () =>
      new Promise((resolve, reject) => {
        worker.once('message', resolve)
        worker.once('error', reject)
      })
    expect(await message()).toBe('watching')
    const verdict = message()
    for (let step = 1; step <= 300_000; step++) clock.leap(step * 1_000_000)
    clock.leap(Number.MAX_SAFE_INTEGER)
    expect(await verdict).toBe('whole')
    await worker.terminate()
  })
})

describe('a lasting clock', () => {
  test('goes on where it was stopped', () => {
    const store = openCloudStore(undefined)
    const first = makeLastingClock(store, Date.UTC(2020, 0, 1), 0)
    first.leap(Date.UTC(2027, 0, 1))
    first.stop()
    expect(makeLastingClock(store, undefined, 0).now()).toBe(Date.UTC(2027, 0, 1))
  })

  test('never goes back when it was not stopped, at any speed', async () => {
    const store = openCloudStore(undefined)
    for (const speed of [0, 1, 100_000]) {
      const clock = makeLastingClock(store, Date.UTC(2020, 0, 1), speed)
      clock.leap(clock.now() + 1000)
      await new Promise((resolve) => setTimeout(resolve, 10))
      clock.keep()
      const shown = clock.now()
      expect(makeLastingClock(store, undefined, 0).now()).toBeGreaterThanOrEqual(shown)
    }
  })

  test('keeps to the real time when it was never told another, however often it is killed', () => {
    const store = openCloudStore(undefined)
    for (let run = 0; run < 20; run++) makeLastingClock(store, undefined, 1).keep()
    expect(Math.abs(makeLastingClock(store, undefined, 1).now() - Date.now())).toBeLessThan(100)
  })

  test('does not jump to the real time once it was told another', () => {
    const store = openCloudStore(undefined)
    makeLastingClock(store, Date.UTC(2001, 0, 1), 0).stop()
    expect(makeLastingClock(store, undefined, 0).now()).toBe(Date.UTC(2001, 0, 1))
  })
})
