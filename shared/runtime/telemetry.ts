import { Logger } from '@aws-lambda-powertools/logger'
import { Metrics } from '@aws-lambda-powertools/metrics'
import { isArchiveClass, LIFECYCLE_CLASSES } from '../domain/storage-class.ts'
import type { AgeMetrics, AuditMetrics, SealMetrics, SweepMetrics } from '../ports/archive-metrics.ts'
import type { CanaryMetrics } from '../ports/canary.ts'
import type { FailureNotes } from '../ports/dead-letters.ts'
import type { RehydrationMetrics } from '../ports/metrics.ts'
import { METRICS, type MetricName } from './metric-names.ts'

export type Telemetry = { readonly logger: Logger; readonly metrics: Metrics }

/** What a function that works off a queue tells about itself. */
export type QueueTelemetry = Telemetry & { readonly notes: FailureNotes }

/** Logger and metrics of one function; their service name and namespace come from Powertools' own variables. */
export const makeTelemetry = (): Telemetry => ({ logger: new Logger(), metrics: new Metrics() })

/** Adds one value, in the unit that the metric has. */
export const addMetric = (metrics: Metrics, name: MetricName, value: number) =>
  metrics.addMetric(name, METRICS[name], value)

export const makeAgeMetrics = (metrics: Metrics): AgeMetrics => ({
  aged: ({ records, bytes, oldestLag }) => {
    addMetric(metrics, 'recordsArchived', records)
    addMetric(metrics, 'bytesArchived', bytes)
    addMetric(metrics, 'archiveLag', oldestLag)
  },
  duplicatesDropped: (count) => addMetric(metrics, 'duplicatesDropped', count),
  quarantined: (count) => addMetric(metrics, 'recordsQuarantined', count),
})

export const makeSealMetrics = (metrics: Metrics): SealMetrics => ({
  sealed: ({ bytes, bodyBytes, storageClass }) => {
    addMetric(metrics, 'segmentsSealed', 1)
    addMetric(metrics, 'sealedBytes', bytes)
    addMetric(metrics, 'sealRatio', bodyBytes / bytes)
    metrics.addMetadata('storageClass', storageClass)
  },
  duplicatesDropped: (count) => addMetric(metrics, 'duplicatesDropped', count),
})

export const makeSweepMetrics = (metrics: Metrics): SweepMetrics => ({
  swept: ({ partitions, moved, orphans, missing, overdue }) => {
    addMetric(metrics, 'partitionsSwept', partitions)
    addMetric(metrics, 'segmentsMoved', moved)
    addMetric(metrics, 'orphansFound', orphans)
    addMetric(metrics, 'segmentsMissing', missing)
    addMetric(metrics, 'partitionsOverdue', overdue)
  },
})

export const makeAuditMetrics = (metrics: Metrics): AuditMetrics => ({
  audited: ({ segments, bytes, repairs, age, findings }) => {
    addMetric(metrics, 'segmentsAudited', segments)
    addMetric(metrics, 'bytesAudited', bytes)
    addMetric(metrics, 'findingsRepaired', repairs)
    addMetric(metrics, 'auditAge', age)
    for (const [kind, count] of Object.entries(findings)) {
      const single = metrics.singleMetric()
      single.addDimensions({ kind })
      single.addMetric('auditFindings', METRICS.auditFindings, count)
    }
  },
})

/**
 * One latency a phase, by the coldest class that was read and the tier that thawed it. What needs no thaw has no tier and no
 * thawing, and the classes that no lifecycle rule leads to are told as one: these are the most series that icecore has.
 */
export const makeRehydrationMetrics = (metrics: Metrics): RehydrationMetrics => ({
  rehydrationFinished: ({ phases, storageClass, tier, records }) => {
    const isCold = isArchiveClass(storageClass)
    const isCommon = storageClass === 'STANDARD' || LIFECYCLE_CLASSES.includes(storageClass)
    for (const [phase, latency] of Object.entries(phases)) {
      if (phase === 'thawing' && !isCold) continue
      // a line each, since a line has one set of dimensions
      const single = metrics.singleMetric()
      single.addDimensions({
        phase,
        storageClass: isCommon ? storageClass : 'other',
        retrievalTier: isCold ? tier : 'none',
      })
      single.addMetric('rehydrationLatency', METRICS.rehydrationLatency, latency)
    }
    addMetric(metrics, 'recordsRehydrated', records)
  },
})

export const makeCanaryMetrics = (metrics: Metrics): CanaryMetrics => ({
  canaryArchived: (latency) => addMetric(metrics, 'canaryArchived', latency),
  canaryRehydrated: (latency) => addMetric(metrics, 'canaryRehydrated', latency),
  // also when there are none, so that an alarm can tell health from silence
  canariesChecked: ({ missing, failed }) => {
    addMetric(metrics, 'canaryMissing', missing)
    addMetric(metrics, 'canaryFailed', failed)
  },
})
