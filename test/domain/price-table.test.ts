import { describe, expect, test } from 'vitest'
import { priceTableOf, readPriceTable } from '../../shared/domain/price-table.ts'
import { PRICES_DATE, priceLines, priceOf } from '../../shared/domain/prices.ts'

const own = (dollars: Record<string, number>) =>
  readPriceTable({ region: 'eu-central-1', date: '2026-01-31', sources: ['our contract'], dollars })

describe('the price table of a region', () => {
  test('is dated and has sources and every line', () => {
    const table = priceTableOf('us-west-2')
    expect(table).toMatchObject({ region: 'us-west-2', date: PRICES_DATE })
    expect(table.sources.length).toBeGreaterThan(3)
    for (const line of priceLines()) expect(priceOf(line, table).dollars).toBeGreaterThanOrEqual(0)
  })

  test('is not made up where there is none', () => {
    expect(() => priceTableOf('eu-central-1')).toThrow(/no price table of eu-central-1, only of us-east-1/)
  })
})

describe('a price table of one’s own', () => {
  test('has its own dollars in the units of the list prices', () => {
    const table = own({ 's3.put.STANDARD': 0.0054, 's3.storage.STANDARD': 0.0245 })
    expect(priceOf('s3.put.STANDARD', table)).toEqual({ dollars: 0.0054, per: 1000, unit: '1,000 requests' })
    expect(table.standardSteps).toEqual([{ upToGb: Number.POSITIVE_INFINITY, dollars: 0.0245 }])
  })

  test('names what it lacks when that is needed', () => {
    expect(() => priceOf('s3.put.STANDARD', own({}))).toThrow(
      'the price table of eu-central-1 of 2026-01-31 has no line s3.put.STANDARD',
    )
  })

  test('may have no line that nobody knows, and must be complete otherwise', () => {
    expect(() => own({ 's3.put.STANDART': 1 })).toThrow('there is no line s3.put.STANDART')
    expect(() => readPriceTable({ region: 'x', date: 'today', sources: ['y'], dollars: {} })).toThrow(
      /^date: /,
    )
    expect(() => readPriceTable(7)).toThrow(/^prices: /)
  })
})
