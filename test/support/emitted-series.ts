import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Metrics } from '@aws-lambda-powertools/metrics'
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
import { metricLines, seriesOf } from './emf.ts'
import { keptTelemetry } from './silent-telemetry.ts'

/** Everything that each kind of metrics can tell. */
export const EMITTERS: Readonly<Record<string, (metrics: Metrics) => void>> = {
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
    makeSweepMetrics(metrics).swept({
      partitions: 1,
      moved: 1,
      orphans: 1,
      missing: 1,
      overdue: 1,
      thawsOverdue: 1,
    }),
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
              dollars: 0.5,
              inTime,
              accuracy: inTime ? { cost: 0.9, time: 1.1 } : { cost: null, time: null },
            })
      }
  },
}

/** The lines of all that one kind of metrics can tell. */
export const emittedBy = (emitter: string) => {
  const { telemetry, lines } = keptTelemetry()
  EMITTERS[emitter]?.(telemetry.metrics)
  telemetry.metrics.publishStoredMetrics()
  return metricLines(lines)
}

const functions = join(import.meta.dirname, '../../functions')

/** All that a function's own modules say. */
export const sourcesOf = (name: string) =>
  readdirSync(join(functions, name))
    .filter((file) => file.endsWith('.ts'))
    .map((file) => readFileSync(join(functions, name, file), 'utf8'))
    .join('\n')

export const functionFolders = (): string[] => readdirSync(functions)

/** Every series of every function, such as `archiveLag{service=age-records}`; a name that is added by itself counts too. */
export const allSeries = (): ReadonlySet<string> => {
  const series = functionFolders().flatMap((name) => {
    const source = sourcesOf(name)
    const emitters = [...source.matchAll(/\b(make\w+Metrics)\(/g)].map(([, emitter]) => emitter ?? '')
    const added = [...source.matchAll(/\baddMetric\(metrics, '(\w+)'/g)].map(
      ([, metric]) => `${metric}{service=${name}}`,
    )
    // the service's name is a dimension of each
    const told = emitters.flatMap((emitter) =>
      emittedBy(emitter)
        .flatMap(seriesOf)
        .map((one) => one.replace('service=test', `service=${name}`)),
    )
    return [...added, ...told]
  })
  return new Set(series)
}
