import { describe, expect, test } from 'vitest'
import { DAY, HOUR, MINUTE } from '../../shared/domain/duration.ts'
import { NO_CAPS, NO_GUARDS } from '../../shared/domain/guards.ts'
import { partitionOf } from '../../shared/domain/partition.ts'
import { MAX_PARTITIONS } from '../../shared/domain/rehydration.ts'
import { ENOUGH_SAMPLES } from '../../shared/domain/thaw-times.ts'
import { requestRehydration } from '../../shared/use-cases/request-rehydration.ts'
import { aRecord, NOON } from '../support/builders.ts'
import { coldWorld } from '../support/cold-world.ts'
import { aRequest, aWorld, type World } from '../support/rehydration-world.ts'
import { aRange } from '../support/selections.ts'

const who = { caller: 'tester', idempotencyKey: null }

const wish = (parts: { readyBy?: number; maxCostUsd?: number }) =>
  aRequest({ tier: null, readyBy: null, maxCostUsd: null, ...parts })

const accepted = async (world: World, ...given: Parameters<World['run']['request']>) => {
  const requested = await world.run.request(...given)
  if (!('rehydration' in requested)) throw new Error(`refused: ${requested.kind}`)
  return requested.rehydration
}

const bothClasses = async () => {
  const { world } = await coldWorld()
  await world.land([aRecord({ id: 'b' })], { storageClass: 'DEEP_ARCHIVE' })
  return world
}

describe('a request that says by when all is to be there', () => {
  test('is accepted with the cheapest tiers that are in time, and thawed with those', async () => {
    const world = await bothClasses()
    const rehydration = await accepted(world, wish({ readyBy: NOON + 12 * HOUR }), who)
    expect(rehydration).toMatchObject({
      request: { tier: null, tiers: { GLACIER: 'Bulk', DEEP_ARCHIVE: 'Standard' } },
      terms: { promised: { p50: NOON + 12 * HOUR, p95: NOON + 12 * HOUR, raising: 0 } },
    })
    await world.drain()
    expect(world.metered('s3.restore-request.GLACIER.Bulk')).toBe(1)
    expect(world.metered('s3.restore-request.DEEP_ARCHIVE.Standard')).toBe(1)
  })

  test('is refused where nothing is in time, leaves nothing behind, and hears what would be', async () => {
    const world = await bothClasses()
    const refused = await world.run.request(wish({ readyBy: NOON + 11 * HOUR }), who)
    expect(refused).toMatchObject({
      kind: 'cannot-be-met',
      choices: { earliest: { p95: NOON + 12 * HOUR }, inTime: null, expedited: null },
    })
    expect(await world.ports.index.newest(1)).toEqual([])
    expect(world.thawQueue.receive()).toEqual([])
  })

  test('is priced with the jobs that ask for its thaws, which one that is capped has none of', async () => {
    const { world } = await coldWorld()
    const byJobs = requestRehydration({
      ...world.ports,
      config: { ...world.ports.config, batchThawsAbove: 0 },
    })
    const dollarsOf = async (request: typeof world.run.request, parts: Parameters<typeof wish>[0]) => {
      const requested = await request(wish(parts), who)
      if (!('rehydration' in requested)) throw new Error(`refused: ${requested.kind}`)
      return Number(requested.rehydration.terms.price?.dollars)
    }
    const inTime = { readyBy: NOON + 12 * HOUR }
    const added = (await dollarsOf(byJobs, inTime)) - (await dollarsOf(world.run.request, inTime))
    expect(added).toBeCloseTo(0.25 + 1e-6, 9)
    const capped = { ...inTime, maxCostUsd: 1 }
    expect(await dollarsOf(byJobs, capped)).toBe(await dollarsOf(world.run.request, capped))
  })

  test('has Expedited only where it may', async () => {
    const { world } = await coldWorld()
    const soon = wish({ readyBy: NOON + 5 * MINUTE })
    expect(await world.run.request(soon, who)).toMatchObject({
      kind: 'cannot-be-met',
      choices: { expedited: { tiers: { GLACIER: 'Expedited' } } },
    })
    const rehydration = await accepted(world, soon, { ...who, mayExpedite: true })
    expect(rehydration.request.tiers.GLACIER).toBe('Expedited')
  })

  test('knows how long thaws take from those that were seen', async () => {
    const { world } = await coldWorld()
    // some take the place of others
    for (let index = 0; index < 2 * ENOUGH_SAMPLES; index += 1)
      await world.ports.thawHistory.note({
        storageClass: 'GLACIER',
        tier: 'Bulk',
        size: 'small',
        took: 2 * HOUR,
        at: NOON,
        segmentId: `segment ${index}`,
        requestedAt: NOON - 2 * HOUR,
      })
    const { request, terms } = await accepted(world, wish({ readyBy: NOON + 3 * HOUR }), who)
    expect(request.tiers.GLACIER).toBe('Bulk')
    expect(terms.promised).toMatchObject({ p50: NOON + 2 * HOUR, p95: NOON + 2 * HOUR })
  })

  test('pays nothing for a thaw under way that is in time', async () => {
    const { world } = await coldWorld()
    await world.ask({ tier: 'Standard' })
    await world.drain()
    world.advance(HOUR)
    const { terms } = await accepted(world, wish({ readyBy: NOON + 5 * HOUR }), who)
    expect(terms.promised).toMatchObject({ p95: NOON + 5 * HOUR, raising: 0 })
    expect(terms.price?.dollars).toBeLessThan(0.00005)
  })

  test('is the same one when it is asked for again, though nothing is in time any more', async () => {
    const { world } = await coldWorld()
    const key = { ...who, idempotencyKey: 'once' }
    const first = await accepted(world, wish({ readyBy: NOON + 5 * HOUR }), key)
    world.advance(HOUR)
    expect(await world.run.request(wish({ readyBy: NOON + 5 * HOUR }), key)).toEqual({
      kind: 'repeated',
      rehydration: first,
    })
    expect(await world.run.request(wish({ readyBy: NOON + 6 * HOUR }), key)).toEqual({ kind: 'key-reused' })
  })

  test('is too broad where a tier would be', async () => {
    const world = aWorld()
    const run = world.on({
      ...world.ports,
      registry: {
        ...world.ports.registry,
        list: async function* () {
          for (let day = 0; day <= MAX_PARTITIONS; day += 1)
            yield { dataset: 'orders', partition: partitionOf(day * DAY, 'day'), dueAt: 0 }
        },
      },
    })
    const broad = { ...wish({ readyBy: NOON + HOUR }), selection: aRange(0, NOON) }
    expect(await run.request(broad, who)).toMatchObject({ kind: 'too-broad' })
  })
})

describe('a request that says what it may cost', () => {
  test('has the earliest tiers that cost no more', async () => {
    const { world } = await coldWorld()
    const tiersFor = async (maxCostUsd: number) =>
      (await accepted(world, wish({ maxCostUsd }), { ...who, mayExpedite: true })).request.tiers.GLACIER
    // S3 takes $0.00005 for a request with Standard and $0.01 with Expedited; all else is about $0.00004
    expect(await tiersFor(0.00006)).toBe('Bulk')
    expect(await tiersFor(0.0002)).toBe('Standard')
    expect(await tiersFor(0.02)).toBe('Expedited')
    expect(await world.run.request(wish({ maxCostUsd: 0 }), who)).toMatchObject({ kind: 'cannot-be-met' })
  })

  test('is weighed by what the tiers cost that were settled', async () => {
    const guards = {
      ...NO_GUARDS,
      perRehydration: { ...NO_CAPS, maxCostUsd: 0.001 },
      perDay: { ...NO_CAPS, maxCostUsd: 1 },
    }
    const { world } = await coldWorld({ guards })
    const expedited = { ...who, mayExpedite: true }
    expect(await world.run.request(wish({ maxCostUsd: 0.02 }), expedited)).toMatchObject({ kind: 'over-cap' })
    const { terms } = await accepted(world, wish({ maxCostUsd: 0.0002 }), expedited)
    expect(terms.price?.dollars).toBeGreaterThan(0.00005)
    expect(terms.promised?.p95).toBe(NOON + 5 * HOUR)
    const [budget] = world.ports.allBudgets()
    expect(budget?.budget.open[0]?.microDollars).toBe(Math.ceil((terms.price?.dollars ?? 0) * 1e6))
  })
})
