import { HOUR } from './duration.ts'
import type { ArchiveClass, RetrievalTier, StorageClass } from './storage-class.ts'

/**
 * AWS list prices in US dollars, region us-east-1. Check them against your own region and contract; `price-table.ts` says which
 * regions there are, and takes a table of your own.
 */
export const PRICES_REGION = 'us-east-1'
export const PRICES_DATE = '2025-11-01'
export const PRICES_SOURCES: readonly string[] = [
  'https://aws.amazon.com/s3/pricing/',
  'https://aws.amazon.com/sqs/pricing/',
  'https://aws.amazon.com/dynamodb/pricing/on-demand/',
  'https://aws.amazon.com/lambda/pricing/',
  'https://aws.amazon.com/eventbridge/pricing/',
  'https://aws.amazon.com/api-gateway/pricing/',
  'https://aws.amazon.com/cloudwatch/pricing/',
  'https://aws.amazon.com/kms/pricing/',
]

/** S3 bills a GB as 2^30 bytes. */
export const GB = 2 ** 30

/** The AWS Pricing Calculator's month: 730 hours. */
export const MONTH_MS = 730 * HOUR

/** Storage is metered in byte-milliseconds; so many of them make a GB-month. */
export const GB_MONTH = GB * MONTH_MS

/** `quantity / per` is the amount in `unit`; each unit costs `dollars`. */
export type Price = { readonly dollars: number; readonly per: number; readonly unit: string }

/** What a storage class bills besides its rate. Days count from the object's arrival in the class. */
export type ClassTerms = {
  readonly minDays: number
  /** Smaller objects are billed as this many bytes. */
  readonly minBytes: number
  /** Added to each object, at the class's own rate. */
  readonly overheadBytes: number
  /** Added to each object, at the STANDARD rate. */
  readonly standardOverheadBytes: number
}

type ClassPrices = { storage: number; put: number; get: number; transition?: number; retrieval?: number }

const KB = 1024
const IA_TERMS = { minBytes: 128 * KB, overheadBytes: 0, standardOverheadBytes: 0 }
const ARCHIVE_TERMS = { minBytes: 0, overheadBytes: 32 * KB, standardOverheadBytes: 8 * KB }
const NO_TERMS = { minDays: 0, minBytes: 0, overheadBytes: 0, standardOverheadBytes: 0 }

export const classTerms: Readonly<Record<StorageClass, ClassTerms>> = {
  STANDARD: NO_TERMS,
  STANDARD_IA: { minDays: 30, ...IA_TERMS },
  INTELLIGENT_TIERING: NO_TERMS,
  ONEZONE_IA: { minDays: 30, ...IA_TERMS },
  GLACIER_IR: { minDays: 90, ...IA_TERMS },
  GLACIER: { minDays: 90, ...ARCHIVE_TERMS },
  DEEP_ARCHIVE: { minDays: 180, ...ARCHIVE_TERMS },
}

const classPrices: Readonly<Record<StorageClass, ClassPrices>> = {
  STANDARD: { storage: 0.023, put: 0.005, get: 0.0004 },
  STANDARD_IA: { storage: 0.0125, put: 0.01, get: 0.001, transition: 0.01, retrieval: 0.01 },
  INTELLIGENT_TIERING: { storage: 0.023, put: 0.005, get: 0.0004, transition: 0.01 },
  ONEZONE_IA: { storage: 0.01, put: 0.01, get: 0.001, transition: 0.01, retrieval: 0.01 },
  GLACIER_IR: { storage: 0.004, put: 0.02, get: 0.01, transition: 0.02, retrieval: 0.03 },
  GLACIER: { storage: 0.0036, put: 0.03, get: 0.0004, transition: 0.03 },
  DEEP_ARCHIVE: { storage: 0.00099, put: 0.05, get: 0.0004, transition: 0.05 },
}

/** Whether a class that is read at once bills for each byte that is read, and not only for the request. */
export const billsReads = (storageClass: StorageClass): boolean =>
  classPrices[storageClass].retrieval !== undefined

/** A GB-month of STANDARD by how much of it is stored in the month; above the last bound its rate stays. */
export const STANDARD_STORAGE_STEPS: readonly { upToGb: number; dollars: number }[] = [
  { upToGb: 50 * KB, dollars: 0.023 },
  { upToGb: 500 * KB, dollars: 0.022 },
  { upToGb: Number.POSITIVE_INFINITY, dollars: 0.021 },
]

const restorePrices: Readonly<Record<string, { requests: number; gb: number }>> = {
  'GLACIER.Expedited': { requests: 10, gb: 0.03 },
  'GLACIER.Standard': { requests: 0.05, gb: 0.01 },
  'GLACIER.Bulk': { requests: 0, gb: 0 },
  'DEEP_ARCHIVE.Standard': { requests: 0.1, gb: 0.02 },
  'DEEP_ARCHIVE.Bulk': { requests: 0.025, gb: 0.0025 },
}

const perThousand = (dollars: number): Price => ({ dollars, per: 1000, unit: '1,000 requests' })
const perMillion = (dollars: number, unit = '1,000,000 requests'): Price => ({ dollars, per: 1e6, unit })
const perGb = (dollars: number): Price => ({ dollars, per: GB, unit: 'GB' })
const perGbMonth = (dollars: number): Price => ({ dollars, per: GB_MONTH, unit: 'GB-month' })

const classLines = Object.entries(classPrices).flatMap(([storageClass, price]): [string, Price][] => [
  [`s3.storage.${storageClass}`, perGbMonth(price.storage)],
  // A class's minimum duration is charged as the storage of the days that were left.
  [`s3.early-deletion.${storageClass}`, perGbMonth(price.storage)],
  [`s3.put.${storageClass}`, perThousand(price.put)],
  [`s3.get.${storageClass}`, perThousand(price.get)],
  ...(price.transition === undefined
    ? []
    : [[`s3.transition.${storageClass}`, perThousand(price.transition)] satisfies [string, Price]]),
  ...(price.retrieval === undefined
    ? []
    : [[`s3.retrieval-gb.${storageClass}`, perGb(price.retrieval)] satisfies [string, Price]]),
])

const restoreLines = Object.entries(restorePrices).flatMap(([classAndTier, price]): [string, Price][] => [
  [`s3.restore-request.${classAndTier}`, perThousand(price.requests)],
  [`s3.restore-gb.${classAndTier}`, perGb(price.gb)],
])

const otherLines: [string, Price][] = [
  // The copy that a restore makes is kept at the STANDARD rate, on top of the archived object.
  ['s3.storage.restored-copy', perGbMonth(classPrices.STANDARD.storage)],
  ['s3.storage.tags', { dollars: 0.0065, per: 10_000 * MONTH_MS, unit: '10,000 tag-months' }],
  ['s3.list', perThousand(0.005)],
  // Where Intelligent-Tiering keeps what was not read for 30 and for 90 days, and what watching an object of 128 KB and more costs.
  ['s3.storage.INTELLIGENT_TIERING.infrequent', perGbMonth(0.0125)],
  ['s3.storage.INTELLIGENT_TIERING.archive-instant', perGbMonth(0.004)],
  [
    's3.monitoring.INTELLIGENT_TIERING',
    { dollars: 0.0025, per: 1000 * MONTH_MS, unit: '1,000 object-months' },
  ],
  ['s3.inventory', perMillion(0.0025, '1,000,000 objects')],
  // S3 Batch Operations, on top of what its requests cost.
  ['s3.batch-job', { dollars: 0.25, per: 1, unit: 'job' }],
  ['s3.batch-object', perMillion(1, '1,000,000 objects')],
  ['s3.tag', perThousand(0.005)],
  ['sqs.request', perMillion(0.4)],
  ['sqs.request.fifo', perMillion(0.5)],
  ['dynamodb.write-unit', perMillion(0.625, '1,000,000 write units')],
  ['dynamodb.read-unit', perMillion(0.125, '1,000,000 read units')],
  ['dynamodb.storage', perGbMonth(0.25)],
  ['lambda.request', perMillion(0.2)],
  ['lambda.gb-second', { dollars: 0.0000133334, per: 1, unit: 'GB-second' }],
  ['scheduler.invocation', perMillion(1, '1,000,000 invocations')],
  ['api.request', perMillion(1)],
  ['events.custom', perMillion(1, '1,000,000 events')],
  ['cloudwatch.metric', { dollars: 0.3, per: 1, unit: 'metric-month' }],
  ['cloudwatch.logs', perGb(0.5)],
  ['kms.key', { dollars: 1, per: 1, unit: 'key-month' }],
]

/** Prices of one region on one day, in US dollars. */
export type PriceTable = {
  readonly region: string
  readonly date: string
  readonly sources: readonly string[]
  readonly lines: ReadonlyMap<string, Price>
  readonly standardSteps: typeof STANDARD_STORAGE_STEPS
}

export const PRICES: PriceTable = {
  region: PRICES_REGION,
  date: PRICES_DATE,
  sources: PRICES_SOURCES,
  lines: new Map([...classLines, ...restoreLines, ...otherLines]),
  standardSteps: STANDARD_STORAGE_STEPS,
}

export const priceLines = (): string[] => [...PRICES.lines.keys()]

/** The price of a line such as `s3.put.GLACIER_IR`. A line without a price is an error, never free. */
export const priceOf = (line: string, table: PriceTable = PRICES): Price => {
  const price = table.lines.get(line)
  if (price === undefined)
    throw new Error(`the price table of ${table.region} of ${table.date} has no line ${line}`)
  return price
}

/** Dollars for a metered quantity: requests, bytes, or byte-milliseconds for storage. */
export const dollarsFor = (line: string, quantity: number, table: PriceTable = PRICES): number => {
  const price = priceOf(line, table)
  return (quantity / price.per) * price.dollars
}

/** Dollars for one month of STANDARD storage, volume steps included. */
export const standardStorageDollars = (gbMonths: number, steps = STANDARD_STORAGE_STEPS): number => {
  let below = 0
  let dollars = 0
  for (const step of steps) {
    dollars += Math.max(0, Math.min(gbMonths, step.upToGb) - below) * step.dollars
    below = step.upToGb
  }
  return dollars
}

/** Dollars to restore `objects` archived objects of `bytes` in all; the copy's storage is not in it. */
export const restoreDollars = (from: ArchiveClass, tier: RetrievalTier, objects: number, bytes: number) =>
  dollarsFor(`s3.restore-request.${from}.${tier}`, objects) +
  dollarsFor(`s3.restore-gb.${from}.${tier}`, bytes)

/** The bytes that an object of `size` is billed for in a class: at the class's rate, and at STANDARD's. */
export const billableBytes = (storageClass: StorageClass, size: number) => {
  const terms = classTerms[storageClass]
  return {
    own: Math.max(size, terms.minBytes) + terms.overheadBytes,
    standard: terms.standardOverheadBytes,
  }
}
