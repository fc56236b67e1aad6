import { describe, expect, test } from 'vitest'
import { DAY, HOUR } from '../../shared/domain/duration.ts'
import type { Holding } from '../../shared/domain/holding.ts'
import { holdingOf } from '../../shared/domain/plan-thaw.ts'
import { GB, MONTH_MS } from '../../shared/domain/prices.ts'
import { quoteSegments } from '../../shared/domain/quote.ts'
import type { Segment } from '../../shared/domain/segment.ts'
import type { StorageClass } from '../../shared/domain/storage-class.ts'
import { aSegment, NOON } from '../support/builders.ts'

const ofClass = (storageClass: StorageClass) => aSegment({ bytes: GB, storageClass })

const quoted = (
  segments: readonly Segment[],
  holdings: readonly Holding[] = [],
  keepDays: number | null = 1,
) =>
  quoteSegments({
    segments,
    holdings: new Map(holdings.map((holding) => [holding.segmentId, holding])),
    keepDays,
    now: NOON,
  })

const copyOfADay = (0.023 * DAY) / MONTH_MS

describe('a quote', () => {
  test('of one GB in GLACIER offers every tier at its price and time', () => {
    const { tiers, ...totals } = quoted([ofClass('GLACIER')])
    expect(totals).toEqual({
      segments: 1,
      recordsAtMost: 10,
      bytes: GB,
      segmentsToThaw: 1,
      bytesToThaw: GB,
    })
    expect(tiers.map(({ tier, readyBy }) => [tier, readyBy - NOON])).toEqual([
      ['Bulk', 12 * HOUR],
      ['Standard', 5 * HOUR],
      ['Expedited', HOUR / 12],
    ])
    const standard = tiers[1]?.dollars
    expect(standard?.requests).toBeCloseTo(0.05 / 1000 + 0.0004 / 1000, 12)
    expect(standard?.retrieval).toBeCloseTo(0.01, 12)
    expect(standard?.temporaryStorage).toBeCloseTo(copyOfADay, 12)
    expect(standard?.total).toBeCloseTo(0.05 / 1000 + 0.0004 / 1000 + 0.01 + copyOfADay, 12)
  })

  test('leaves Expedited out as soon as one segment is in DEEP_ARCHIVE, and takes the slowest time', () => {
    const { tiers } = quoted([ofClass('GLACIER'), ofClass('DEEP_ARCHIVE')])
    expect(tiers.map(({ tier, readyBy }) => [tier, readyBy - NOON])).toEqual([
      ['Bulk', 48 * HOUR],
      ['Standard', 12 * HOUR],
    ])
    expect(tiers[1]?.dollars.retrieval).toBeCloseTo(0.01 + 0.02, 12)
  })

  test('thaws nothing of what is readable at once, and still bills its reads', () => {
    const { tiers, bytesToThaw } = quoted([ofClass('STANDARD'), ofClass('GLACIER_IR')])
    expect(bytesToThaw).toBe(0)
    expect(tiers.map(({ readyBy }) => readyBy)).toEqual([NOON, NOON, NOON])
    expect(tiers[0]?.dollars).toMatchObject({ retrieval: 0.03, temporaryStorage: 0 })
  })

  test('does not thaw again what is thawed or being thawed by another', () => {
    const [thawed, thawing] = [ofClass('GLACIER'), ofClass('GLACIER')]
    const holdings: Holding[] = [
      {
        ...holdingOf(thawed, undefined),
        thaw: { tier: 'Bulk', requestedAt: NOON - DAY, readableUntil: NOON + DAY },
      },
      {
        ...holdingOf(thawing, undefined),
        thaw: { tier: 'Standard', requestedAt: NOON - HOUR, readableUntil: null },
      },
    ]
    const { segmentsToThaw, tiers } = quoted([thawed, thawing], holdings)
    expect(segmentsToThaw).toBe(0)
    expect(tiers[0]?.readyBy).toBe(NOON + 4 * HOUR)
  })
})
