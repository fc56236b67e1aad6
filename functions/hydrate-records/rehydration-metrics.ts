import type { Metrics } from '@aws-lambda-powertools/metrics'
import type { RehydrationMetrics } from '../../shared/ports/metrics.ts'
import { METRICS } from '../../shared/runtime/metric-names.ts'

/** How long each phase took. Class and tier tell apart only the phase that they decide: each pair of them is paid for. */
export const makeRehydrationMetrics = (metrics: Metrics): RehydrationMetrics => ({
  rehydrationFinished: ({ phases, storageClass, tier, records }) => {
    for (const [phase, ms] of Object.entries(phases)) {
      const single = metrics.singleMetric()
      single.addDimension('phase', phase)
      if (phase === 'thawing') single.addDimensions({ storageClass, tier })
      single.addMetric('rehydrationLatency', METRICS.rehydrationLatency, ms)
    }
    metrics.addMetric('recordsRehydrated', METRICS.recordsRehydrated, records)
  },
})
