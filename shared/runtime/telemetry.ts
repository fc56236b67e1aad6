import { Logger } from '@aws-lambda-powertools/logger'
import { Metrics } from '@aws-lambda-powertools/metrics'
import type { AgeMetrics, SealMetrics, SweepMetrics } from '../ports/archive-metrics.ts'
import { METRICS, type MetricName } from './metric-names.ts'

export type Telemetry = { readonly logger: Logger; readonly metrics: Metrics }

/** Logger and metrics of one function; their service name and namespace come from Powertools' own variables. */
export const makeTelemetry = (): Telemetry => ({ logger: new Logger(), metrics: new Metrics() })

const add = (metrics: Metrics, name: MetricName, value: number) =>
  metrics.addMetric(name, METRICS[name], value)

export const makeAgeMetrics = (metrics: Metrics): AgeMetrics => ({
  aged: ({ records, bytes, oldestLag }) => {
    add(metrics, 'recordsArchived', records)
    add(metrics, 'bytesArchived', bytes)
    add(metrics, 'archiveLag', oldestLag)
  },
  duplicatesDropped: (count) => add(metrics, 'duplicatesDropped', count),
  quarantined: (count) => add(metrics, 'recordsQuarantined', count),
})

export const makeSealMetrics = (metrics: Metrics): SealMetrics => ({
  sealed: ({ bytes, bodyBytes, storageClass }) => {
    // a line of its own, so that one run's segments of several classes do not share their dimension
    const single = metrics.singleMetric()
    single.addDimension('storageClass', storageClass)
    single.addMetric('segmentsSealed', METRICS.segmentsSealed, 1)
    add(metrics, 'sealedBytes', bytes)
    add(metrics, 'sealRatio', bodyBytes / bytes)
  },
  duplicatesDropped: (count) => add(metrics, 'duplicatesDropped', count),
})

export const makeSweepMetrics = (metrics: Metrics): SweepMetrics => ({
  swept: ({ partitions, moved, orphans, missing, overdue }) => {
    add(metrics, 'partitionsSwept', partitions)
    add(metrics, 'segmentsMoved', moved)
    add(metrics, 'orphansFound', orphans)
    add(metrics, 'segmentsMissing', missing)
    add(metrics, 'partitionsOverdue', overdue)
  },
})
