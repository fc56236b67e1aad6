import { describe, expect, test } from 'vitest'
import { DAY, HOUR } from '../../shared/domain/duration.ts'
import { type Guards, NO_CAPS, NO_GUARDS } from '../../shared/domain/guards.ts'
import type { Rehydration } from '../../shared/domain/rehydration.ts'
import { NO_TERMS } from '../../shared/domain/rehydration-terms.ts'
import type { Segment } from '../../shared/domain/segment.ts'
import { approveRehydration } from '../../shared/use-cases/approve-rehydration.ts'
import { cancelRehydration } from '../../shared/use-cases/cancel-rehydration.ts'
import { describeRehydration } from '../../shared/use-cases/describe-rehydration.ts'
import { extendRehydration } from '../../shared/use-cases/extend-rehydration.ts'
import { aRecord, NOON } from '../support/builders.ts'
import { coldWorld, holdingOf, REF, STANDARD_RESTORES } from '../support/cold-world.ts'
import { aRequest, aWorld, type World } from '../support/rehydration-world.ts'
import { aRange } from '../support/selections.ts'

const TODAY = { dataset: 'orders', day: '2024-03-10' }
const UNKNOWN = '01HRKZ0000000000000000ABCD'

const extend = (world: World, id: string, keepDays: number) => extendRehydration(world.ports)(id, keepDays)
const readableUntil = async (world: World, { key }: Segment) =>
  (await world.ports.reader.head(key))?.restore?.readableUntil ?? null
const keptUntil = async (world: World, id: string) =>
  (await describeRehydration(world.ports)(id))?.progress.keptUntil

/** One that was completed, and whose only segment is readable for some days yet. */
const completed = async (guards: Guards = NO_GUARDS) => {
  const cold = await coldWorld({ guards })
  const id = await cold.world.ask()
  await cold.world.drain()
  await cold.world.pass(5 * HOUR)
  return { ...cold, id }
}

describe('an extension of a completed rehydration', () => {
  test('keeps its restored copies for longer, and the status says until when, as S3 does', async () => {
    const { world, segment, id } = await completed()
    const before = await readableUntil(world, segment)
    expect(before).toBe(Date.parse('2024-03-14T00:00:00Z'))
    expect(await keptUntil(world, id)).toBe(before)
    expect(await extend(world, id, 10)).toMatchObject({
      kind: 'extended',
      rehydration: { terms: { extension: { keepDays: 10, until: world.now() + 10 * DAY } } },
    })
    await world.drain()
    const after = await readableUntil(world, segment)
    expect(after).toBe(Date.parse('2024-03-21T00:00:00Z'))
    expect(await keptUntil(world, id)).toBe(after)
    // a copy that is there is not restored again
    expect(world.metered('s3.restore-gb.GLACIER.Standard')).toBe(segment.bytes)
    expect((await holdingOf(world, segment))?.asking).toBeUndefined()
  })

  test('puts off the notice that the copies lapse', async () => {
    const { world, id } = await completed()
    world.advance(2 * HOUR)
    await world.run.check()
    await extend(world, id, 10)
    await world.drain()
    world.advance(5 * DAY)
    await world.run.check()
    const notices = world.ports.notices.given()
    expect(notices).toEqual([])
    world.advance(5 * DAY)
    await world.run.check()
    expect(notices).toEqual([expect.objectContaining({ keptUntil: Date.parse('2024-03-21T00:00:00Z') })])
  })

  test('never shortens: what is kept longer already stays as it is', async () => {
    const { world, segment, id } = await completed()
    await extend(world, id, 20)
    await world.drain()
    const after = await readableUntil(world, segment)
    const asked = world.metered(STANDARD_RESTORES)
    expect(await extend(world, id, 2)).toMatchObject({
      kind: 'extended',
      rehydration: { terms: { extension: { keepDays: 20 } } },
    })
    await world.drain()
    expect(await readableUntil(world, segment)).toBe(after)
    expect(world.metered(STANDARD_RESTORES)).toBe(asked)
  })

  test('does not thaw again what has lapsed, and says so', async () => {
    const { world, segment, id } = await completed()
    world.advance(5 * DAY)
    await extend(world, id, 10)
    await world.drain()
    expect(await readableUntil(world, segment)).toBeNull()
    expect((await describeRehydration(world.ports)(id))?.progress).toMatchObject({
      keptUntil: null,
      segmentsLapsed: 1,
    })
    expect(world.metered(STANDARD_RESTORES)).toBe(1)
  })

  test('asks nothing for what needs no thaw', async () => {
    const world = aWorld()
    await world.land([aRecord()])
    const id = await world.ask()
    await world.drain()
    expect(await extend(world, id, 10)).toMatchObject({
      rehydration: { terms: { extension: { dollars: 0 } } },
    })
    await world.drain()
    expect(await keptUntil(world, id)).toBeNull()
    expect(await world.ports.tasks.find(id, REF.partition)).toMatchObject({
      state: { kept: { until: null, lapsed: 0 } },
    })
  })

  test('is seen to by the sweep when its messages are lost, and is written down once it is', async () => {
    const { world, segment, id } = await completed()
    world.advance(2 * HOUR)
    await world.run.check()
    world.advance(HOUR)
    await world.run.check()
    expect(await world.ports.index.due(world.now() + DAY, 9)).toEqual([])
    await extend(world, id, 10)
    world.thawQueue.receive()
    world.advance(HOUR)
    await world.run.check()
    await world.drain()
    const until = await readableUntil(world, segment)
    expect(until).toBe(Date.parse('2024-03-21T00:00:00Z'))
    world.advance(HOUR)
    await world.run.check()
    expect((await world.ports.rehydrations.find(id))?.terms.keptUntil).toBe(until)
    expect(await world.ports.index.due(world.now() + DAY, 9)).toEqual([])
  })

  test('is not pursued once its time is over', async () => {
    const { world, id } = await completed()
    await extend(world, id, 1)
    world.thawQueue.receive()
    world.advance(2 * DAY)
    await world.run.check()
    expect(world.thawQueue.receive()).toEqual([])
    // all that is left is to tell that its copies lapse
    const dueAt = Date.parse('2024-03-13T00:00:00Z')
    expect(await world.ports.index.due(world.now() + DAY, 9)).toEqual([{ id, dueAt }])
  })

  test('waits for one who is asking S3 at this moment, whose need is served with its own', async () => {
    const { world, segment, id } = await completed()
    const before = await holdingOf(world, segment)
    if (before === undefined) throw new Error('no holding')
    await world.ports.holdings.put(REF, { ...before, asking: { attempt: 'x', since: world.now() } }, before)
    await extend(world, id, 10)
    expect(await world.drain()).toEqual(['planned', 'waiting'])
    expect(await holdingOf(world, segment)).toMatchObject({
      asking: { attempt: 'x' },
      thaw: { neededUntil: world.now() + 10 * DAY },
    })
    // who asks for longer than an hour has died
    world.advance(HOUR)
    await world.run.check()
    expect(await world.drain()).toEqual(['planned', 'readable'])
    expect(await readableUntil(world, segment)).toBe(Date.parse('2024-03-21T00:00:00Z'))
  })
})

describe('an extension of a rehydration under way', () => {
  test('is asked for with the thaw where it is not thawed yet', async () => {
    const { world, segment } = await coldWorld()
    const id = await world.ask({ keepDays: 2 })
    await world.run.thaw({ rehydrationId: id, partition: null })
    world.thawQueue.receive()
    await extend(world, id, 10)
    await world.drain()
    await world.pass(5 * HOUR)
    expect(await world.stateOf(id)).toMatchObject({ name: 'completed' })
    expect(await readableUntil(world, segment)).toBe(Date.parse('2024-03-21T00:00:00Z'))
  })

  test('lengthens what is thawing once it is there, and what is delivered at once', async () => {
    const { world, segment } = await coldWorld()
    const other = await world.land([aRecord({ time: NOON - DAY })], { storageClass: 'GLACIER' })
    const selection = aRange(NOON - 2 * DAY, NOON + DAY)
    // the day before is thawed and delivered first
    await world.ask({ selection: aRange(NOON - 2 * DAY, NOON - DAY / 2) })
    await world.drain()
    await world.pass(5 * HOUR)
    const id = await world.ask({ selection })
    await world.drain()
    expect((await describeRehydration(world.ports)(id))?.progress.partitions).toMatchObject({
      done: 1,
      thawing: 1,
    })
    await extend(world, id, 10)
    await world.drain()
    expect(await readableUntil(world, other.segment)).toBe(Date.parse('2024-03-21T00:00:00Z'))
    await world.pass(5 * HOUR)
    expect(await world.stateOf(id)).toMatchObject({ name: 'completed' })
    expect(await readableUntil(world, segment)).toBe(Date.parse('2024-03-21T00:00:00Z'))
    expect(await keptUntil(world, id)).toBe(Date.parse('2024-03-21T00:00:00Z'))
  })

  test('is not that of one that waits for approval, is cancelled or unknown', async () => {
    const { world } = await coldWorld({ guards: { ...NO_GUARDS, approvalAboveUsd: 0.000001 } })
    const id = await world.ask()
    expect(await extend(world, id, 10)).toMatchObject({ kind: 'awaiting-approval' })
    await cancelRehydration(world.ports)(id)
    expect(await extend(world, id, 10)).toMatchObject({ kind: 'over' })
    expect(await extend(world, UNKNOWN, 10)).toBeUndefined()
  })
})

describe('the price of an extension', () => {
  /** Dollars for a restore request: what each extension of one segment costs at least. */
  const REQUEST = 0.00005
  /** What the rehydration itself may cost, by its quote. */
  const ownPrice = async () => {
    const { world, id } = await completed(capped(1))
    return (await world.ports.rehydrations.find(id))?.terms.price?.dollars ?? Number.NaN
  }

  const capped = (maxCostUsd: number): Guards => ({
    ...NO_GUARDS,
    perRehydration: { ...NO_CAPS, maxCostUsd },
  })

  test('is what a request and the storage that is added cost at most', async () => {
    const { world, segment, id } = await completed()
    const extended = await extend(world, id, 10)
    if (extended?.kind !== 'extended') throw new Error(extended?.kind)
    const { dollars = 0 } = extended.rehydration.terms.extension ?? {}
    const days = (world.now() + 12 * DAY - Date.parse('2024-03-14T00:00:00Z')) / DAY
    expect(dollars).toBeCloseTo(0.00005 + (segment.bytes / 2 ** 30) * 0.023 * (days / (730 / 24)), 12)
  })

  test('counts in the caps of the rehydration with what it costs already', async () => {
    const { world, id } = await completed(capped((await ownPrice()) + REQUEST / 2))
    expect(await extend(world, id, 10)).toMatchObject({
      kind: 'over-cap',
      over: { cap: 'guards.perRehydration.maxCostUsd' },
    })
    expect((await world.ports.rehydrations.find(id))?.terms.extension).toBeNull()
  })

  test.each([
    ['a cap of the rehydration', 'guards.perRehydration.maxCostUsd', capped],
    [
      'an approval',
      'guards.approvalAboveUsd',
      (approvalAboveUsd: number): Guards => ({ ...NO_GUARDS, approvalAboveUsd }),
    ],
  ] as const)('is no way around %s by being asked for again and again', async (_, cap, guarded) => {
    const limit = (await ownPrice()) + 2.5 * REQUEST
    const { world, id } = await completed(guarded(limit))
    const again = async (days: number) => {
      world.advance(1)
      const extended = await extend(world, id, days)
      await world.drain()
      return extended
    }
    expect(await again(5)).toMatchObject({ kind: 'extended' })
    expect(await again(6)).toMatchObject({ kind: 'extended' })
    expect(await again(7)).toMatchObject({ kind: 'over-cap', over: { cap, limit } })
    const { extension } = (await world.ports.rehydrations.find(id))?.terms ?? {}
    expect(extension).toMatchObject({ keepDays: 6, before: expect.any(Number) })
    expect(extension?.before).toBeGreaterThan(REQUEST)
  })

  test('counts what another extension adds at the same moment', async () => {
    const limit = (await ownPrice()) + 1.5 * REQUEST
    const { world, id } = await completed(capped(limit))
    const { rehydrations } = world.ports
    let other: unknown
    const slow = {
      ...world.ports,
      rehydrations: {
        ...rehydrations,
        put: async (...given: Parameters<typeof rehydrations.put>) => {
          // each by itself is within the cap
          other ??= await extend(world, id, 5)
          return rehydrations.put(...given)
        },
      },
    }
    expect(await extendRehydration(slow)(id, 6)).toMatchObject({
      kind: 'over-cap',
      over: { cap: 'guards.perRehydration.maxCostUsd', limit },
    })
    expect(other).toMatchObject({ kind: 'extended' })
    expect((await rehydrations.find(id))?.terms.extension).toMatchObject({ keepDays: 5, before: 0 })
  })

  test('is no way around an approval, but one that was approved may be extended', async () => {
    const limit = (await ownPrice()) + REQUEST / 2
    const guards = { ...NO_GUARDS, approvalAboveUsd: limit }
    const { world, id } = await completed(guards)
    expect(await extend(world, id, 10)).toMatchObject({
      kind: 'over-cap',
      over: { cap: 'guards.approvalAboveUsd', limit },
    })
    const dear = await coldWorld({ guards: { ...NO_GUARDS, approvalAboveUsd: 0.000001 } })
    const approved = await dear.world.ask()
    await approveRehydration(dear.world.ports)(approved, 'the boss')
    expect(await extend(dear.world, approved, 10)).toMatchObject({ kind: 'extended' })
  })

  test('counts in the budget of its own day, which must have room', async () => {
    const own = await ownPrice()
    const guards = { ...NO_GUARDS, perDay: { ...NO_CAPS, maxCostUsd: own + 1.5 * REQUEST } }
    const { world, id } = await completed(guards)
    await world.run.reconcile()
    expect(await extend(world, id, 2)).toMatchObject({
      kind: 'extended',
      rehydration: { terms: { extension: { reservedOn: TODAY.day } } },
    })
    world.advance(1)
    expect(await extend(world, id, 20)).toMatchObject({ kind: 'over-cap' })
    await world.run.reconcile()
    expect(await world.ports.budgets.read(TODAY)).toMatchObject({ open: [] })
    const { spent } = await world.ports.budgets.read(TODAY)
    expect(spent.microDollars).toBeGreaterThan((own + REQUEST) * 1e6 - 1)
  })

  test('is given back when somebody else has extended it for longer, or ended it, or it is gone', async () => {
    const guards = { ...NO_GUARDS, perDay: { ...NO_CAPS, maxCostUsd: 1 } }
    const { world } = await coldWorld({ guards })
    const { ports } = world
    const overtakenBy = (other: (id: string) => Promise<unknown>, then?: 'and is gone') => {
      let finds = 0
      return extendRehydration({
        ...ports,
        rehydrations: {
          ...ports.rehydrations,
          find: async (wanted) => {
            finds += 1
            if (finds === 2) await other(wanted)
            return finds > 1 && then ? undefined : ports.rehydrations.find(wanted)
          },
        },
      })
    }
    const id = await world.ask()
    const open = async () => (await ports.budgets.read(TODAY)).open.map(({ name }) => name)
    world.advance(1)
    const longer = extendRehydration({ ...ports, now: () => world.now() + 1 })
    expect(await overtakenBy((wanted) => longer(wanted, 20))(id, 10)).toMatchObject({
      kind: 'extended',
      rehydration: { terms: { extension: { keepDays: 20 } } },
    })
    expect(await open()).toEqual([id, `${id}/${world.now() + 1}`])
    world.advance(1)
    // of the very same millisecond: what was reserved is the other's too
    expect(await overtakenBy(async () => undefined, 'and is gone')(id, 30)).toBeUndefined()
    expect(await open()).toHaveLength(2)
    world.advance(1)
    expect(await overtakenBy(async () => undefined, 'and is gone')(id, 30)).toBeUndefined()
    expect(await overtakenBy(cancelRehydration(ports))(id, 30)).toMatchObject({ kind: 'over' })
    expect(await open()).toEqual([id, `${id}/${world.now() - 1}`])
  })

  test('is not told of a selection that has become too broad, nor capped where the dataset is gone', async () => {
    const { world, id } = await completed()
    const { ports } = world
    const registry = {
      ...ports.registry,
      async *list() {
        for (let at = 0; at < 10_001; at += 1) yield { ...REF, dueAt: 0 }
      },
    }
    expect(await extendRehydration({ ...ports, registry })(id, 10)).toMatchObject({ kind: 'too-broad' })
    const config = { ...ports.config, datasets: new Map() }
    expect(await extendRehydration({ ...ports, config })(id, 10)).toMatchObject({ kind: 'extended' })
  })
})

test('a rehydration that was never priced is extended at the price of the extension', async () => {
  const { world } = await coldWorld({
    guards: { ...NO_GUARDS, perRehydration: { ...NO_CAPS, maxCostUsd: 1 } },
  })
  const plain: Rehydration = {
    id: UNKNOWN,
    request: aRequest(),
    caller: 'tester',
    acceptedAt: NOON,
    state: { name: 'accepted' },
    terms: NO_TERMS,
  }
  await world.ports.rehydrations.create(plain, NOON)
  expect(await extend(world, UNKNOWN, 10)).toMatchObject({ kind: 'extended' })
})
