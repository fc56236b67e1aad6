import { describe, expect, test } from 'vitest'
import { HOUR } from '../../shared/domain/duration.ts'
import { NO_GUARDS } from '../../shared/domain/guards.ts'
import { fixedDollars, priceWork, thawDollars } from '../../shared/domain/price-work.ts'
import { GB } from '../../shared/domain/prices.ts'
import { momentsOfQuote, QUOTE_VALID_FOR, quoteWork } from '../../shared/domain/quote.ts'
import type { StorageClass } from '../../shared/domain/storage-class.ts'
import { AWS_THAW_TIMES } from '../../shared/domain/thaw-times.ts'
import type { PartitionWork, WorkPlan } from '../../shared/domain/work-plan.ts'
import { aWorkPlan, partitionWork, segmentWork } from '../support/a-work-plan.ts'
import { NOON } from '../support/builders.ts'

const ofClass = (storageClass: StorageClass, readable: 'now' | 'cold' | number = 'cold') =>
  partitionWork([segmentWork({ bytes: GB, storageClass, readable })])

const asked = momentsOfQuote(NOON, NOON + QUOTE_VALID_FOR, NO_GUARDS)

const quoted = (partitions: readonly PartitionWork[], parts: Partial<WorkPlan> = {}) =>
  quoteWork(aWorkPlan(partitions, { keepDays: 1, ...parts }), { now: NOON, asked, thawTimes: AWS_THAW_TIMES })

describe('a quote', () => {
  test('of one GB in GLACIER offers every tier at its price and time', () => {
    const { tiers, ...totals } = quoted([ofClass('GLACIER')])
    expect(totals).toEqual({
      partitions: 1,
      segments: 1,
      bytes: GB,
      segmentsToThaw: 1,
      bytesToThaw: GB,
      readableNow: { segments: 0, bytes: 0 },
      bytesWanted: GB,
      records: { count: 10, exact: true },
      pruned: { partitions: 0, segments: 0, rowGroups: 0 },
    })
    expect(tiers.map(({ tier, readyBy }) => [tier, readyBy.p50 - NOON, readyBy.p95 - NOON])).toEqual([
      ['Bulk', 8.5 * HOUR, 12 * HOUR],
      ['Standard', 4 * HOUR, 5 * HOUR],
      ['Expedited', HOUR / 20, HOUR / 12],
    ])
    const [bulk, standard] = tiers
    expect(standard?.dollars.retrieval).toBeCloseTo(0.01, 12)
    expect(Number(standard?.dollars.requests) - Number(bulk?.dollars.requests)).toBeCloseTo(0.05 / 1000, 12)
    // there from 15:00 to 18:30, until midnight of the day after the next
    expect(standard?.dollars.temporaryStorage).toBeCloseTo((0.023 * 33) / 730, 12)
    expect(Number(standard?.dollars.total) - Number(standard?.atLeast)).toBeCloseTo((0.023 * 3.5) / 730, 12)
    // functions
    expect(standard?.dollars.compute).toBeGreaterThan(0.0005)
  })

  test('is the sum of its parts, and of what any tier costs and what each class adds', () => {
    const work = aWorkPlan([ofClass('GLACIER'), ofClass('DEEP_ARCHIVE'), ofClass('GLACIER_IR', 'now')])
    const tiers = { GLACIER: 'Bulk', DEEP_ARCHIVE: 'Standard' } as const
    const { total, ...parts } = priceWork(work, tiers, asked).dollars
    expect(Object.values(parts).reduce((sum, part) => sum + part, 0)).toBeCloseTo(total, 12)
    expect(
      fixedDollars(work) +
        thawDollars(work, 'GLACIER', 'Bulk', asked) +
        thawDollars(work, 'DEEP_ARCHIVE', 'Standard', asked),
    ).toBeCloseTo(total, 12)
  })

  test('leaves Expedited out as soon as one segment is in DEEP_ARCHIVE, and takes the slowest time', () => {
    const { tiers } = quoted([ofClass('GLACIER'), ofClass('DEEP_ARCHIVE')])
    expect(tiers.map(({ tier, readyBy }) => [tier, readyBy.p95 - NOON])).toEqual([
      ['Bulk', 48 * HOUR],
      ['Standard', 12 * HOUR],
    ])
    expect(tiers[1]?.dollars.retrieval).toBeCloseTo(0.01 + 0.02, 12)
  })

  test('thaws nothing of what is readable at once, and still bills its reads', () => {
    const { tiers, bytesToThaw, readableNow } = quoted([
      ofClass('STANDARD', 'now'),
      ofClass('GLACIER_IR', 'now'),
    ])
    expect(bytesToThaw).toBe(0)
    expect(readableNow).toEqual({ segments: 2, bytes: 2 * GB })
    expect(tiers.map(({ readyBy }) => readyBy)).toEqual(Array(3).fill({ p50: NOON, p95: NOON }))
    expect(tiers[0]?.dollars).toMatchObject({ retrieval: 0.03, temporaryStorage: 0 })
    expect(tiers[0]?.atLeast).toBe(tiers[0]?.dollars.total)
  })

  test('does not thaw again what others are thawing, and waits for it', () => {
    const { segmentsToThaw, tiers } = quoted([
      ofClass('GLACIER', NOON + 4 * HOUR),
      ofClass('GLACIER', NOON + HOUR),
    ])
    expect(segmentsToThaw).toBe(0)
    expect(tiers[0]?.readyBy).toEqual({ p50: NOON + 4 * HOUR, p95: NOON + 4 * HOUR })
  })

  test('says when the number of records is no more than about so many', () => {
    const vague = partitionWork([segmentWork()], { isExact: false })
    expect(quoted([vague, partitionWork()]).records).toEqual({ count: 20, exact: false })
    expect(quoted([vague, partitionWork()], { limit: 5 }).records).toEqual({ count: 5, exact: false })
  })
})
