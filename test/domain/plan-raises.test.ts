import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { HOUR, MINUTE } from '../../shared/domain/duration.ts'
import { isFaster } from '../../shared/domain/expect-thaw.ts'
import { NO_CAPS, NO_GUARDS } from '../../shared/domain/guards.ts'
import {
  type AwaitedThaw,
  allowedForRaises,
  costAtMost,
  costWithRaises,
  mayCost,
  planRaises,
  type RaiseWish,
} from '../../shared/domain/plan-raises.ts'
import { restoreDollars } from '../../shared/domain/prices.ts'
import { NO_TERMS, type RehydrationTerms } from '../../shared/domain/rehydration-terms.ts'
import { offersTier, RETRIEVAL_TIERS } from '../../shared/domain/storage-class.ts'
import { AWS_THAW_TIMES } from '../../shared/domain/thaw-times.ts'
import { NOON } from '../support/builders.ts'
import { aRequest } from '../support/rehydration-world.ts'

const aThaw = (parts: Partial<AwaitedThaw> = {}): AwaitedThaw => ({
  storageClass: 'GLACIER',
  tier: 'Bulk',
  requestedAt: NOON,
  bytes: 2 ** 30,
  canRaise: true,
  partition: '2024-03-10',
  segmentId: 'a',
  ...parts,
})

const wish = (within: number, parts: Partial<RaiseWish> = {}): RaiseWish => ({
  now: NOON,
  readyBy: NOON + within,
  times: AWS_THAW_TIMES,
  mayExpedite: true,
  ...parts,
})

describe('thaws', () => {
  test.each([
    [12 * HOUR, undefined],
    [12 * HOUR - 1, 'Standard'],
    [5 * HOUR, 'Standard'],
    [5 * HOUR - 1, 'Expedited'],
    [5 * MINUTE, 'Expedited'],
    [5 * MINUTE - 1, undefined],
  ] as const)(
    'that have to be there in %i ms are made faster with the slowest tier that is enough',
    (within, to) => {
      const { raises } = planRaises([aThaw()], wish(within))
      expect(raises[0]?.to).toBe(to)
      if (to !== undefined) expect(raises[0]?.dollars).toBe(restoreDollars('GLACIER', to, 1, 2 ** 30))
    },
  )

  test('that are in time are left alone, and looked at when they would be overdue', () => {
    const thaws = [aThaw(), aThaw({ segmentId: 'b', tier: 'Standard', requestedAt: NOON - HOUR })]
    expect(planRaises(thaws, wish(12 * HOUR))).toEqual({ raises: [], lookAgainAt: NOON + 4 * HOUR })
    expect(planRaises([], wish(HOUR))).toEqual({ raises: [], lookAgainAt: null })
  })

  test('that are overdue count as late once not even S3’s longest time is enough', () => {
    const thaw = aThaw({ tier: 'Standard', requestedAt: NOON - 5 * HOUR })
    expect(planRaises([thaw], wish(4 * HOUR)).raises).toMatchObject([{ to: 'Expedited' }])
  })

  test('are made faster with Expedited only where that may be', () => {
    expect(planRaises([aThaw()], wish(HOUR, { mayExpedite: false })).raises).toEqual([])
    const deep = aThaw({ storageClass: 'DEEP_ARCHIVE' })
    expect(planRaises([deep], wish(HOUR)).raises).toEqual([])
    expect(planRaises([deep], wish(12 * HOUR)).raises).toMatchObject([{ to: 'Standard' }])
  })

  test('that cannot be made faster stay as they are', () => {
    expect(planRaises([aThaw({ canRaise: false })], wish(6 * HOUR)).raises).toEqual([])
  })

  test('are made faster only where they are late and a faster tier is in time', () => {
    const thaw = fc.record({
      storageClass: fc.constantFrom('GLACIER', 'DEEP_ARCHIVE'),
      tier: fc.constantFrom(...RETRIEVAL_TIERS),
      ago: fc.integer({ min: 0, max: 60 }),
      canRaise: fc.boolean(),
    })
    fc.assert(
      fc.property(
        fc.array(thaw, { maxLength: 6 }),
        fc.integer({ min: 0, max: 60 }),
        fc.boolean(),
        (drawn, within, mayExpedite) => {
          const thaws = drawn
            .filter(({ storageClass, tier }) => offersTier(storageClass, tier))
            .map(({ ago, ...rest }, index) =>
              aThaw({ ...rest, requestedAt: NOON - ago * HOUR, segmentId: `${index}` }),
            )
          const { raises } = planRaises(thaws, wish(within * HOUR, { mayExpedite }))
          for (const { segmentId, to } of raises) {
            const raised = thaws.find((one) => one.segmentId === segmentId)
            if (raised === undefined) throw new Error('no such thaw')
            const { storageClass, tier, canRaise } = raised
            expect(canRaise && offersTier(storageClass, to) && isFaster(to, tier)).toBe(true)
            expect(to === 'Expedited' && !mayExpedite).toBe(false)
            expect(AWS_THAW_TIMES({ storageClass, tier: to, sizes: [1] }).p95).toBeLessThanOrEqual(
              within * HOUR,
            )
          }
        },
      ),
    )
  })
})

const withTerms = (terms: Partial<RehydrationTerms>) => ({ terms: { ...NO_TERMS, ...terms } })
const price = { dollars: 5, bytes: 1 }
const promised = { p50: NOON, p95: NOON, raising: 2, mayExpedite: false }

describe('what raises may cost', () => {
  test('is what the price has for them, until more is allowed', () => {
    expect(allowedForRaises(withTerms({}))).toBe(0)
    expect(allowedForRaises(withTerms({ price, promised }))).toBe(2)
    const raising = { at: NOON, dollars: 3, reservedOn: null }
    expect(allowedForRaises(withTerms({ price, promised, raising }))).toBe(3)
  })

  test('is part of what all costs at most', () => {
    const raising = { at: NOON, dollars: 3, reservedOn: null }
    expect(costAtMost(withTerms({}))).toBeNull()
    expect(costAtMost(withTerms({ price }))).toBe(5)
    expect(costAtMost(withTerms({ price, promised }))).toBe(5)
    expect(costAtMost(withTerms({ price, promised, raising }))).toBe(6)
    expect(costAtMost(withTerms({ price, raising }))).toBe(8)
  })

  test('counts in full, in the place of what the price has for them', () => {
    expect(costWithRaises(withTerms({ price, promised }), 7)).toBe(10)
    expect(costWithRaises(withTerms({ price }), 7)).toBe(12)
  })

  test('is all that is known of one whose price nobody has worked out', () => {
    const raising = { at: NOON, dollars: 3, reservedOn: null }
    expect(costWithRaises(withTerms({ promised, raising }), 7)).toBe(7)
  })

  test.each([
    ['nothing says otherwise', {}, NO_GUARDS, true],
    ['it may cost as much', { maxCostUsd: 6 }, NO_GUARDS, true],
    ['it may not cost as much', { maxCostUsd: 5.9 }, NO_GUARDS, false],
    ['an approval would be needed', {}, { ...NO_GUARDS, approvalAboveUsd: 5.9 }, false],
    ['none is needed yet', {}, { ...NO_GUARDS, approvalAboveUsd: 6 }, true],
    ['a cap forbids it', {}, { ...NO_GUARDS, perRehydration: { ...NO_CAPS, maxCostUsd: 5.9 } }, false],
    ['a cap lets it', {}, { ...NO_GUARDS, perRehydration: { maxCostUsd: 6, maxBytes: 0 } }, true],
  ])('where %s', (_, parts, guards, expected) => {
    expect(mayCost({ request: aRequest(parts), ...withTerms({}) }, guards, 6)).toBe(expected)
  })

  test.each([
    ['an approval would be needed', { ...NO_GUARDS, approvalAboveUsd: 6.9 }, false],
    ['none is needed', { ...NO_GUARDS, approvalAboveUsd: 7 }, true],
    ['a cap forbids it', { ...NO_GUARDS, perRehydration: { ...NO_CAPS, maxCostUsd: 6.9 } }, false],
    ['a cap lets it', { ...NO_GUARDS, perRehydration: { ...NO_CAPS, maxCostUsd: 7 } }, true],
  ])('counts beside what extensions cost, where %s', (_, guards, expected) => {
    const extension = { keepDays: 3, at: NOON, until: NOON, dollars: 0.75, before: 0.25, reservedOn: null }
    // what the request may cost says nothing of extensions
    const request = aRequest({ maxCostUsd: 6 })
    expect(mayCost({ request, ...withTerms({ extension, cap: 6 }) }, guards, 6)).toBe(expected)
  })

  test('is never more than a quote that was accepted', () => {
    expect(mayCost({ request: aRequest(), ...withTerms({ cap: 5.9 }) }, NO_GUARDS, 6)).toBe(false)
    expect(mayCost({ request: aRequest(), ...withTerms({ cap: 6 }) }, NO_GUARDS, 6)).toBe(true)
  })
})
