import { describe, expect, test } from 'vitest'
import { NO_GUARDS } from '../../shared/domain/guards.ts'
import { priceWork } from '../../shared/domain/price-work.ts'
import { momentsOfQuote } from '../../shared/domain/quote.ts'
import { RETRIEVAL_TIERS, tiersOf } from '../../shared/domain/storage-class.ts'
import { differsFrom, keepQuote, quotedPrice } from '../../shared/domain/stored-quote.ts'
import { aStoredQuote } from '../support/a-stored-quote.ts'
import { aWorkPlan, partitionWork, segmentWork } from '../support/a-work-plan.ts'
import { NOON } from '../support/builders.ts'

const { of } = aStoredQuote()

test('a kept quote allows with each tier what was quoted for it', () => {
  const cold = { bytes: 5_000_000, readable: 'cold' } as const
  const work = aWorkPlan([
    partitionWork([segmentWork({ ...cold, storageClass: 'GLACIER' }), segmentWork()]),
    partitionWork([segmentWork({ ...cold, storageClass: 'DEEP_ARCHIVE' })]),
  ])
  const asked = momentsOfQuote(NOON, NOON + 1, NO_GUARDS)
  const kept = keepQuote({ id: 'q', of, expiresAt: NOON + 1, readyBy: {} }, work, asked)
  for (const tier of RETRIEVAL_TIERS) {
    const price = quotedPrice(kept, tiersOf(tier))
    expect(price.dollars).toBeCloseTo(priceWork(work, tiersOf(tier), asked).dollars.total, 12)
    expect(price.bytes).toBe(10_001_000)
  }
  const mixed = { GLACIER: 'Bulk', DEEP_ARCHIVE: 'Standard' } as const
  expect(quotedPrice(kept, mixed).dollars).toBeCloseTo(priceWork(work, mixed, asked).dollars.total, 12)
})

test('what may wait for an approval is quoted for longer', () => {
  const [plain, guarded] = [NO_GUARDS, { ...NO_GUARDS, approvalAboveUsd: 1 }].map((guards) =>
    momentsOfQuote(NOON, NOON + 1, guards),
  )
  expect(Number(guarded?.to) - Number(plain?.to)).toBe(86_400_000)
})

describe('a request differs from a quote', () => {
  test.each([
    [{}, undefined],
    [{ dataset: 'other' }, 'dataset'],
    [{ selection: 'another' }, 'selection'],
    [{ destination: 'elsewhere' }, 'destination'],
    [{ format: 'csv' }, 'format'],
    [{ compression: 'gzip' }, 'compression'],
    [{ columns: ['id'] }, 'columns'],
    [{ keepDays: 3 }, 'keepDays'],
  ] as const)('by %j in %s', (parts, field) => {
    expect(differsFrom({ of }, { ...of, ...parts, isReplay: false })).toBe(field)
  })

  test('in no destination where none was asked for, but for a queue', () => {
    const anywhere = { of: { ...of, destination: null } }
    expect(differsFrom(anywhere, { ...of, isReplay: false })).toBeUndefined()
    expect(differsFrom(anywhere, { ...of, isReplay: true })).toBe('destination')
  })
})
