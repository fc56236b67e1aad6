import { describe, expect, test } from 'vitest'
import { WAYS } from '../../../shared/domain/cost/cost-model.ts'
import { rehydrationCosts } from '../../../shared/domain/cost/rehydration-cost.ts'
import { DAY, HOUR } from '../../../shared/domain/duration.ts'
import { GB, PRICES } from '../../../shared/domain/prices.ts'
import type { StorageClass } from '../../../shared/domain/storage-class.ts'
import { aWorkload } from '../../support/a-workload.ts'

const find = (
  rows: ReturnType<typeof rehydrationCosts>,
  asked: string,
  way: string,
  tier: string | null = null,
) => rows.find((row) => row.asked === asked && row.way === way && row.tier === tier) ?? expect.fail()

describe('what it costs to have records back', () => {
  const rows = rehydrationCosts(aWorkload(), WAYS)

  test('is told for each tier that the last class offers', () => {
    expect(
      rows.filter(({ way, asked }) => way === 'icecore' && asked === 'a day').map(({ tier }) => tier),
    ).toEqual(['Bulk', 'Standard'])
    expect(find(rows, 'a day', 'icecore', 'Standard').within).toBe(12 * HOUR)
    expect(find(rows, 'a day', 'gzip-by-hour').within).toBe(0)
  })

  test('counts a restore for each object where each record is one', () => {
    const { dollars } = find(rows, 'a day', 'object-per-record', 'Standard')
    expect(dollars).toBeGreaterThan(1e6 * 0.0001)
    expect(dollars).toBeLessThan(1e6 * 0.000102 + 1)
    expect(find(rows, 'a day', 'icecore', 'Standard').dollars).toBeLessThan(dollars / 1000)
  })

  test('reads whole hours of gzip for one record', () => {
    const hour = (1e9 * 0.33) / 24
    expect(find(rows, 'one record', 'gzip-by-hour').dollars).toBeCloseTo((hour / GB) * 0.01 + 1e-6, 9)
  })

  test('needs no thaw where the last class is readable', () => {
    const warm = rehydrationCosts(aWorkload({ retention: 100 * DAY }), WAYS)
    expect(find(warm, 'one record', 'icecore').within).toBe(0)
    expect(find(warm, 'one record', 'object-per-record').dollars).toBeCloseTo(1e-5 + (1000 / GB) * 0.03, 12)
    const hot = rehydrationCosts(
      aWorkload({ classes: [{ after: 0, storageClass: 'STANDARD' }], retention: 1 }),
      WAYS,
    )
    expect(find(hot, 'one record', 'object-per-record').dollars).toBeCloseTo(4e-7, 12)
    expect(
      find(rehydrationCosts(aWorkload({ retention: 0 }), ['icecore']), 'one record', 'icecore').within,
    ).toBe(0)
  })

  test('bills the bytes that are read only where the class does', () => {
    const of = (storageClass: StorageClass) =>
      find(
        rehydrationCosts(aWorkload({ classes: [{ after: 0, storageClass }] }), WAYS),
        'one record',
        'object-per-record',
      ).dollars
    expect(of('INTELLIGENT_TIERING')).toBeCloseTo(4e-7, 12)
    expect(of('ONEZONE_IA')).toBeCloseTo(1e-6 + (1000 / GB) * 0.01, 12)
  })

  test('takes a day of partitions of an hour', () => {
    const hours = rehydrationCosts(aWorkload({ partition: 'hour' }), ['icecore'])
    expect(find(hours, 'a day', 'icecore', 'Bulk').dollars).toBeGreaterThan(
      find(rows, 'a day', 'icecore', 'Bulk').dollars,
    )
  })

  test('names the line that has no price', () => {
    const lines = new Map([...PRICES.lines].filter(([line]) => !line.startsWith('s3.restore-gb.')))
    expect(() => rehydrationCosts(aWorkload(), ['icecore'], { ...PRICES, lines })).toThrow('s3.restore-gb')
  })
})
