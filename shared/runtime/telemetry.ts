import { Logger } from '@aws-lambda-powertools/logger'
import { Metrics } from '@aws-lambda-powertools/metrics'
import { isArchiveClass, LIFECYCLE_CLASSES } from '../domain/storage-class.ts'
import type { AgeMetrics, AuditMetrics, SealMetrics, SweepMetrics } from '../ports/archive-metrics.ts'
import type { CanaryMetrics } from '../ports/canary.ts'
import type { FailureNotes } from '../ports/dead-letters.ts'
import type { RehydrationMetrics, ThawMetrics } from '../ports/metrics.ts'
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
  swept: ({ partitions, moved, orphans, missing, overdue, thawsOverdue }) => {
    addMetric(metrics, 'partitionsSwept', partitions)
    addMetric(metrics, 'segmentsMoved', moved)
    addMetric(metrics, 'orphansFound', orphans)
    addMetric(metrics, 'segmentsMissing', missing)
    addMetric(metrics, 'partitionsOverdue', overdue)
    addMetric(metrics, 'thawsOverdue', thawsOverdue)
  },
})

export const makeAuditMetrics = (metrics: Metrics): AuditMetrics => ({
  audited: ({ segments, repairs, age, findings }) => {
    addMetric(metrics, 'segmentsAudited', segments)
    addMetric(metrics, 'findingsRepaired', repairs)
    addMetric(metrics, 'auditAge', age)
    for (const [kind, count] of Object.entries(findings)) {
      const single = metrics.singleMetric()
      single.addDimensions({ kind })
      single.addMetric('auditFindings', METRICS.auditFindings, count)
    }
  },
})

type Finished = Parameters<RehydrationMetrics['rehydrationFinished']>[0]

/**
 * What each phase depends on: waiting for its turn on nothing, delivering on how much there is. What needs no thaw has no tier, and the
 * classes that no lifecycle rule leads to are told as one: these are the most series that icecore has.
 */
const dimensionsOf = (phase: string, { storageClass, tier, size }: Finished): Record<string, string> => {
  const isCommon = storageClass === 'STANDARD' || LIFECYCLE_CLASSES.includes(storageClass)
  const read = {
    storageClass: isCommon ? storageClass : 'other',
    retrievalTier: isArchiveClass(storageClass) ? tier : 'none',
  }
  if (phase === 'queued') return { phase }
  if (phase === 'hydrating') return { phase, sizeBucket: size }
  return phase === 'thawing' ? { phase, ...read, sizeBucket: size } : { phase, ...read }
}

/** One latency a phase. All that it may depend on stands in the line, also where it is no dimension. */
export const makeRehydrationMetrics = (metrics: Metrics): RehydrationMetrics => ({
  rehydrationFinished: (facts) => {
    const { phases, storageClass, tier, size, records, dollars, inTime, accuracy } = facts
    const isCold = isArchiveClass(storageClass)
    for (const [phase, latency] of Object.entries(phases)) {
      if (phase === 'thawing' && !isCold) continue
      // a line each, since a line has one set of dimensions
      const single = metrics.singleMetric()
      const dimensions = dimensionsOf(phase, facts)
      const about = { storageClass, sizeBucket: size, ...(isCold && { retrievalTier: tier }) }
      for (const [name, value] of Object.entries(about))
        if (!(name in dimensions)) single.addMetadata(name, value)
      single.addDimensions(dimensions)
      single.addMetric('rehydrationLatency', METRICS.rehydrationLatency, latency)
    }
    addMetric(metrics, 'recordsRehydrated', records)
    addMetric(metrics, 'rehydrationDollars', dollars)
    // also when it was in time, so that an alarm can tell health from silence
    if (inTime !== null) addMetric(metrics, 'deadlinesMissed', inTime ? 0 : 1)
    if (accuracy.cost !== null) addMetric(metrics, 'quoteCostRatio', accuracy.cost)
    if (accuracy.time !== null) addMetric(metrics, 'quoteTimeRatio', accuracy.time)
  },
})

export const makeThawMetrics = (metrics: Metrics): ThawMetrics => ({
  thawed: ({ requested, raised, shared }) => {
    addMetric(metrics, 'thawsRequested', requested)
    addMetric(metrics, 'thawsRaised', raised)
    addMetric(metrics, 'thawsShared', shared)
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
