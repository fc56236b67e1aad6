import { describe, expect, test } from 'vitest'
import type { Run } from '../../bench/support/case.ts'
import { judge, median } from '../../bench/support/judge.ts'

const aRun = (seconds: number, figures: Record<string, number> = {}): Run => ({
  seconds,
  cpuSeconds: seconds,
  peakMegabytes: 1,
  megabytes: 1,
  figures,
})

describe('a benchmark', () => {
  test('compares the contenders of each round, and tells how far rounds lie apart', () => {
    // the second round was slow for both
    const own = [aRun(2), aRun(20), aRun(4)]
    const rounds = { own, peer: [aRun(1), aRun(10), aRun(4)] }
    expect(judge({ kind: 'speed', peer: 'peer', atLeast: 0.6 }, own, rounds)).toEqual({
      goal: 'speed of peer',
      wanted: 0.6,
      got: 0.5,
      least: 0.5,
      most: 1,
      met: false,
    })
  })

  test('holds figures to what they may be at most, by themselves or beside a peer’s', () => {
    const own = [aRun(1, { bytes: 50 })]
    const rounds = { own, gzip: [aRun(1, { bytes: 100 })] }
    expect(judge({ kind: 'figure', figure: 'bytes', atMost: 50 }, own, rounds)).toMatchObject({
      got: 50,
      met: true,
    })
    expect(judge({ kind: 'share', peer: 'gzip', figure: 'bytes', atMost: 0.4 }, own, rounds)).toMatchObject({
      got: 0.5,
      met: false,
    })
  })

  test('meets no goal that was not measured', () => {
    const own = [aRun(1)]
    expect(judge({ kind: 'figure', figure: 'reads', atMost: 2 }, own, { own }).met).toBe(false)
    expect(judge({ kind: 'speed', peer: 'nobody', atLeast: 0 }, own, { own }).met).toBe(false)
  })

  test('takes the middle of what it saw', () => {
    expect(median([3, 1, 2])).toBe(2)
    expect(median([4, 1, 2, 3])).toBe(2.5)
    expect(median([7])).toBe(7)
  })
})
