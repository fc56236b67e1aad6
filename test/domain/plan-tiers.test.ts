import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { HOUR, MINUTE } from '../../shared/domain/duration.ts'
import { expectedAt, expectThaws, isFaster, RAISE_DELAY } from '../../shared/domain/expect-thaw.ts'
import { planTiers, type TierFacts, type TierPlan, type TierWish } from '../../shared/domain/plan-tiers.ts'
import { GB, restoreDollars } from '../../shared/domain/prices.ts'
import { offersTier, RETRIEVAL_TIERS, type RetrievalTier } from '../../shared/domain/storage-class.ts'
import { AWS_THAW_TIMES, type ThawTimes } from '../../shared/domain/thaw-times.ts'
import { NOON } from '../support/builders.ts'

const factsOf = (parts: Partial<TierFacts> = {}): TierFacts => {
  const cold = parts.cold ?? { GLACIER: [], DEEP_ARCHIVE: [] }
  return {
    now: NOON,
    underWay: [],
    fixed: 0,
    dollarsFor: (storageClass, tier) => {
      const sizes = cold[storageClass]
      return restoreDollars(
        storageClass,
        tier,
        sizes.length,
        sizes.reduce((sum, bytes) => sum + bytes, 0),
      )
    },
    times: AWS_THAW_TIMES,
    cold,
    ...parts,
  }
}

const wishOf = (parts: Partial<TierWish> = {}): TierWish => ({
  readyBy: null,
  maxCostUsd: null,
  mayExpedite: true,
  ...parts,
})

const [TEN_GLACIER, TEN_DEEP] = [{ GLACIER: [10 * GB] }, { DEEP_ARCHIVE: [10 * GB] }]
const glacier = factsOf({ cold: { ...TEN_GLACIER, DEEP_ARCHIVE: [] } })
const both = factsOf({ cold: { ...TEN_GLACIER, ...TEN_DEEP } })

const planned = (facts: TierFacts, wish: Partial<TierWish>): TierPlan => {
  const answer = planTiers(facts, wishOf(wish))
  if (answer.kind !== 'planned') throw new Error('expected a plan')
  return answer.plan
}

const refused = (facts: TierFacts, wish: Partial<TierWish>) => {
  const answer = planTiers(facts, wishOf(wish))
  if (answer.kind !== 'cannot-be-met') throw new Error('expected none')
  return answer.choices
}

describe('by a time', () => {
  test.each([
    [5 * MINUTE, 'Expedited'],
    [5 * HOUR - 1, 'Expedited'],
    [5 * HOUR, 'Standard'],
    [12 * HOUR - 1, 'Standard'],
    [12 * HOUR, 'Bulk'],
  ] as const)('in %i ms GLACIER is thawed with %s', (within, tier) => {
    expect(planned(glacier, { readyBy: NOON + within })).toMatchObject({ tiers: { GLACIER: tier } })
  })

  test('each class has the slowest tier that is in time', () => {
    expect(planned(both, { readyBy: NOON + 12 * HOUR }).tiers).toEqual({
      GLACIER: 'Bulk',
      DEEP_ARCHIVE: 'Standard',
    })
    expect(planned(both, { readyBy: NOON + 48 * HOUR }).tiers).toEqual({
      GLACIER: 'Bulk',
      DEEP_ARCHIVE: 'Bulk',
    })
  })

  test('what is readable is in time at once, and a time that is over cannot be met', () => {
    expect(planned(factsOf({ fixed: 3 }), { readyBy: NOON })).toMatchObject({ dollars: 3, p95: NOON })
    expect(refused(factsOf(), { readyBy: NOON - 1 })).toMatchObject({ earliest: { p95: NOON }, inTime: null })
  })

  test('that cannot be met, what can be is said', () => {
    const choices = refused(both, { readyBy: NOON + 11 * HOUR })
    expect(choices.earliest).toMatchObject({
      tiers: { GLACIER: 'Bulk', DEEP_ARCHIVE: 'Standard' },
      p95: NOON + 12 * HOUR,
    })
    expect(choices.cheapest).toMatchObject({ tiers: { GLACIER: 'Bulk', DEEP_ARCHIVE: 'Bulk' } })
    expect(choices).toMatchObject({ inTime: null, expedited: null })
  })

  test('that only Expedited meets, that is said to those who may not ask for it', () => {
    const choices = refused(glacier, { readyBy: NOON + HOUR, mayExpedite: false })
    expect(choices.earliest).toMatchObject({ tiers: { GLACIER: 'Standard' } })
    expect(choices.expedited).toMatchObject({ tiers: { GLACIER: 'Expedited' }, p95: NOON + 5 * MINUTE })
  })
})

describe('within a cost', () => {
  test.each([
    [0, 'Bulk'],
    [0.11, 'Standard'],
    [0.31, 'Expedited'],
    [1, 'Expedited'],
  ] as const)('of $ %f GLACIER is thawed with %s', (maxCostUsd, tier) => {
    expect(planned(glacier, { maxCostUsd })).toMatchObject({ tiers: { GLACIER: tier } })
  })

  test('money is spent where it helps: a tier that is not the last to be there stays cheap', () => {
    // DEEP_ARCHIVE takes twelve hours at best, within which Bulk thaws GLACIER too
    expect(planned(both, { maxCostUsd: 100 }).tiers).toEqual({ GLACIER: 'Bulk', DEEP_ARCHIVE: 'Standard' })
  })

  test('that nothing meets, the cheapest is said', () => {
    const choices = refused(both, { maxCostUsd: 0.01 })
    expect(choices.cheapest).toMatchObject({ tiers: { GLACIER: 'Bulk', DEEP_ARCHIVE: 'Bulk' } })
    expect(choices.withinCost).toBeNull()
    expect(choices.inTime).toBeNull()
  })
})

test('of a time and a cost both hold, or it is said what holds for each', () => {
  expect(planned(glacier, { readyBy: NOON + 5 * HOUR, maxCostUsd: 0.11 })).toMatchObject({
    tiers: { GLACIER: 'Standard' },
  })
  expect(refused(glacier, { readyBy: NOON + 5 * HOUR, maxCostUsd: 0.05 })).toMatchObject({
    inTime: { tiers: { GLACIER: 'Standard' } },
    withinCost: { tiers: { GLACIER: 'Bulk' } },
  })
})

describe('with a thaw of others under way', () => {
  const bulk = { storageClass: 'GLACIER', tier: 'Bulk', bytes: 10 * GB, canRaise: true } as const
  const shared = (parts: Partial<TierFacts['underWay'][number]> = {}) =>
    factsOf({ underWay: [{ ...bulk, requestedAt: NOON - 2 * HOUR, ...parts }] })

  test('it costs nothing where it is there in time', () => {
    expect(planned(shared(), { readyBy: NOON + 10 * HOUR })).toMatchObject({
      dollars: 0,
      p95: NOON + 10 * HOUR,
    })
  })

  test('it is made faster where it is too late, with the cheapest tier that is in time', () => {
    expect(planned(shared(), { readyBy: NOON + 6 * HOUR })).toMatchObject({
      tiers: { GLACIER: 'Standard' },
      dollars: restoreDollars('GLACIER', 'Standard', 1, 10 * GB),
      raising: restoreDollars('GLACIER', 'Standard', 1, 10 * GB),
      p95: NOON + RAISE_DELAY + 5 * HOUR,
    })
  })

  test('it is not made faster without a time that needs it', () => {
    expect(planned(shared(), { maxCostUsd: 100 })).toMatchObject({ raising: 0, p95: NOON + 10 * HOUR })
  })

  test('it is not made faster where that would be later', () => {
    const old = shared({ requestedAt: NOON - 11 * HOUR, canRaise: true })
    expect(refused(old, { readyBy: NOON + 30 * MINUTE, mayExpedite: false }).earliest).toMatchObject({
      raising: 0,
      p95: NOON + HOUR,
    })
  })

  test('it is waited for where it cannot be made faster', () => {
    const choices = refused(shared({ canRaise: false }), { readyBy: NOON + HOUR })
    expect(choices.earliest).toMatchObject({ p95: NOON + 10 * HOUR, raising: 0 })
  })

  test('one that is late may take as long as S3 says, and as long again after that', () => {
    const about = { storageClass: 'GLACIER', tier: 'Bulk', requestedAt: NOON } as const
    expect(expectedAt(about, 6 * HOUR, NOON + 5 * HOUR)).toBe(NOON + 6 * HOUR)
    expect(expectedAt(about, 6 * HOUR, NOON + 6 * HOUR)).toBe(NOON + 12 * HOUR)
    expect(expectedAt(about, 6 * HOUR, NOON + 12 * HOUR)).toBe(NOON + 18 * HOUR)
  })

  test('those of one class and tier are waited for together', () => {
    const times: ThawTimes = ({ sizes }) => ({ p50: sizes.length, p95: 10 * sizes.length })
    const thaws = ['GLACIER', 'GLACIER', 'DEEP_ARCHIVE'] as const
    const underWay = thaws.map((storageClass) => ({ ...bulk, storageClass, requestedAt: NOON }))
    expect(expectThaws(underWay, times, NOON).map(({ p50, p95 }) => [p50 - NOON, p95 - NOON])).toEqual([
      [2, 20],
      [2, 20],
      [1, 10],
    ])
  })
})

const tierArb = fc.constantFrom(...RETRIEVAL_TIERS)
const classArb = fc.constantFrom('GLACIER', 'DEEP_ARCHIVE')
const sizesArb = fc.array(fc.integer({ min: 1, max: 1000 }), { maxLength: 3 })
/** Prices and times of any order: a faster tier may be cheaper, or slower. */
const tableArb = fc.record({
  dollars: fc.array(fc.integer({ min: 0, max: 20 }), { minLength: 6, maxLength: 6 }),
  hours: fc.array(fc.integer({ min: 1, max: 20 }), { minLength: 6, maxLength: 6 }),
})
const thawArb = fc
  .record({
    storageClass: classArb,
    tier: tierArb,
    ago: fc.integer({ min: 0, max: 60 }),
    canRaise: fc.boolean(),
  })
  .filter(({ storageClass, tier }) => offersTier(storageClass, tier))

const worldArb = fc.record({
  cold: fc.record({ GLACIER: sizesArb, DEEP_ARCHIVE: sizesArb }),
  table: tableArb,
  fixed: fc.integer({ min: 0, max: 5 }),
  thaws: fc.array(thawArb, { maxLength: 4 }),
  within: fc.option(fc.integer({ min: -1, max: 60 })),
  maxCostUsd: fc.option(fc.integer({ min: 0, max: 40 })),
  mayExpedite: fc.boolean(),
})

type Generated = typeof worldArb extends fc.Arbitrary<infer One> ? One : never

const at = (storageClass: 'GLACIER' | 'DEEP_ARCHIVE', tier: RetrievalTier) =>
  (storageClass === 'GLACIER' ? 0 : 3) + RETRIEVAL_TIERS.indexOf(tier)

const factsFrom = ({ cold, table, fixed, thaws }: Generated): TierFacts => ({
  now: NOON,
  cold,
  fixed,
  underWay: thaws.map(({ ago, ...thaw }) => ({ ...thaw, bytes: GB, requestedAt: NOON - ago * HOUR })),
  dollarsFor: (storageClass, tier) => table.dollars[at(storageClass, tier)] ?? 0,
  times: ({ storageClass, tier, sizes }) => {
    const took = sizes.length === 0 ? 0 : (table.hours[at(storageClass, tier)] ?? 0) * HOUR
    return { p50: took / 2, p95: took }
  },
})

/** Every way to thaw at all: each mix of tiers, with each set of the thaws under way made faster. */
const everyWay = (generated: Generated, mayExpedite: boolean) => {
  const facts = factsFrom(generated)
  const ways: { dollars: number; p95: number; raises: number }[] = []
  for (const GLACIER of RETRIEVAL_TIERS)
    for (const DEEP_ARCHIVE of RETRIEVAL_TIERS) {
      if (DEEP_ARCHIVE === 'Expedited' || (GLACIER === 'Expedited' && !mayExpedite)) continue
      const tiers = { GLACIER, DEEP_ARCHIVE }
      for (let chosen = 0; chosen < 2 ** facts.underWay.length; chosen += 1) {
        let [dollars, p95, raises, isPossible] = [facts.fixed, NOON, 0, true]
        for (const storageClass of ['GLACIER', 'DEEP_ARCHIVE'] as const) {
          if (facts.cold[storageClass].length === 0) continue
          dollars += facts.dollarsFor(storageClass, tiers[storageClass])
          p95 = Math.max(p95, NOON + facts.times({ storageClass, tier: tiers[storageClass], sizes: [1] }).p95)
        }
        for (const [index, thaw] of facts.underWay.entries()) {
          const { storageClass } = thaw
          const tier = tiers[storageClass]
          const took = facts.times({ storageClass, tier: thaw.tier, sizes: [1] }).p95
          const alone = expectedAt(thaw, took, NOON)
          if ((chosen & (2 ** index)) === 0) {
            p95 = Math.max(p95, alone)
            continue
          }
          isPossible &&= thaw.canRaise && isFaster(tier, thaw.tier)
          dollars += restoreDollars(storageClass, tier, 1, thaw.bytes)
          raises += 1
          p95 = Math.max(
            p95,
            Math.min(alone, NOON + RAISE_DELAY + facts.times({ storageClass, tier, sizes: [1] }).p95),
          )
        }
        if (isPossible) ways.push({ dollars, p95, raises })
      }
    }
  return ways
}

const wishFrom = ({ within, maxCostUsd, mayExpedite }: Generated): TierWish => ({
  readyBy: within === null ? null : NOON + within * HOUR,
  maxCostUsd,
  mayExpedite,
})

const close = (one: number, other: number) => Math.abs(one - other) < 1e-9

describe('of all mixes there are', () => {
  test('it takes the cheapest that is in time and within the cost, or says that there is none', () => {
    fc.assert(
      fc.property(worldArb, (generated) => {
        const wish = wishFrom(generated)
        fc.pre(wish.readyBy !== null)
        const fits = everyWay(generated, wish.mayExpedite).filter(
          ({ dollars, p95 }) =>
            p95 <= (wish.readyBy ?? 0) && (wish.maxCostUsd === null || dollars <= wish.maxCostUsd + 1e-9),
        )
        const answer = planTiers(factsFrom(generated), wish)
        expect(answer.kind).toBe(fits.length > 0 ? 'planned' : 'cannot-be-met')
        if (answer.kind !== 'planned') return
        expect(answer.plan.p95).toBeLessThanOrEqual(wish.readyBy ?? 0)
        expect(close(answer.plan.dollars, Math.min(...fits.map(({ dollars }) => dollars)))).toBe(true)
      }),
      { numRuns: 400 },
    )
  })

  test('it takes the earliest within the cost where no time is given, and the cheapest of those', () => {
    fc.assert(
      fc.property(worldArb, (generated) => {
        const wish = { ...wishFrom(generated), readyBy: null }
        // nobody's thaw is made faster for one who has no time in mind
        const fits = everyWay(generated, wish.mayExpedite).filter(
          ({ dollars, raises }) =>
            raises === 0 && (wish.maxCostUsd === null || dollars <= wish.maxCostUsd + 1e-9),
        )
        const answer = planTiers(factsFrom(generated), wish)
        expect(answer.kind).toBe(fits.length > 0 ? 'planned' : 'cannot-be-met')
        if (answer.kind !== 'planned') return
        const earliest = Math.min(...fits.map(({ p95 }) => p95))
        expect(answer.plan.p95).toBe(earliest)
        const cheapest = fits.filter(({ p95 }) => p95 === earliest).map(({ dollars }) => dollars)
        expect(close(answer.plan.dollars, Math.min(...cheapest))).toBe(true)
      }),
      { numRuns: 400 },
    )
  })

  test('what it says to be possible instead is, and nothing is earlier or cheaper', () => {
    fc.assert(
      fc.property(worldArb, (generated) => {
        const wish = wishFrom(generated)
        const answer = planTiers(factsFrom(generated), wish)
        fc.pre(answer.kind === 'cannot-be-met')
        const { earliest, cheapest, inTime, withinCost, expedited } = answer.choices
        const ways = everyWay(generated, wish.mayExpedite).filter(
          ({ raises }) => wish.readyBy !== null || raises === 0,
        )
        expect(earliest.p95).toBe(Math.min(...ways.map(({ p95 }) => p95)))
        expect(close(cheapest.dollars, Math.min(...ways.map(({ dollars }) => dollars)))).toBe(true)
        const { readyBy, maxCostUsd } = wish
        const [cost, time] = [maxCostUsd ?? Number.POSITIVE_INFINITY, readyBy ?? Number.POSITIVE_INFINITY]
        expect(inTime !== null).toBe(readyBy !== null && ways.some(({ p95 }) => p95 <= time))
        expect(withinCost !== null).toBe(
          maxCostUsd !== null && ways.some(({ dollars }) => dollars <= cost + 1e-9),
        )
        if (expedited !== null) {
          expect(wish.mayExpedite).toBe(false)
          expect(expedited.p95).toBeLessThanOrEqual(time)
          expect(expedited.dollars).toBeLessThanOrEqual(cost)
        }
      }),
      { numRuns: 400 },
    )
  })
})
