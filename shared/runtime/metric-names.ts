import { MetricUnit } from '@aws-lambda-powertools/metrics'

/** Every metric that icecore emits, with its unit. Names of counts are in the past tense. */
export const METRICS = {
  recordsArchived: MetricUnit.Count,
  bytesArchived: MetricUnit.Bytes,
  archiveLag: MetricUnit.Milliseconds,
  duplicatesDropped: MetricUnit.Count,
  recordsQuarantined: MetricUnit.Count,
  deadLettersKept: MetricUnit.Count,
  segmentsSealed: MetricUnit.Count,
  sealedBytes: MetricUnit.Bytes,
  sealRatio: MetricUnit.NoUnit,
  partitionsSwept: MetricUnit.Count,
  partitionsOverdue: MetricUnit.Count,
  thawsOverdue: MetricUnit.Count,
  segmentsMoved: MetricUnit.Count,
  segmentsMissing: MetricUnit.Count,
  orphansFound: MetricUnit.Count,
  segmentsAudited: MetricUnit.Count,
  auditFindings: MetricUnit.Count,
  findingsRepaired: MetricUnit.Count,
  auditAge: MetricUnit.Milliseconds,
  rehydrationLatency: MetricUnit.Milliseconds,
  recordsRehydrated: MetricUnit.Count,
  deadlinesMissed: MetricUnit.Count,
  rehydrationDollars: MetricUnit.NoUnit,
  quoteCostRatio: MetricUnit.NoUnit,
  quoteTimeRatio: MetricUnit.NoUnit,
  thawsRequested: MetricUnit.Count,
  thawsRaised: MetricUnit.Count,
  thawsShared: MetricUnit.Count,
  canaryArchived: MetricUnit.Milliseconds,
  canaryRehydrated: MetricUnit.Milliseconds,
  canaryMissing: MetricUnit.Count,
  canaryFailed: MetricUnit.Count,
} as const

export type MetricName = keyof typeof METRICS
