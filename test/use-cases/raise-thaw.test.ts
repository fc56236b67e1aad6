import { describe, expect, test } from 'vitest'
import { DAY, HOUR, MINUTE } from '../../shared/domain/duration.ts'
import { type Guards, NO_CAPS, NO_GUARDS } from '../../shared/domain/guards.ts'
import { LONGEST_ASK } from '../../shared/domain/plan-thaw.ts'
import type { RehydrationRequest } from '../../shared/domain/rehydration.ts'
import type { Segment } from '../../shared/domain/segment.ts'
import { extendRehydration } from '../../shared/use-cases/extend-rehydration.ts'
import { quote } from '../../shared/use-cases/quote.ts'
import { raiseSegment } from '../../shared/use-cases/raise-segment.ts'
import { aRecord, NOON } from '../support/builders.ts'
import { coldWorld, holdingOf, REF, STANDARD_RESTORES } from '../support/cold-world.ts'
import { aRequest, type aWorld, type World } from '../support/rehydration-world.ts'
import { AS_USUAL, aRange } from '../support/selections.ts'

const EXPEDITED_RESTORES = 's3.restore-request.GLACIER.Expedited'
const BULK_RESTORES = 's3.restore-request.GLACIER.Bulk'

const who = { caller: 'tester', idempotencyKey: null, mayExpedite: true }

const askBy = async (world: World, readyBy: number, parts: Partial<RehydrationRequest> = {}) => {
  const requested = await world.run.request(aRequest({ tier: null, readyBy, ...parts }), who)
  if (!('rehydration' in requested)) throw new Error(`refused: ${requested.kind}`)
  return requested.rehydration.id
}

/** One thaw under way with Bulk, asked for by somebody who is in no hurry. */
const slowThaw = async (options: Parameters<typeof aWorld>[0] = {}) => {
  const { world, segment } = await coldWorld(options)
  const patient = await world.ask({ tier: 'Bulk' })
  await world.drain()
  return { world, segment, patient }
}

/** What the sweep does when some minutes have passed, and all that follows. */
const check = async (world: World, after = 10 * MINUTE) => {
  world.advance(after)
  const checked = await world.run.check()
  const outcomes = await world.drain()
  return { ...checked, outcomes }
}

const termsOf = async (world: World, id: string) => (await world.ports.rehydrations.find(id))?.terms
const taskOf = (world: World, id: string) => world.ports.tasks.find(id, REF.partition)

describe('a thaw under way that is too late for somebody', () => {
  test('[F12] is made faster by the check, with the slowest tier that is in time', async () => {
    const { world, segment } = await slowThaw()
    const id = await askBy(world, NOON + 6 * HOUR)
    await world.drain()
    expect(world.metered(STANDARD_RESTORES)).toBe(0)
    expect(await check(world)).toMatchObject({ sent: 1 })
    expect(world.metered(STANDARD_RESTORES)).toBe(1)
    expect(await holdingOf(world, segment)).toMatchObject({
      thaw: {
        tier: 'Bulk',
        raise: { to: 'Standard', at: NOON + 10 * MINUTE, by: id, state: 'raised' },
      },
    })
    await world.pass(4 * HOUR)
    expect(await world.stateOf(id)).toMatchObject({
      name: 'completed',
      readableAt: NOON + 10 * MINUTE + 4 * HOUR,
    })
  })

  test('[F12] is made faster once, however often it is looked at', async () => {
    const { world } = await slowThaw()
    const id = await askBy(world, NOON + 6 * HOUR)
    await world.drain()
    await check(world)
    for (let again = 0; again < 3; again += 1) await check(world, 20 * MINUTE)
    expect(world.metered(STANDARD_RESTORES)).toBe(1)
    expect(world.metered(EXPEDITED_RESTORES)).toBe(0)
    expect((await taskOf(world, id))?.raises).toHaveLength(1)
  })

  test('[F12] is made faster once for all that need it', async () => {
    const { world, segment } = await slowThaw()
    await askBy(world, NOON + 6 * HOUR)
    await askBy(world, NOON + 6 * HOUR)
    await world.drain()
    await check(world)
    expect(world.metered(STANDARD_RESTORES)).toBe(1)
    expect(await holdingOf(world, segment)).toMatchObject({ thaw: { raise: { state: 'raised' } } })
  })

  test('is made faster alone: what else is in its partition is readable, or is not wanted', async () => {
    const { world, segment } = await slowThaw()
    const { segment: warm } = await world.land([aRecord({ id: 'warm' })])
    const other = await world.land([aRecord({ id: 'other', time: NOON + 8 * HOUR })], {
      storageClass: 'GLACIER',
    })
    await world.ask({ tier: 'Bulk', selection: aRange(NOON + 7 * HOUR, NOON + 9 * HOUR) })
    await world.drain()
    const id = await askBy(world, NOON + 6 * HOUR, { selection: aRange(NOON, NOON + 1) })
    await world.drain()
    await check(world)
    expect((await taskOf(world, id))?.raises).toMatchObject([{ segmentId: segment.id, to: 'Standard' }])
    expect(world.metered(STANDARD_RESTORES)).toBe(1)
    expect(world.metered(BULK_RESTORES)).toBe(2)
    expect((await holdingOf(world, other.segment))?.thaw).toMatchObject({ tier: 'Bulk' })
    expect((await holdingOf(world, other.segment))?.thaw?.raise).toBeUndefined()
    expect(await holdingOf(world, warm)).toBeUndefined()
    await world.pass(4 * HOUR)
    expect(await world.stateOf(id)).toMatchObject({ name: 'completed', summary: { records: { count: 2 } } })
  })

  test('serves those who are in no hurry as well, for as long as they want', async () => {
    const { world, segment } = await coldWorld()
    const patient = await world.ask({ tier: 'Bulk', keepDays: 9 })
    await world.drain()
    await askBy(world, NOON + 6 * HOUR)
    await world.drain()
    await check(world)
    await world.pass(4 * HOUR)
    expect(await world.stateOf(patient)).toMatchObject({ name: 'completed' })
    expect((await world.ports.reader.head(segment.key))?.restore?.readableUntil).toBe(
      Date.parse('2024-03-20T00:00:00Z'),
    )
  })

  test('is left alone where it is in time', async () => {
    const { world } = await slowThaw()
    await askBy(world, NOON + 12 * HOUR)
    await world.drain()
    expect(await check(world)).toMatchObject({ sent: 0, outcomes: [] })
    expect(world.metered(STANDARD_RESTORES)).toBe(0)
  })

  test('is left alone by those who gave no time', async () => {
    const { world } = await slowThaw()
    await world.ask({ tier: 'Standard' })
    await world.drain()
    await check(world, 2 * HOUR)
    expect(world.metered(STANDARD_RESTORES)).toBe(0)
  })

  test('is left alone once the time is over', async () => {
    const { world } = await slowThaw()
    await askBy(world, NOON + 6 * HOUR)
    await world.drain()
    expect(await check(world, 6 * HOUR)).toMatchObject({ sent: 2 })
    expect(world.metered(STANDARD_RESTORES)).toBe(0)
  })

  test('is made faster where it was asked for as Expedited and S3 had no capacity', async () => {
    let capacity = false
    const { world } = await coldWorld({ knobs: { expeditedAvailable: () => capacity } })
    const id = await askBy(world, NOON + HOUR)
    await world.drain()
    expect(world.metered(STANDARD_RESTORES)).toBe(1)
    capacity = true
    await check(world)
    expect(world.metered(EXPEDITED_RESTORES)).toBe(1)
    await world.pass(5 * MINUTE)
    expect(await world.stateOf(id)).toMatchObject({ name: 'completed' })
  })

  test('is tried again where S3 has no capacity to make it faster', async () => {
    let capacity = false
    const { world, segment } = await coldWorld({ knobs: { expeditedAvailable: () => capacity } })
    await askBy(world, NOON + 2 * HOUR)
    await world.drain()
    await check(world)
    expect((await holdingOf(world, segment))?.thaw?.raise).toBeUndefined()
    capacity = true
    await check(world, HOUR)
    expect(world.metered(EXPEDITED_RESTORES)).toBe(1)
  })

  test('is looked at again when it is overdue, and made faster if it still helps', async () => {
    const { world } = await coldWorld({ knobs: { restoreDraw: () => 1.9 } })
    const id = await askBy(world, NOON + 6 * HOUR)
    await world.drain()
    expect(world.metered(STANDARD_RESTORES)).toBe(1)
    await check(world)
    expect(await check(world, 4 * HOUR)).toMatchObject({ sent: 0 })
    expect(await check(world, HOUR)).toMatchObject({ sent: 1 })
    expect(world.metered(EXPEDITED_RESTORES)).toBe(1)
    await world.pass(10 * MINUTE)
    expect(await world.stateOf(id)).toMatchObject({ name: 'completed' })
  })
})

describe('what it costs to make thaws faster', () => {
  const raised = async (guards: Guards, parts: Partial<RehydrationRequest> = {}) => {
    // with Standard, for which S3 had no capacity as Expedited: nothing of the price is for raises
    let capacity = false
    const { world } = await coldWorld({ guards, knobs: { expeditedAvailable: () => capacity } })
    const id = await askBy(world, NOON + HOUR, parts)
    await world.drain()
    capacity = true
    await check(world)
    return { world, id, terms: await termsOf(world, id), times: world.metered(EXPEDITED_RESTORES) }
  }

  test('is allowed in the terms', async () => {
    const { terms, times } = await raised(NO_GUARDS)
    expect(times).toBe(1)
    expect(terms?.promised?.raising).toBe(0)
    expect(terms?.raising).toMatchObject({ at: NOON + 10 * MINUTE, reservedOn: null })
    expect(terms?.raising?.dollars).toBeCloseTo(0.01, 4)
  })

  test('is in the price where the thaw was under way before', async () => {
    const { world } = await slowThaw()
    const id = await askBy(world, NOON + 6 * HOUR)
    const { price, promised } = (await termsOf(world, id)) ?? {}
    expect(promised?.raising).toBeCloseTo(0.00005, 6)
    await world.drain()
    await check(world)
    expect(await termsOf(world, id)).toMatchObject({
      price,
      promised,
      raising: { dollars: promised?.raising },
    })
  })

  test('is no more than a request may cost', async () => {
    const { terms, times } = await raised(NO_GUARDS, { maxCostUsd: 0.015 })
    expect(terms?.raising).toBeUndefined()
    expect(times).toBe(0)
    expect((await raised(NO_GUARDS, { maxCostUsd: 0.03 })).times).toBe(1)
  })

  test.each([
    ['a cap for each', { perRehydration: { ...NO_CAPS, maxCostUsd: 0.015 } }],
    ['a cap for each day', { perDay: { ...NO_CAPS, maxCostUsd: 0.015 } }],
    ['what needs an approval', { approvalAboveUsd: 0.015 }],
  ])('is no more than %s', async (_, guards) => {
    const { terms, times } = await raised({ ...NO_GUARDS, ...guards })
    expect(terms?.raising).toBeUndefined()
    expect(times).toBe(0)
  })

  test('is nothing where a quote was accepted, which has nothing for it', async () => {
    const { world } = await slowThaw()
    const { selection } = aRequest()
    const quoted = await quote(world.ports)({ dataset: 'orders', selection, ...AS_USUAL })
    if (quoted.kind !== 'quoted') throw new Error(quoted.kind)
    const id = await askBy(world, NOON + 6 * HOUR, { quoteId: quoted.id })
    const { cap, price, promised } = (await termsOf(world, id)) ?? {}
    expect(price?.dollars).toBe(cap)
    expect(promised?.raising).toBe(0)
    await world.drain()
    await check(world)
    expect((await termsOf(world, id))?.raising).toBeUndefined()
    expect(world.metered(STANDARD_RESTORES)).toBe(0)
  })

  test('is reserved in the budget of the day, and spent in the end', async () => {
    const guards = { ...NO_GUARDS, perDay: { ...NO_CAPS, maxCostUsd: 1 } }
    const { world, id, terms, times } = await raised(guards)
    expect(times).toBe(1)
    expect(terms?.raising?.reservedOn).toBe('2024-03-10')
    const open = () => world.ports.allBudgets()[0]?.budget.open.map(({ name }) => name)
    expect(open()).toEqual([id, `${id}/raises`])
    await world.pass(5 * MINUTE)
    expect(await world.stateOf(id)).toMatchObject({ name: 'completed' })
    await check(world, DAY)
    expect(open()).toEqual([])
    const spent = (terms?.price?.dollars ?? 0) + (terms?.raising?.dollars ?? 0)
    expect(world.ports.allBudgets()[0]?.budget.spent.microDollars).toBeGreaterThanOrEqual(
      Math.floor(spent * 1e6),
    )
  })

  test('is allowed once more where more thaws are late, and once for those that were named before', async () => {
    let capacity = false
    const { world } = await coldWorld({
      guards: { ...NO_GUARDS, perDay: { ...NO_CAPS, maxCostUsd: 1 } },
      knobs: { expeditedAvailable: () => capacity },
    })
    await world.land([aRecord({ id: 'b', time: NOON - DAY })], { storageClass: 'GLACIER' })
    const id = await askBy(world, NOON + 2 * HOUR)
    const plans = world.thawQueue.receive()
    for (const plan of plans) await world.run.thaw(plan)
    const [first, second] = world.thawQueue.receive()
    if (first === undefined || second === undefined) throw new Error('expected two tasks')
    await world.run.thaw(first)
    capacity = true
    world.advance(10 * MINUTE)
    await world.run.check()
    const { raising } = (await termsOf(world, id)) ?? {}
    expect(raising?.dollars).toBeCloseTo(0.01, 4)
    world.thawQueue.receive()
    capacity = false
    await world.run.thaw(second)
    capacity = true
    world.advance(HOUR)
    await world.run.check()
    expect((await termsOf(world, id))?.raising?.dollars).toBeCloseTo(0.02, 4)
    await world.drain()
    expect(world.metered(EXPEDITED_RESTORES)).toBe(2)
    await check(world, HOUR)
    expect((await termsOf(world, id))?.raising?.dollars).toBeCloseTo(0.02, 4)
  })

  test('is allowed before any thaw is named, and not again after a crash between the two', async () => {
    const { world } = await slowThaw()
    const id = await askBy(world, NOON + 6 * HOUR)
    await world.drain()
    world.advance(10 * MINUTE)
    const dying = world.on({
      ...world.ports,
      tasks: { ...world.ports.tasks, put: () => Promise.reject(new Error('it is dead')) },
    })
    await expect(dying.check()).rejects.toThrow('it is dead')
    const { raising } = (await termsOf(world, id)) ?? {}
    expect(raising).toBeDefined()
    expect((await taskOf(world, id))?.raises).toBeUndefined()
    await check(world, 15 * MINUTE)
    expect((await termsOf(world, id))?.raising).toEqual({ ...raising, at: NOON + 25 * MINUTE })
    expect(world.metered(STANDARD_RESTORES)).toBe(1)
  })

  test('is allowed by one of two who look at once', async () => {
    const { world } = await slowThaw()
    const id = await askBy(world, NOON + 6 * HOUR)
    await world.drain()
    world.advance(10 * MINUTE)
    let interrupted = false
    const slow = world.on({
      ...world.ports,
      rehydrations: {
        ...world.ports.rehydrations,
        put: async (...given) => {
          if (!interrupted) {
            interrupted = true
            await world.run.check()
            world.advance(1)
          }
          return world.ports.rehydrations.put(...given)
        },
      },
    })
    await slow.check()
    expect(interrupted).toBe(true)
    await world.drain()
    expect((await taskOf(world, id))?.raises).toHaveLength(1)
    expect(world.metered(STANDARD_RESTORES)).toBe(1)
  })

  test.each([
    ['is allowed', 'has room for both', 1, 1],
    ['is nothing', 'has no room for both', 0.00002, 0],
  ])('%s where the rehydration was extended meanwhile and its cap %s', async (_, __, room, times) => {
    const { terms } = await raised(NO_GUARDS)
    const [own, raise] = [terms?.price?.dollars, terms?.raising?.dollars]
    if (own === undefined || raise === undefined) throw new Error('no price')
    const maxCostUsd = own + raise + room
    const guards = { ...NO_GUARDS, perRehydration: { ...NO_CAPS, maxCostUsd } }
    let capacity = false
    const { world } = await coldWorld({ guards, knobs: { expeditedAvailable: () => capacity } })
    const id = await askBy(world, NOON + HOUR)
    await world.drain()
    capacity = true
    world.advance(10 * MINUTE)
    const { rehydrations } = world.ports
    let extended: unknown
    const slow = world.on({
      ...world.ports,
      rehydrations: {
        ...rehydrations,
        put: async (next, expected) => {
          extended ??= await extendRehydration(world.ports)(id, 30)
          return rehydrations.put(next, expected)
        },
      },
    })
    await slow.check()
    expect(extended).toMatchObject({ kind: 'extended' })
    expect((await taskOf(world, id))?.raises ?? []).toHaveLength(times)
    expect((await termsOf(world, id))?.extension).toMatchObject({ keepDays: 30 })
  })

  test('is nothing where it was cancelled meanwhile', async () => {
    const { world } = await slowThaw()
    const id = await askBy(world, NOON + 6 * HOUR)
    await world.drain()
    world.advance(10 * MINUTE)
    const { rehydrations } = world.ports
    const slow = world.on({
      ...world.ports,
      rehydrations: {
        ...rehydrations,
        put: async (next, expected) => {
          const cancelled = { ...expected, state: { name: 'cancelled', cancelledAt: world.now() } } as const
          await rehydrations.put(cancelled, expected)
          return rehydrations.put(next, expected)
        },
      },
    })
    await slow.check()
    expect((await taskOf(world, id))?.raises).toBeUndefined()
    expect((await termsOf(world, id))?.raising).toBeUndefined()
  })
})

describe('who asks S3 to make a thaw faster', () => {
  const raise = (world: World, ports: Partial<World['ports']> = {}) =>
    raiseSegment({ ...world.ports, ...ports })
  const wish = { to: 'Standard', by: 'r' } as const
  const stored = async (world: World, segment: Segment) => {
    const holding = await holdingOf(world, segment)
    if (holding === undefined) throw new Error('expected a holding')
    return holding
  }

  test('claims it first, and lets others ask afterwards', async () => {
    const { world, segment } = await slowThaw()
    const outcome = await raise(world, {
      thawer: {
        thaw: async (...given) => {
          expect(await stored(world, segment)).toMatchObject({
            asking: { since: NOON },
            thaw: { raise: { state: 'asking' } },
          })
          return world.ports.thawer.thaw(...given)
        },
      },
    })(segment, await stored(world, segment), wish)
    expect(outcome).toBe('raised')
    expect((await stored(world, segment)).asking).toBeUndefined()
    expect(world.metered(STANDARD_RESTORES)).toBe(1)
  })

  test('waits while somebody else asks S3, and goes on once that one must be dead', async () => {
    const { world, segment } = await slowThaw()
    const holding = await stored(world, segment)
    const other = { ...holding, asking: { attempt: 'another', since: NOON } }
    await world.ports.holdings.put(REF, other, holding)
    expect(await raise(world)(segment, other, wish)).toBe('later')
    world.advance(LONGEST_ASK)
    expect(await raise(world)(segment, other, wish)).toBe('raised')
  })

  test.each([
    ['its answer is lost', true, 'unsure', 1],
    ['it is not asked', false, 'raised', 1],
  ] as const)('asks again when it fails and %s', async (_, reaches, outcome, times) => {
    const { world, segment } = await slowThaw()
    const failing = raise(world, {
      thawer: {
        thaw: async (...given) => {
          if (reaches) await world.ports.thawer.thaw(...given)
          throw new Error('no answer')
        },
      },
    })
    await expect(failing(segment, await stored(world, segment), wish)).rejects.toThrow('no answer')
    const left = await stored(world, segment)
    expect(left).toMatchObject({ thaw: { raise: { state: 'asking' } } })
    expect(left.asking).toBeUndefined()
    expect(await raise(world)(segment, left, wish)).toBe(outcome)
    expect(world.metered(STANDARD_RESTORES)).toBe(times)
    expect(await raise(world)(segment, await stored(world, segment), wish)).toBe('not-needed')
  })

  test('is sure of nothing where S3 is at it for other days', async () => {
    const { world, segment } = await slowThaw()
    const holding = await stored(world, segment)
    const wrong = { ...holding, thaw: holding.thaw && { ...holding.thaw, days: 9 } }
    await world.ports.holdings.put(REF, wrong, holding)
    expect(await raise(world)(segment, wrong, wish)).toBe('unsure')
    expect(world.metered(STANDARD_RESTORES)).toBe(0)
    // it is not made faster, and so it is there when it would have been
    expect(await stored(world, segment)).toMatchObject({ thaw: { tier: 'Bulk', raise: { state: 'unsure' } } })
  })

  test('says where S3 has no capacity', async () => {
    const { world, segment } = await slowThaw({ knobs: { expeditedAvailable: () => false } })
    const holding = await stored(world, segment)
    expect(await raise(world)(segment, holding, { ...wish, to: 'Expedited' })).toBe('unavailable')
    expect(await stored(world, segment)).toEqual(holding)
  })

  test('does nothing where there is nothing to make faster', async () => {
    const { world, segment } = await coldWorld()
    expect(await raise(world)(segment, undefined, wish)).toBe('not-needed')
    world.removeObject(segment.key)
    expect(await raise(world)(segment, undefined, wish)).toBe('not-needed')
    expect(world.metered(STANDARD_RESTORES)).toBe(0)
  })

  test('does nothing where it was readable between the look and the request', async () => {
    const { world, segment } = await slowThaw()
    const until = async () => (await world.ports.reader.head(segment.key))?.restore?.readableUntil
    let before: number | null | undefined
    const outcome = await raise(world, {
      thawer: {
        thaw: async (...given) => {
          world.advance(12 * HOUR)
          before = await until()
          return world.ports.thawer.thaw(...given)
        },
      },
    })(segment, await stored(world, segment), wish)
    expect(outcome).toBe('not-needed')
    expect((await stored(world, segment)).thaw?.raise).toBeUndefined()
    expect(await until()).toBeGreaterThanOrEqual(before ?? Number.POSITIVE_INFINITY)
    expect(world.metered(BULK_RESTORES)).toBe(1)
  })

  test('keeps what others write down while it asks', async () => {
    const { world, segment } = await slowThaw()
    const { ports } = world
    await raise(world, {
      thawer: {
        thaw: async (...given) => {
          const outcome = await ports.thawer.thaw(...given)
          const claimed = await stored(world, segment)
          await ports.holdings.put(REF, { ...claimed, target: 'DEEP_ARCHIVE', taggedAt: NOON }, claimed)
          return outcome
        },
      },
    })(segment, await stored(world, segment), wish)
    const kept = await stored(world, segment)
    expect(kept).toMatchObject({ target: 'DEEP_ARCHIVE', thaw: { raise: { state: 'raised' } } })
    expect(kept.asking).toBeUndefined()
  })

  test('leaves alone who asks now, though it asked before', async () => {
    const { world, segment } = await slowThaw()
    const { ports } = world
    const other = { attempt: 'another', since: NOON }
    await raise(world, {
      thawer: {
        thaw: async (...given) => {
          const outcome = await ports.thawer.thaw(...given)
          const claimed = await stored(world, segment)
          await ports.holdings.put(REF, { ...claimed, asking: other }, claimed)
          return outcome
        },
      },
    })(segment, await stored(world, segment), wish)
    expect(await stored(world, segment)).toMatchObject({ asking: other })
  })

  test('looks again when somebody else was faster, and gives up where that never ends', async () => {
    const { world, segment } = await slowThaw()
    const before = await stored(world, segment)
    await world.ports.holdings.put(REF, { ...before, target: 'DEEP_ARCHIVE', taggedAt: NOON }, before)
    expect(await raise(world)(segment, before, wish)).toBe('raised')
    const { world: other, segment: another } = await slowThaw()
    const losing = raise(other, { holdings: { put: async () => 'stale' } })
    await expect(losing(another, await stored(other, another), wish)).rejects.toThrow('changed 6 times')
  })
})
