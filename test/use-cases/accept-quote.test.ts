import { describe, expect, test } from 'vitest'
import { DAY, HOUR } from '../../shared/domain/duration.ts'
import { NO_CAPS, NO_GUARDS } from '../../shared/domain/guards.ts'
import { NO_TERMS } from '../../shared/domain/rehydration-terms.ts'
import { quote } from '../../shared/use-cases/quote.ts'
import { aDataset, NOON } from '../support/builders.ts'
import { coldWorld } from '../support/cold-world.ts'
import { aRequest, aWorld, type World } from '../support/rehydration-world.ts'
import { AS_USUAL, aRange } from '../support/selections.ts'

const { selection } = aRequest()
const ASKER = { caller: 'tester', idempotencyKey: null }

const quotedIn = async (world: World, parts = {}) => {
  const quoted = await quote(world.ports)({ dataset: 'orders', selection, ...AS_USUAL, ...parts })
  if (quoted.kind !== 'quoted') throw new Error(quoted.kind)
  return quoted
}

describe('a quote that is accepted', () => {
  test('caps the rehydration, with the price of its tier', async () => {
    const { world } = await coldWorld()
    const { id: quoteId, quote: made, expiresAt } = await quotedIn(world)
    expect(expiresAt).toBe(NOON + HOUR)
    for (const { tier, dollars } of made.tiers) {
      const requested = await world.run.request(aRequest({ tier, quoteId }), ASKER)
      expect(requested).toMatchObject({
        kind: 'accepted',
        rehydration: { terms: { price: { bytes: made.bytes } }, request: { quoteId, tier } },
      })
      const terms = 'rehydration' in requested ? requested.rehydration.terms : NO_TERMS
      expect(terms.cap).toBeCloseTo(dollars.total, 12)
      expect(terms.price?.dollars).toBe(terms.cap)
    }
  })

  test('is not weighed anew by the guards, which hold it to its price', async () => {
    const perRehydration = { ...NO_CAPS, maxCostUsd: 0.000001 }
    const { world } = await coldWorld({ guards: { ...NO_GUARDS, perRehydration } })
    const { id: quoteId } = await quotedIn(world)
    expect(await world.run.request(aRequest({ quoteId }), ASKER)).toMatchObject({
      kind: 'over-cap',
      over: { cap: 'guards.perRehydration.maxCostUsd' },
    })
  })

  test('is not there any more after an hour, or as long as the configuration says', async () => {
    const { world } = await coldWorld()
    const { id: quoteId } = await quotedIn(world)
    world.advance(HOUR - 1)
    expect((await world.run.request(aRequest({ quoteId }), ASKER)).kind).toBe('accepted')
    world.advance(1)
    expect(await world.run.request(aRequest({ quoteId }), ASKER)).toEqual({ kind: 'quote-expired' })
    const config = { ...world.ports.config, quotes: { validFor: DAY } }
    const longer = await quote({ ...world.ports, config })({ dataset: 'orders', selection, ...AS_USUAL })
    expect(longer).toMatchObject({ expiresAt: world.now() + DAY })
  })

  test('promises times from when it is accepted, not from when it was made', async () => {
    const { world } = await coldWorld()
    const { id: quoteId, quote: made } = await quotedIn(world)
    const told = made.tiers.find(({ tier }) => tier === 'Standard')?.readyBy
    world.advance(HOUR / 2)
    expect(await world.run.request(aRequest({ quoteId }), ASKER)).toMatchObject({
      rehydration: {
        terms: { promised: { p50: Number(told?.p50) + HOUR / 2, p95: Number(told?.p95) + HOUR / 2 } },
      },
    })
  })

  test('has to be there', async () => {
    const { world } = await coldWorld()
    const unknown = aRequest({ quoteId: '01HRKZ0000000000000000ABCD' })
    expect(await world.run.request(unknown, ASKER)).toEqual({ kind: 'quote-expired' })
    expect(world.thawQueue.receive()).toEqual([])
  })

  test.each([
    [{ selection: aRange(NOON - DAY, NOON + 2 * DAY) }, 'selection'],
    [{ selection: { ...selection, limit: 5 } }, 'selection'],
    [{ destination: 'fifo' }, 'destination'],
    [{ format: 'csv' }, 'format'],
    [{ keepDays: 9 }, 'keepDays'],
  ] as const)('is of the same: with %j it is not', async (parts, field) => {
    const { world } = await coldWorld()
    const { id: quoteId } = await quotedIn(world)
    expect(await world.run.request(aRequest({ ...parts, quoteId }), ASKER)).toEqual({
      kind: 'quote-mismatch',
      field,
    })
  })

  test('is the same request when it comes again, also after the quote has expired', async () => {
    const { world } = await coldWorld()
    const { id: quoteId } = await quotedIn(world)
    const who = { ...ASKER, idempotencyKey: 'once' }
    const first = await world.run.request(aRequest({ quoteId }), who)
    world.advance(2 * HOUR)
    expect(await world.run.request(aRequest({ quoteId }), who)).toEqual({ ...first, kind: 'repeated' })
  })
})

describe('a quote', () => {
  test('for a destination that is not there is refused', async () => {
    const { world } = await coldWorld()
    const wanted = { dataset: 'orders', selection, ...AS_USUAL, destination: 'nowhere' }
    expect(await quote(world.ports)(wanted)).toEqual({ kind: 'unknown-destination' })
  })

  test('of a dataset that left the configuration knows no guards', async () => {
    const world = aWorld({ dataset: aDataset() })
    const config = { ...world.ports.config, datasets: new Map() }
    expect(
      await quote({ ...world.ports, config })({ dataset: 'orders', selection, ...AS_USUAL }),
    ).toMatchObject({ kind: 'quoted', quote: { segments: 0 } })
  })
})
