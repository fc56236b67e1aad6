import { expect, test } from 'vitest'
import { THAW_SIZES } from '../../shared/domain/thaw-sample.ts'
import { expectEmf, seriesOf } from '../support/emf.ts'
import { allSeries, EMITTERS, emittedBy, functionFolders, sourcesOf } from '../support/emitted-series.ts'

test.each(Object.keys(EMITTERS))('what %s emits is valid EMF', (emitter) => {
  const lines = emittedBy(emitter)
  expect(lines.length).toBeGreaterThan(0)
  expectEmf(lines)
})

test('a line that CloudWatch would drop is found', () => {
  const [line] = emittedBy('makeSweepMetrics')
  const text = JSON.stringify(line)
  for (const [good, bad] of [
    ['"Unit":"Count"', '"Unit":"Pieces"'],
    ['"Dimensions":[["service"]]', '"Dimensions":[]'],
    ['"Dimensions":[["service"]]', '"Dimensions":[["absent"]]'],
    ['"Timestamp":', '"Time":'],
    ['"orphansFound":1', '"orphansFound":"1"'],
  ] as const) {
    expect(text).toContain(good)
    expect(() => expectEmf([JSON.parse(text.replaceAll(good, bad))])).toThrow()
  }
})

test('all functions together have at most 60 series, which are paid for one by one', () => {
  const known = allSeries()
  expect([...known].filter((one) => one.startsWith('rehydrationLatency')).length).toBeGreaterThan(0)
  expect([...known].filter((one) => one.startsWith('recordsArchived'))).toHaveLength(2)
  expect([...known].filter((one) => one.startsWith('deadLettersKept'))).toHaveLength(1)
  expect(known.size).toBeLessThanOrEqual(60)
})

test('a latency bears all that it may depend on, also where it is no dimension', () => {
  const lines = emittedBy('makeRehydrationMetrics').filter((line) => 'rehydrationLatency' in line)
  for (const line of lines) {
    expect(line).toMatchObject({ storageClass: expect.any(String), sizeBucket: expect.any(String) })
    if (line.phase === 'thawing') expect(line).toMatchObject({ retrievalTier: expect.any(String) })
  }
  const series = [...new Set(lines.flatMap(seriesOf))]
  const count = (phase: string) => series.filter((one) => one.includes(`phase=${phase}`)).length
  const [coldAndTier, warm] = [5, 3]
  expect(count('queued')).toBe(1)
  expect(count('thawing')).toBe(coldAndTier * THAW_SIZES.length)
  expect(count('hydrating')).toBe(THAW_SIZES.length)
  expect(count('total')).toBe(coldAndTier + warm)
})

test('every function that has metrics is one whose series are counted', () => {
  for (const name of functionFolders())
    for (const [, emitter] of sourcesOf(name).matchAll(/\b(make\w+Metrics)\(/g))
      expect(Object.keys(EMITTERS)).toContain(emitter)
})
