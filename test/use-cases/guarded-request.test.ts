import { describe, expect, test } from 'vitest'
import { type Budget, usedOf } from '../../shared/domain/budget.ts'
import { DAY, HOUR } from '../../shared/domain/duration.ts'
import { type Guards, NO_CAPS, NO_GUARDS } from '../../shared/domain/guards.ts'
import { withTier } from '../../shared/domain/rehydration.ts'
import { NO_TERMS } from '../../shared/domain/rehydration-terms.ts'
import { cancelRehydration } from '../../shared/use-cases/cancel-rehydration.ts'
import { priceRequest } from '../../shared/use-cases/price-request.ts'
import { spentOf } from '../../shared/use-cases/settle-reservations.ts'
import { reserveBudget, settleBudget } from '../../shared/use-cases/spend-budget.ts'
import { aRecord, NOON } from '../support/builders.ts'
import { coldWorld, STANDARD_RESTORES } from '../support/cold-world.ts'
import { aRequest, aWorld, type World } from '../support/rehydration-world.ts'
import { aRange } from '../support/selections.ts'

const TODAY = { dataset: 'orders', day: '2024-03-10' }
const perDay = (maxCostUsd: number): Guards => ({
  ...NO_GUARDS,
  perDay: { maxCostUsd, maxBytes: null },
})

const budgetOf = (world: World): Promise<Budget> => world.ports.budgets.read(TODAY)
const priceOf = async (world: World, parts = {}) => {
  const priced = await priceRequest(world.ports)(aRequest(parts))
  if (priced.kind !== 'priced') throw new Error(priced.kind)
  return priced.price
}
const ask = (world: World, idempotencyKey: string | null = null, parts = {}) =>
  world.run.request(aRequest(parts), { caller: 'tester', idempotencyKey })

/** An unguarded world tells what its one cold record costs. */
const PRICE = await priceOf((await coldWorld()).world)

describe('the price of a request', () => {
  test('is that of each class with its own tier', async () => {
    const world = aWorld()
    const glacier = await world.land([aRecord()], { storageClass: 'GLACIER' })
    const deep = await world.land([aRecord({ id: 'b' })], { storageClass: 'DEEP_ARCHIVE' })
    const bytes = glacier.segment.bytes + deep.segment.bytes
    const { dollars, ...rest } = await priceOf(world, withTier('Expedited'))
    expect(rest).toMatchObject({ bytes })
    // a request of each, and little for so few bytes
    expect(dollars).toBeGreaterThan(0.0101)
    expect(dollars).toBeLessThan(0.0102)
    expect((await priceOf(world, withTier('Bulk'))).dollars).toBeLessThan(0.0001)
  })

  test('is not told of a selection that is too broad', async () => {
    const world = aWorld({ guards: perDay(1) })
    const registry = {
      ...world.ports.registry,
      async *list() {
        for (let at = 0; at < 10_001; at += 1) yield { ...TODAY, partition: '2024-03-10', dueAt: 0 }
      },
    }
    const { request } = world.on({ ...world.ports, registry })
    expect(await request(aRequest(), { caller: 'tester', idempotencyKey: null })).toMatchObject({
      kind: 'too-broad',
    })
  })
})

describe('a request of a guarded dataset', () => {
  test('that costs or reads too much by itself is refused, and leaves nothing behind', async () => {
    for (const [caps, cap] of [
      [{ maxCostUsd: PRICE.dollars / 2, maxBytes: null }, 'guards.perRehydration.maxCostUsd'],
      [{ maxCostUsd: null, maxBytes: PRICE.bytes - 1 }, 'guards.perRehydration.maxBytes'],
    ] as const) {
      const { world } = await coldWorld({ guards: { ...NO_GUARDS, perRehydration: caps } })
      expect(await ask(world)).toMatchObject({ kind: 'over-cap', over: { cap } })
      expect(await world.ports.index.newest(9)).toEqual([])
      expect(world.ports.allBudgets()).toEqual([])
      expect(world.thawQueue.receive()).toEqual([])
    }
  })

  test('that fits is priced, and reserves where there is a budget', async () => {
    const unbudgeted = await coldWorld({
      guards: { ...NO_GUARDS, perRehydration: { ...NO_CAPS, maxCostUsd: 1 } },
    })
    expect(await ask(unbudgeted.world)).toMatchObject({
      kind: 'accepted',
      rehydration: { terms: { ...NO_TERMS, price: PRICE } },
    })
    const { world } = await coldWorld({ guards: perDay(1) })
    expect(await ask(world)).toMatchObject({
      rehydration: { terms: { price: PRICE, reservedOn: TODAY.day } },
    })
    expect(usedOf(await budgetOf(world))).toEqual({
      microDollars: Math.ceil(PRICE.dollars * 1e6),
      bytes: PRICE.bytes,
    })
  })

  test('is refused once the day is used up, and not the day after', async () => {
    const { world } = await coldWorld({ guards: perDay(PRICE.dollars * 1.5) })
    expect((await ask(world)).kind).toBe('accepted')
    expect(await ask(world)).toMatchObject({ kind: 'over-cap', over: { cap: 'guards.perDay.maxCostUsd' } })
    world.advance(DAY)
    expect((await ask(world)).kind).toBe('accepted')
  })

  test('under a key that was used is not weighed again', async () => {
    const { world } = await coldWorld({ guards: perDay(PRICE.dollars * 1.5) })
    const first = await ask(world, 'key')
    expect(first.kind).toBe('accepted')
    expect(await ask(world, 'key')).toEqual({ ...first, kind: 'repeated' })
    expect((await budgetOf(world)).revision).toBe(1)
  })

  test('that comes twice at once under one key reserves once, whichever of the two is created', async () => {
    const { world } = await coldWorld({ guards: perDay(PRICE.dollars * 1.5) })
    const { ports } = world
    const overtaken = (when: 'before it reserves' | 'before it creates') => {
      let isFirst = true
      const overtake = async () => {
        if (isFirst) await ask(world, 'key')
        isFirst = false
      }
      return world.on({
        ...ports,
        budgets: {
          ...ports.budgets,
          read: async (of) => {
            if (when === 'before it reserves') await overtake()
            return ports.budgets.read(of)
          },
        },
        rehydrations: {
          ...ports.rehydrations,
          create: async (...given) => {
            await overtake()
            return ports.rehydrations.create(...given)
          },
        },
      })
    }
    const who = { caller: 'tester', idempotencyKey: 'key' }
    for (const when of ['before it reserves', 'before it creates'] as const) {
      expect((await overtaken(when).request(aRequest(), who)).kind).toBe('repeated')
      expect((await budgetOf(world)).open).toHaveLength(1)
    }
  })

  test('that reserves anew for what came and went meanwhile takes it back', async () => {
    const { world } = await coldWorld({ guards: perDay(PRICE.dollars * 1.5) })
    const { ports } = world
    const slow = world.on({
      ...ports,
      rehydrations: {
        ...ports.rehydrations,
        find: async (id) =>
          (await budgetOf(world)).revision === 0 ? undefined : ports.rehydrations.find(id),
        create: async () => 'exists',
      },
    })
    await expect(slow.request(aRequest(), { caller: 'tester', idempotencyKey: 'key' })).rejects.toThrow(
      'exists and cannot be found',
    )
    expect(await budgetOf(world)).toMatchObject({ open: [], spent: { microDollars: 0 } })
  })
})

describe('what a request has reserved', () => {
  const guards = perDay(PRICE.dollars * 1.5)

  test('is free again when it is cancelled before anything began', async () => {
    const { world } = await coldWorld({ guards })
    const id = await world.ask()
    await cancelRehydration(world.ports)(id)
    await world.drain()
    expect(await budgetOf(world)).toMatchObject({ open: [], spent: { microDollars: 0, bytes: 0 } })
    expect((await ask(world)).kind).toBe('accepted')
  })

  test('is spent once S3 was asked, whether it is cancelled or comes to its end', async () => {
    for (const end of ['cancelled', 'completed']) {
      const { world } = await coldWorld({ guards })
      const id = await world.ask()
      await world.drain()
      if (end === 'cancelled') await cancelRehydration(world.ports)(id)
      await world.pass(5 * HOUR)
      await world.run.reconcile()
      expect(await world.stateOf(id)).toMatchObject({ name: end })
      expect(await budgetOf(world)).toMatchObject({
        open: [],
        spent: { microDollars: Math.ceil(PRICE.dollars * 1e6), bytes: PRICE.bytes },
      })
      expect(world.metered(STANDARD_RESTORES)).toBe(1)
    }
  })

  test('waits while a task may be about to begin, and is free once none can be', async () => {
    const { world } = await coldWorld({ guards })
    const id = await world.ask()
    await world.run.thaw({ rehydrationId: id, partition: null })
    await cancelRehydration(world.ports)(id)
    await world.drain()
    expect(await world.run.reconcile()).toEqual({ settled: 0 })
    expect((await budgetOf(world)).open).toHaveLength(1)
    world.advance(20 * 60_000)
    expect(await world.run.reconcile()).toEqual({ settled: 1 })
    expect(await budgetOf(world)).toMatchObject({ open: [], spent: { microDollars: 0 } })
  })

  test('is not judged while it is not over', async () => {
    const { world } = await coldWorld({ guards })
    const id = await world.ask()
    const state = { name: 'accepted' } as const
    await world.run.thaw({ rehydrationId: id, partition: null })
    expect(await spentOf(world.ports)({ id, state }, id, PRICE)).toBeUndefined()
  })

  test('and died before it was written down is free again after an hour', async () => {
    const { world } = await coldWorld({ guards })
    const { ports } = world
    const dying = world.on({
      ...ports,
      rehydrations: {
        ...ports.rehydrations,
        create: async () => {
          throw new Error('dead')
        },
      },
    })
    await expect(dying.request(aRequest(), { caller: 'tester', idempotencyKey: null })).rejects.toThrow(
      'dead',
    )
    expect(await world.run.reconcile()).toEqual({ settled: 0 })
    expect((await ask(world)).kind).toBe('over-cap')
    world.advance(HOUR)
    expect(await world.run.reconcile()).toEqual({ settled: 1 })
    expect((await ask(world)).kind).toBe('accepted')
  })

  test('yesterday is looked at too, and that of unguarded datasets is not', async () => {
    const { world } = await coldWorld({ guards })
    const id = await world.ask()
    world.advance(DAY)
    await cancelRehydration(world.ports)(id)
    world.thawQueue.receive()
    expect(await world.run.reconcile()).toEqual({ settled: 1 })
    expect(await aWorld().run.reconcile()).toEqual({ settled: 0 })
  })

  test('of a whole range is reserved as one', async () => {
    const { world } = await coldWorld({ guards: perDay(1) })
    await world.land([aRecord({ time: NOON - DAY })], { storageClass: 'GLACIER' })
    await ask(world, null, { selection: aRange(NOON - 2 * DAY, NOON + DAY) })
    expect((await budgetOf(world)).open).toHaveLength(1)
  })
})

describe('a budget that others change all the time', () => {
  const price = { dollars: 0.000001, bytes: 1 }

  test('is tried again, and given up only when nobody comes through', async () => {
    const world = aWorld()
    const budgets = { ...world.ports.budgets, put: async () => 'stale' as const }
    const reserve = reserveBudget({ ...world.ports, budgets })
    await expect(reserve(TODAY, 'r', price, NO_CAPS)).rejects.toThrow('changed 64 times in a row')
    await reserveBudget(world.ports)(TODAY, 'r', price, NO_CAPS)
    await expect(settleBudget(budgets)(TODAY, { name: 'r', spent: price })).rejects.toThrow(
      'changed 64 times in a row',
    )
  })

  test('holds every one of many that reserve at once', async () => {
    const world = aWorld()
    const names = Array.from({ length: 20 }, (_, at) => `r${at}`)
    await Promise.all(names.map((name) => reserveBudget(world.ports)(TODAY, name, price, NO_CAPS)))
    expect((await budgetOf(world)).open.map(({ name }) => name).toSorted()).toEqual(names.toSorted())
  })
})
