import {
  isArchiveClass,
  LIFECYCLE_CLASSES,
  offersTier,
  RETRIEVAL_TIERS,
} from '../shared/domain/storage-class.ts'
import { type Place, series } from './series.ts'
import { line, type Widget } from './widget.ts'

const HOUR = 3600

/** Each class that a rehydration may read, with each tier that it is offered with. */
const READ = ['STANDARD', ...LIFECYCLE_CLASSES].flatMap((storageClass) =>
  isArchiveClass(storageClass)
    ? RETRIEVAL_TIERS.filter((tier) => offersTier(storageClass, tier)).map((tier) => ({
        storageClass,
        retrievalTier: tier,
        label: `${storageClass} ${tier}`,
      }))
    : [{ storageClass, retrievalTier: 'none', label: storageClass }],
)

const QUANTILES = [
  { stat: 'p50', title: 'half within' },
  { stat: 'p90', title: '9 of 10 within' },
  { stat: 'p99', title: '99 of 100 within' },
] as const

export const rehydrationWidgets = (place: Place): readonly Widget[] => {
  const own = series.own(place)
  const whole = QUANTILES.map(({ stat, title }) => ({
    title: `Rehydrations from asking to delivered: ${title}, ${stat}`,
    width: 8,
    period: HOUR,
    unit: 'ms',
    lines: READ.map(({ label, ...read }) =>
      line(own('rehydrationLatency', 'hydrate-records', { phase: 'total', ...read }), stat, label),
    ),
  }))
  return [
    ...whole,
    {
      title: 'Waiting for its turn',
      width: 8,
      period: HOUR,
      unit: 'ms',
      lines: QUANTILES.map(({ stat }) =>
        line(own('rehydrationLatency', 'hydrate-records', { phase: 'queued' }), stat, stat),
      ),
    },
    {
      title: 'Thaws',
      width: 8,
      period: HOUR,
      lines: [
        line(own('thawsRequested', 'thaw-segments'), 'Sum', 'asked of S3'),
        line(own('thawsRaised', 'thaw-segments'), 'Sum', 'made faster'),
        line(own('thawsShared', 'thaw-segments'), 'Sum', 'shared with another'),
        line(own('thawsOverdue', 'sweep'), 'Maximum', 'longer than S3 says'),
      ],
    },
    {
      title: 'Promises',
      width: 8,
      period: HOUR,
      lines: [
        line(own('recordsRehydrated', 'hydrate-records'), 'Sum', 'records delivered'),
        line(own('deadlinesMissed', 'hydrate-records'), 'Sum', 'deadlines missed'),
        line(own('quoteTimeRatio', 'hydrate-records'), 'p90', 'time against what was told, p90'),
      ],
    },
  ]
}
