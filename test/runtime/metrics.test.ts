import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Metrics } from '@aws-lambda-powertools/metrics'
import { expect, test } from 'vitest'
import {
  isArchiveClass,
  offersTier,
  RETRIEVAL_TIERS,
  STORAGE_CLASSES,
} from '../../shared/domain/storage-class.ts'
import { THAW_SIZES } from '../../shared/domain/thaw-sample.ts'
import {
  makeAgeMetrics,
  makeAuditMetrics,
  makeCanaryMetrics,
  makeRehydrationMetrics,
  makeSealMetrics,
  makeSweepMetrics,
  makeThawMetrics,
} from '../../shared/runtime/telemetry.ts'
import { expectEmf, metricLines, seriesOf } from '../support/emf.ts'
import { keptTelemetry } from '../support/silent-telemetry.ts'

/** Everything that each kind of metrics can tell. */
const EMITTERS: Readonly<Record<string, (metrics: Metrics) => void>> = {
  makeAgeMetrics: (metrics) => {
    const age = makeAgeMetrics(metrics)
    age.aged({ records: 1, bytes: 2, oldestLag: 3 })
    age.duplicatesDropped(1)
    age.quarantined(1)
  },
  makeSealMetrics: (metrics) => {
    const seal = makeSealMetrics(metrics)
    for (const storageClass of STORAGE_CLASSES)
      seal.sealed({ bytes: 1, bodyBytes: 2, records: 3, storageClass })
    seal.duplicatesDropped(1)
  },
  makeAuditMetrics: (metrics) =>
    makeAuditMetrics(metrics).audited({
      segments: 1,
      bytes: 2,
      repairs: 3,
      age: 4,
      findings: { orphan: 1, phantom: 0, mismatch: 2 },
    }),
  makeCanaryMetrics: (metrics) => {
    const canary = makeCanaryMetrics(metrics)
    canary.canaryArchived(1)
    canary.canaryRehydrated(2)
    canary.canariesChecked({ missing: 1, failed: 0 })
  },
  makeSweepMetrics: (metrics) =>
    makeSweepMetrics(metrics).swept({ partitions: 1, moved: 1, orphans: 1, missing: 1, overdue: 1 }),
  makeThawMetrics: (metrics) => makeThawMetrics(metrics).thawed({ requested: 1, raised: 0, shared: 2 }),
  makeRehydrationMetrics: (metrics) => {
    const rehydration = makeRehydrationMetrics(metrics)
    for (const storageClass of STORAGE_CLASSES)
      for (const tier of RETRIEVAL_TIERS) {
        if (isArchiveClass(storageClass) && !offersTier(storageClass, tier)) continue
        const phases = { queued: 1, thawing: 2, hydrating: 3, total: 4 }
        for (const size of THAW_SIZES)
          for (const inTime of [true, false, null])
            rehydration.rehydrationFinished({
              phases,
              storageClass,
              tier,
              size,
              records: 1,
              bytes: 1,
              inTime,
              accuracy: inTime ? { cost: 0.9, time: 1.1 } : { cost: null, time: null },
            })
      }
  },
}

const emittedBy = (emitter: string) => {
  const { telemetry, lines } = keptTelemetry()
  EMITTERS[emitter]?.(telemetry.metrics)
  telemetry.metrics.publishStoredMetrics()
  return metricLines(lines)
}

const functions = join(import.meta.dirname, '../../functions')
const sourcesOf = (name: string) =>
  readdirSync(join(functions, name))
    .filter((file) => file.endsWith('.ts'))
    .map((file) => readFileSync(join(functions, name, file), 'utf8'))
    .join('\n')

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
  const series = readdirSync(functions).flatMap((name) => {
    const source = sourcesOf(name)
    const emitters = [...source.matchAll(/\b(make\w+Metrics)\(/g)].map(([, emitter]) => emitter ?? '')
    // the service's name is a dimension of each
    return emitters.flatMap((emitter) =>
      emittedBy(emitter)
        .flatMap(seriesOf)
        .map((one) => one.replace('service=test', `service=${name}`)),
    )
  })
  const known = new Set(series)
  expect([...known].filter((one) => one.startsWith('rehydrationLatency')).length).toBeGreaterThan(0)
  expect([...known].filter((one) => one.startsWith('recordsArchived'))).toHaveLength(2)
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
  for (const name of readdirSync(functions))
    for (const [, emitter] of sourcesOf(name).matchAll(/\b(make\w+Metrics)\(/g))
      expect(Object.keys(EMITTERS)).toContain(emitter)
})
