import { describe, expect, test } from 'vitest'
import { billAlternative, monthsOf } from '../../../shared/domain/cost/alternatives.ts'
import { billIcecore } from '../../../shared/domain/cost/bill-icecore.ts'
import { componentOf, costOf, priceMonth, WAYS } from '../../../shared/domain/cost/cost-model.ts'
import { livePartition } from '../../../shared/domain/cost/partition-life.ts'
import { billUnmetered } from '../../../shared/domain/cost/unmetered.ts'
import { batchesOf, fitMessage, type Workload } from '../../../shared/domain/cost/workload.ts'
import { DAY } from '../../../shared/domain/duration.ts'
import { readPriceTable } from '../../../shared/domain/price-table.ts'
import { GB, GB_MONTH, MONTH_MS, PRICES, priceLines } from '../../../shared/domain/prices.ts'
import { aWorkload } from '../../support/a-workload.ts'

const month = (number: number) => ({ from: number * MONTH_MS, to: (number + 1) * MONTH_MS })
const quantities = (lines: readonly (readonly [string, number])[]) => {
  const sums = new Map<string, number>()
  for (const [line, quantity] of lines) sums.set(line, (sums.get(line) ?? 0) + quantity)
  return (line: string) => sums.get(line) ?? 0
}
const icecore = (workload: Workload, number: number) => quantities(billIcecore(workload, month(number)))
const other = (name: Parameters<typeof billAlternative>[0], workload: Workload, number: number) =>
  quantities(billAlternative(name, workload, month(number)))
const monthDays = MONTH_MS / DAY

describe('what icecore bills', () => {
  test('keeps each byte in the class of its age, when all ages are there', () => {
    const of = icecore(aWorkload(), 120)
    const daily = 1e6 * 1000 * 0.3
    // between the second and the third step, each of them a day late
    expect(of('s3.storage.GLACIER_IR') / (daily * 150 * MONTH_MS)).toBeCloseTo(1, 3)
    const inLast = of('s3.storage.DEEP_ARCHIVE') / MONTH_MS / daily
    expect(inLast).toBeGreaterThan(120.5 * monthDays - 181.5)
    // 40 KB of each segment come on top
    expect(inLast).toBeLessThan((120.5 * monthDays - 181) * 1.001)
    // 30 days, what was landed for five, and what it was sealed from in several turns for a month
    expect(of('s3.storage.STANDARD') / (daily * MONTH_MS)).toBeGreaterThan(35)
  })

  test('moves each segment once to each class', () => {
    const of = icecore(aWorkload({ recordsPerDay: 1e9, recordsPerMessage: 1000 }), 60)
    const segments = Math.ceil((1e12 * 0.3) / 128e6)
    for (const storageClass of ['GLACIER_IR', 'DEEP_ARCHIVE'])
      expect(of(`s3.transition.${storageClass}`) / segments).toBeCloseTo(30, 0)
    expect(of('s3.transition.GLACIER')).toBe(0)
  })

  test('bills the rest of a minimum duration, and not where it is over', () => {
    const classes = (days: number): Workload['classes'] => [
      { after: 0, storageClass: 'STANDARD' },
      { after: 10 * DAY, storageClass: 'GLACIER_IR' },
      { after: days * DAY, storageClass: 'DEEP_ARCHIVE' },
    ]
    const early = icecore(aWorkload({ classes: classes(40) }), 12)('s3.early-deletion.GLACIER_IR')
    // 90 days less the 30 that it was there
    expect(early / (3e8 * 60 * DAY)).toBeCloseTo(30, 0)
    expect(icecore(aWorkload({ classes: classes(100) }), 12)('s3.early-deletion.GLACIER_IR')).toBe(0)
  })

  test('seals at once into a cold class that new records belong in', () => {
    const of = icecore(aWorkload({ classes: [{ after: 0, storageClass: 'GLACIER_IR' }] }), 6)
    expect(of('s3.put.GLACIER_IR')).toBeGreaterThan(30)
    expect(of('s3.transition.GLACIER_IR')).toBe(0)
  })

  test('keeps no more than the retention, and nothing of a class that comes later', () => {
    const workload = aWorkload({ retention: 100 * DAY })
    const later = icecore(workload, 40)
    expect(later('s3.storage.GLACIER_IR')).toBeCloseTo(icecore(workload, 20)('s3.storage.GLACIER_IR'), -6)
    // what is deleted can be taken back for a month
    expect(later('s3.storage.GLACIER_IR') / (3e8 * MONTH_MS)).toBeCloseTo(70 + 31, -1)
    const short = icecore(aWorkload({ retention: 20 * DAY }), 40)
    expect(short('s3.storage.DEEP_ARCHIVE')).toBe(0)
  })

  test('has the audit read what is readable, within its budget', () => {
    const small = icecore(aWorkload({ recordsPerDay: 1e5 }), 24)('s3.retrieval-gb.GLACIER_IR')
    expect(small / (1e5 * 1000 * 0.3 * 150)).toBeCloseTo(1, 1)
    const large = icecore(
      aWorkload({ recordsPerDay: 1e9, recordsPerMessage: 1000 }),
      24,
    )('s3.retrieval-gb.GLACIER_IR')
    expect(large).toBeLessThan(24 * monthDays * 2e9)
    expect(icecore(aWorkload(), 0)('s3.retrieval-gb.GLACIER_IR')).toBe(0)
    const infrequent = aWorkload({ recordsPerDay: 1e5, classes: [{ after: 0, storageClass: 'STANDARD_IA' }] })
    expect(icecore(infrequent, 24)('s3.retrieval-gb.STANDARD_IA')).toBeGreaterThan(1e5 * 1000 * 0.3 * 150)
  })

  test('has one seal of a quiet partition and many of a crowded one', () => {
    const quiet = livePartition(aWorkload({ recordsPerDay: 1e5, batchesPerDay: 10 }))
    expect(quiet.seals).toBe(1)
    expect(quiet.resealedBytes).toBe(0)
    const crowded = livePartition(aWorkload())
    expect(crowded.seals).toBe(96)
    expect(crowded.resealedBytes).toBeGreaterThan(crowded.sealedBytes)
  })

  test.each(['hour', 'day', 'month'] as const)('knows partitions of a(n) %s', (partition) => {
    const { length, records, sealedSegments } = livePartition(aWorkload({ partition }))
    expect(records).toBeCloseTo((1e6 * length) / DAY)
    expect(sealedSegments).toBeGreaterThan(0)
    expect(priceMonth(billIcecore(aWorkload({ partition }), month(3))).total).toBeGreaterThan(0)
  })

  test('bills a message by each 64 KiB, and small ones ten at a time', () => {
    const messages = (workload: Workload) => icecore(workload, 0)('sqs.request') / monthDays
    const alone = aWorkload({ recordsPerMessage: 1, batchesPerDay: 17_280 })
    // sent one by one, received and deleted by ten
    expect(messages(alone)).toBeGreaterThan(1.2e6)
    expect(messages(alone)).toBeLessThan(1.3e6)
    const large = messages(aWorkload({ recordsPerMessage: 1000, batchesPerDay: 1000 }))
    expect(large / (2 * 16 * 1000 + 1000)).toBeCloseTo(1, 0)
  })

  test('bills functions, idle queues, metrics and the key apart from what the simulator knows', () => {
    const lines = new Set(billUnmetered(aWorkload(), month(5)).map(([line]) => line))
    for (const line of [
      'lambda.gb-second',
      'sqs.request',
      'cloudwatch.metric',
      'kms.key',
      'dynamodb.storage',
    ])
      expect(lines).toContain(line)
    expect(billIcecore(aWorkload(), month(5)).filter(([line]) => line.startsWith('lambda'))).toEqual([])
  })
})

describe('what the alternatives bill', () => {
  test('DynamoDB by item, with what it adds to each', () => {
    const of = other('dynamodb', aWorkload(), 0)
    expect(of('dynamodb.storage') / GB_MONTH).toBeCloseTo((1e6 * 1100 * monthDays) / 2 / GB, 3)
  })

  test('one object per record by its least size and its overhead', () => {
    const of = other('object-per-record', aWorkload(), 24)
    const made = 1e6 * monthDays
    for (const line of ['s3.put.STANDARD', 's3.transition.GLACIER_IR', 's3.transition.DEEP_ARCHIVE'])
      expect(of(line) / made).toBeCloseTo(1, 6)
    expect(of('s3.storage.GLACIER_IR') / (1e6 * 128 * 1024 * 150 * MONTH_MS)).toBeCloseTo(1, 6)
    const early = other(
      'object-per-record',
      aWorkload({ classes: [{ after: 0, storageClass: 'STANDARD_IA' }], retention: 10 * DAY }),
      24,
    )
    expect(early('s3.early-deletion.STANDARD_IA') / (made * 128 * 1024 * 20 * DAY)).toBeCloseTo(1, 6)
  })

  test('gzip by the hour as 24 files a day', () => {
    const of = other('gzip-by-hour', aWorkload(), 3)
    expect(of('s3.put.STANDARD_IA')).toBe(730)
    const tiny = other('gzip-by-hour', aWorkload({ recordsPerDay: 10 }), 0)
    expect(tiny('s3.storage.STANDARD_IA')).toBeGreaterThan(0.4 * 730 * 128 * 1024 * MONTH_MS)
  })

  test('Intelligent-Tiering by age where objects are large enough to be watched', () => {
    const small = other('intelligent-tiering', aWorkload(), 24)
    expect(small('s3.monitoring.INTELLIGENT_TIERING')).toBe(0)
    expect(small('s3.storage.INTELLIGENT_TIERING.infrequent')).toBe(0)
    const large = other('intelligent-tiering', aWorkload({ recordBytes: 200_000, recordsPerMessage: 5 }), 24)
    const rate = 1e6 * 200_000 * MONTH_MS
    expect(large('s3.storage.INTELLIGENT_TIERING') / rate).toBeCloseTo(30)
    expect(large('s3.storage.INTELLIGENT_TIERING.infrequent') / rate).toBeCloseTo(60)
    const kept = aWorkload({ recordBytes: 200_000, retention: 50 * DAY })
    expect(other('intelligent-tiering', kept, 24)('s3.storage.INTELLIGENT_TIERING.archive-instant')).toBe(0)
  })

  test('files in STANDARD by message', () => {
    expect(other('standard', aWorkload(), 3)('s3.put.STANDARD') / (1e4 * monthDays)).toBeCloseTo(1, 6)
  })
})

describe('the cost of the ways', () => {
  test('is told for every month and way, and adds up', () => {
    const ways = costOf(aWorkload(), 2)
    expect(ways.map(({ way }) => way)).toEqual(WAYS)
    for (const { months, total } of ways) {
      expect(months).toHaveLength(24)
      expect(total).toBeCloseTo(
        months.reduce((sum, one) => sum + one.total, 0),
        6,
      )
      for (const { total: all, ...parts } of months)
        expect(all).toBeCloseTo(
          Object.values(parts).reduce((sum, part) => sum + part, 0),
          9,
        )
    }
  })

  test('takes the steps of STANDARD within a month', () => {
    const lines = [['s3.storage.STANDARD', 100 * 1024 * GB_MONTH]] as const
    expect(priceMonth(lines).storage).toBeCloseTo(50 * 1024 * 0.023 + 50 * 1024 * 0.022, 6)
  })

  test('names the rate of STANDARD where a table of one’s own lacks it', () => {
    const { 's3.storage.STANDARD': _, ...dollars } = Object.fromEntries(
      [...PRICES.lines].map(([line, price]) => [line, price.dollars]),
    )
    const table = readPriceTable({ region: 'eu-central-1', date: '2026-01-31', sources: ['ours'], dollars })
    expect(() => costOf(aWorkload(), 1, table)).toThrow('has no line s3.storage.STANDARD')
  })

  test('names the line that has no price', () => {
    const lines = new Map([...PRICES.lines].filter(([line]) => line !== 's3.transition.DEEP_ARCHIVE'))
    expect(() => costOf(aWorkload(), 1, { ...PRICES, lines })).toThrow('s3.transition.DEEP_ARCHIVE')
  })

  test('has a component for each line of the price table', () => {
    const parts = new Set(priceLines().map(componentOf))
    expect([...parts].toSorted()).toEqual(
      ['catalog', 'functions', 'messages', 'moves', 'requests', 'storage', 'watching'].toSorted(),
    )
    expect(componentOf('kms.key')).toBe('watching')
  })

  test('has twelve months a year', () => {
    expect(monthsOf(3)).toHaveLength(36)
    expect(monthsOf(1).at(-1)?.to).toBe(12 * MONTH_MS)
  })
})

describe('a workload', () => {
  test('fits records into messages', () => {
    expect(fitMessage(1000, 100)).toBe(100)
    expect(fitMessage(100_000, 100)).toBe(10)
    expect(fitMessage(2 ** 22, 100)).toBe(1)
  })

  test('makes a batch of each message that comes alone, and fills batches where many come', () => {
    expect(batchesOf(10, 1000)).toBe(10)
    expect(batchesOf(100_000, 1000)).toBe(17_280)
    expect(batchesOf(1e8, 1000)).toBe(1e5)
    expect(batchesOf(1e6, 2 ** 20)).toBeCloseTo(1e6 / 6)
  })
})
