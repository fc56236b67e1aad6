import { GB, priceOf } from '../shared/domain/prices.ts'
import { functionNames } from './deployed.ts'
import { type Place, series } from './series.ts'
import { line, type Widget } from './widget.ts'

const DAY = 86_400
/** S3 tells what is stored once a day, and of a day on the next. */
const WEEK = '-P7D'

/** S3's names of what it stores, and the line of the price table that each is billed by. */
const STORED = [
  { type: 'StandardStorage', label: 'STANDARD', price: 's3.storage.STANDARD' },
  { type: 'GlacierInstantRetrievalStorage', label: 'GLACIER_IR', price: 's3.storage.GLACIER_IR' },
  { type: 'GlacierStorage', label: 'GLACIER', price: 's3.storage.GLACIER' },
  { type: 'GlacierObjectOverhead', label: 'GLACIER, overhead', price: 's3.storage.GLACIER' },
  { type: 'GlacierS3ObjectOverhead', label: 'GLACIER, overhead in STANDARD', price: 's3.storage.STANDARD' },
  { type: 'DeepArchiveStorage', label: 'DEEP_ARCHIVE', price: 's3.storage.DEEP_ARCHIVE' },
  { type: 'DeepArchiveObjectOverhead', label: 'DEEP_ARCHIVE, overhead', price: 's3.storage.DEEP_ARCHIVE' },
  {
    type: 'DeepArchiveS3ObjectOverhead',
    label: 'DEEP_ARCHIVE, overhead in STANDARD',
    price: 's3.storage.STANDARD',
  },
] as const

const stored = STORED.map(({ type, label }) => line(series.bucket(type), 'Average', label))

/** The last that is known of each class; 0 of one that nothing was ever in. */
const monthly = STORED.map(
  ({ price }, index) => `FILL(FILL(m${index}, REPEAT), 0) / ${GB} * ${priceOf(price).dollars}`,
)

/** GB-seconds a function's ms are, in dollars; its memory stands in its function.yml and is handed in by the template's maker. */
const compute = (memory: Readonly<Record<string, number>>) => ({
  label: 'Lambda, dollars a day',
  of: functionNames.map((name) => line(series.lambda('Duration', name), 'Sum', name)),
  expression: functionNames
    .map((name, index) => {
      const gb = (memory[name] ?? 0) / 1024
      return `FILL(m${index}, 0) / 1000 * ${gb} * ${priceOf('lambda.gb-second').dollars}`
    })
    .join(' + '),
})

const catalog = {
  label: 'catalog requests, dollars a day',
  of: [
    line(series.table('ConsumedWriteCapacityUnits'), 'Sum', 'writes'),
    line(series.table('ConsumedReadCapacityUnits'), 'Sum', 'reads'),
  ],
  expression: ['write', 'read']
    .map((kind, index) => {
      const { dollars, per } = priceOf(`dynamodb.${kind}-unit`)
      return `FILL(m${index}, 0) / ${per} * ${dollars}`
    })
    .join(' + '),
}

/** By list price, as in docs/cost-of-a-rehydration.md. */
export const costWidgets = (place: Place, memory: Readonly<Record<string, number>>): readonly Widget[] => {
  const own = series.own(place)
  return [
    {
      title: 'Storage, dollars a month at what is stored now',
      width: 6,
      period: DAY,
      start: WEEK,
      single: true,
      lines: [],
      sums: [{ label: 'dollars a month', of: stored, expression: monthly.join(' + ') }],
    },
    { title: 'Stored, by class', width: 6, period: DAY, start: WEEK, unit: 'bytes', lines: stored },
    {
      title: 'Compute and catalog',
      width: 6,
      period: DAY,
      start: WEEK,
      unit: 'dollars a day',
      lines: [],
      sums: [compute(memory), catalog],
    },
    {
      title: 'Rehydrations',
      width: 6,
      period: DAY,
      start: WEEK,
      unit: 'dollars a day',
      lines: [
        line(own('rehydrationDollars', 'hydrate-records'), 'Sum', 'what they cost'),
        line(own('quoteCostRatio', 'hydrate-records'), 'Maximum', 'most against what was told'),
      ],
    },
  ]
}
