import { describe, expect, test } from 'vitest'
import {
  GB,
  GB_MONTH,
  priceLines,
  priceOf,
  restoreDollars,
  standardStorageDollars,
} from '../../shared/domain/prices.ts'
import { makeBill } from '../../simulator/bill.ts'

describe('the bill', () => {
  test('multiplies what was metered by the price table', () => {
    const bill = makeBill()
    bill.add('s3.put.GLACIER_IR', 500)
    bill.add('s3.put.GLACIER_IR', 1500)
    bill.add('s3.storage.DEEP_ARCHIVE', 10 * GB_MONTH)
    bill.add('s3.restore-gb.GLACIER.Standard', 3 * GB)
    bill.add('sqs.request.fifo', 1_000_000)
    bill.add('lambda.gb-second', 1000)
    const { lines, total } = bill.invoice()
    expect(lines).toEqual([
      { line: 'lambda.gb-second', quantity: 1000, unit: 'GB-second', dollars: expect.closeTo(0.0133334, 10) },
      { line: 's3.put.GLACIER_IR', quantity: 2, unit: '1,000 requests', dollars: 0.04 },
      { line: 's3.restore-gb.GLACIER.Standard', quantity: 3, unit: 'GB', dollars: 0.03 },
      {
        line: 's3.storage.DEEP_ARCHIVE',
        quantity: 10,
        unit: 'GB-month',
        dollars: expect.closeTo(0.0099, 10),
      },
      { line: 'sqs.request.fifo', quantity: 1, unit: '1,000,000 requests', dollars: 0.5 },
    ])
    expect(total).toBeCloseTo(0.0133334 + 0.04 + 0.03 + 0.0099 + 0.5, 10)
  })

  test('is an error for what has no price, never free', () => {
    const bill = makeBill()
    bill.add('s3.put.OUTPOSTS', 1)
    expect(() => bill.invoice()).toThrow('s3.put.OUTPOSTS')
    expect(() => priceOf('s3.retrieval-gb.GLACIER')).toThrow('s3.retrieval-gb.GLACIER')
  })

  test('goes on from a snapshot', () => {
    const first = makeBill()
    first.add('s3.list', 1000)
    const second = makeBill(JSON.parse(JSON.stringify(first.snapshot())))
    second.add('s3.list', 1000)
    expect(second.invoice().total).toBeCloseTo(0.01, 12)
  })
})

describe('the price table', () => {
  test('has a finite price for each line', () => {
    for (const line of priceLines()) {
      const { dollars, per } = priceOf(line)
      expect(dollars, line).toBeGreaterThanOrEqual(0)
      expect(per, line).toBeGreaterThan(0)
    }
    expect(priceLines().filter((line) => priceOf(line).dollars === 0)).toEqual([
      's3.restore-request.GLACIER.Bulk',
      's3.restore-gb.GLACIER.Bulk',
    ])
  })

  test('knows the steps of STANDARD: 50 TB at 0.023, 450 TB at 0.022, the rest at 0.021', () => {
    const TB = 1024
    expect(standardStorageDollars(1000)).toBeCloseTo(23, 8)
    expect(standardStorageDollars(600 * TB)).toBeCloseTo(
      50 * TB * 0.023 + 450 * TB * 0.022 + 100 * TB * 0.021,
      6,
    )
  })

  test('prices a restore of a million objects and 10 TB', () => {
    // 1,000 × $0.025 for the requests, 10,240 × $0.0025 for the bytes
    expect(restoreDollars('DEEP_ARCHIVE', 'Bulk', 1_000_000, 10_240 * GB)).toBeCloseTo(25 + 25.6, 8)
  })
})
