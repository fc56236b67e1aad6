import { earlyLines, keepLines } from '../bill-objects.ts'
import { DAY, HOUR } from '../duration.ts'
import type { Lines } from '../meter.ts'
import { MONTH_MS } from '../prices.ts'
import type { StorageClass } from '../storage-class.ts'
import { eventsOf, type Period, stockOf } from './stock.ts'
import type { Workload } from './workload.ts'

/** What icecore is measured against. Each keeps the same records for the same time. */
export const ALTERNATIVES = [
  'dynamodb',
  'standard',
  'object-per-record',
  'gzip-by-hour',
  'intelligent-tiering',
] as const
export type Alternative = (typeof ALTERNATIVES)[number]

/** What DynamoDB adds to each item. https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/CapacityUnitCalculations.html */
const ITEM_OVERHEAD = 100
/** "Objects smaller than 128 KB are not monitored" and stay at the first rate. */
const MONITORED_BYTES = 128 * 1024

const rateOf = ({ recordsPerDay }: Workload): number => recordsPerDay / DAY
const countIn = (workload: Workload, { from, to }: Period): number => rateOf(workload) * (to - from)
const endOf = ({ retention }: Workload): number => retention ?? Number.POSITIVE_INFINITY

/** They are written there anyway: only what keeping them costs. */
const inDynamoDb = (workload: Workload, period: Period): Lines => [
  [
    'dynamodb.storage',
    stockOf(rateOf(workload) * (workload.recordBytes + ITEM_OVERHEAD), period, 0, endOf(workload)),
  ],
]

/** As the files of plain NDJSON that they came in, one for each message. */
const inStandard = (workload: Workload, period: Period): Lines => [
  ['s3.put.STANDARD', countIn(workload, period) / workload.recordsPerMessage],
  ['s3.storage.STANDARD', stockOf(rateOf(workload) * workload.recordBytes, period, 0, endOf(workload))],
]

/** So many objects a ms of a size, while they are of some age; those that leave the class in the period may leave it early. */
const keepObjects = (
  storageClass: StorageClass,
  { perMs, bytes }: { readonly perMs: number; readonly bytes: number },
  period: Period,
  { since, until }: { readonly since: number; readonly until: number },
): Lines => {
  const leaving = Math.max(0, period.to - until) - Math.max(0, period.from - until)
  return [
    ...keepLines(storageClass, bytes, stockOf(perMs, period, since, until)),
    ...earlyLines(storageClass, bytes, { count: perMs * leaving, stay: until - since }),
  ]
}

/** An S3 object for each record, moved by lifecycle along the same classes. */
const asObjects = (workload: Workload, period: Period): Lines => {
  const objects = { perMs: rateOf(workload), bytes: workload.recordBytes }
  const end = endOf(workload)
  const steps = workload.classes.filter(({ after }) => after < end)
  return steps.flatMap(({ after, storageClass }, index): Lines => {
    const until = Math.min(end, steps[index + 1]?.after ?? end)
    const age = { since: after, until }
    const arriving = Math.max(0, period.to - after) - Math.max(0, period.from - after)
    const line = index === 0 ? `s3.put.${storageClass}` : `s3.transition.${storageClass}`
    return [[line, objects.perMs * arriving], ...keepObjects(storageClass, objects, period, age)]
  })
}

/** What log archivers do: the records of each hour as one gzip file, put into STANDARD_IA. */
const asHourlyFiles = (workload: Workload, period: Period): Lines => {
  const bytes = rateOf(workload) * HOUR * workload.recordBytes * workload.gzipRatio
  const files = { perMs: 1 / HOUR, bytes }
  const age = { since: HOUR, until: endOf(workload) + HOUR }
  return [
    ['s3.put.STANDARD_IA', eventsOf(period, HOUR, HOUR)],
    ...keepObjects('STANDARD_IA', files, period, age),
  ]
}

const INFREQUENT_AFTER = 30 * DAY
const INSTANT_AFTER = 90 * DAY

/** An object for each record in INTELLIGENT_TIERING, none of them read. */
const inTiers = (workload: Workload, period: Period): Lines => {
  const perMs = rateOf(workload)
  const end = endOf(workload)
  const put = ['s3.put.INTELLIGENT_TIERING', perMs * (period.to - period.from)] as const
  const kept = (since: number, until: number, amount: number) =>
    stockOf(perMs * amount, period, Math.min(since, end), Math.min(until, end))
  if (workload.recordBytes < MONITORED_BYTES)
    return [put, ['s3.storage.INTELLIGENT_TIERING', kept(0, end, workload.recordBytes)]]
  return [
    put,
    ['s3.monitoring.INTELLIGENT_TIERING', kept(0, end, 1)],
    ['s3.storage.INTELLIGENT_TIERING', kept(0, INFREQUENT_AFTER, workload.recordBytes)],
    [
      's3.storage.INTELLIGENT_TIERING.infrequent',
      kept(INFREQUENT_AFTER, INSTANT_AFTER, workload.recordBytes),
    ],
    ['s3.storage.INTELLIGENT_TIERING.archive-instant', kept(INSTANT_AFTER, end, workload.recordBytes)],
  ]
}

const BILLS: Readonly<Record<Alternative, (workload: Workload, period: Period) => Lines>> = {
  dynamodb: inDynamoDb,
  standard: inStandard,
  'object-per-record': asObjects,
  'gzip-by-hour': asHourlyFiles,
  'intelligent-tiering': inTiers,
}

/** What AWS bills for a period of an alternative, in quantities of the price table's lines. */
export const billAlternative = (name: Alternative, workload: Workload, period: Period): Lines =>
  BILLS[name](workload, period)

/** The months of so many years from the beginning on. */
export const monthsOf = (years: number): readonly Period[] =>
  Array.from({ length: Math.round(years * 12) }, (_, month) => ({
    from: month * MONTH_MS,
    to: (month + 1) * MONTH_MS,
  }))
