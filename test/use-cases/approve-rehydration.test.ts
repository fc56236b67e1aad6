import { describe, expect, test } from 'vitest'
import { DAY, HOUR } from '../../shared/domain/duration.ts'
import { type Guards, NO_CAPS, NO_GUARDS } from '../../shared/domain/guards.ts'
import { NO_TERMS } from '../../shared/domain/rehydration-terms.ts'
import { approveRehydration } from '../../shared/use-cases/approve-rehydration.ts'
import { cancelRehydration } from '../../shared/use-cases/cancel-rehydration.ts'
import { planRehydration } from '../../shared/use-cases/plan-rehydration.ts'
import { coldWorld, STANDARD_RESTORES } from '../support/cold-world.ts'
import { aRequest, type World } from '../support/rehydration-world.ts'

const ID = '01HRKZ0000000000000000ABCD'

/** One that waits for an approval. */
const waiting = async (world: World) => {
  const acceptedAt = world.now()
  const state = { name: 'awaiting-approval' } as const
  await world.ports.rehydrations.create(
    { id: ID, request: aRequest(), caller: 'tester', acceptedAt, state, terms: NO_TERMS },
    acceptedAt + HOUR,
  )
}

describe('a rehydration that waits for approval', () => {
  test('is not planned, whoever sends it', async () => {
    const { world } = await coldWorld()
    await waiting(world)
    expect(await planRehydration(world.ports)(ID)).toBe('awaiting-approval')
    world.advance(2 * HOUR)
    expect(await world.run.check()).toEqual({ sent: 0, failed: 0 })
    expect(await world.drain()).toEqual([])
    expect(world.metered(STANDARD_RESTORES)).toBe(0)
  })

  test('fails after 14 days, and says why', async () => {
    const { world } = await coldWorld()
    await waiting(world)
    world.advance(14 * DAY)
    expect(await world.run.check()).toEqual({ sent: 0, failed: 1 })
    expect(await world.stateOf(ID)).toMatchObject({ name: 'failed', reason: 'not approved within 14 days' })
  })
})

const DEAR: Guards = { ...NO_GUARDS, approvalAboveUsd: 0.000001 }
/** A day's budget that one rehydration fits into, and two do not. */
const budgeted = async (): Promise<Guards> => {
  const { world } = await coldWorld({ guards: DEAR })
  const { terms } = (await world.ports.rehydrations.find(await world.ask())) ?? {}
  return { ...DEAR, perDay: { ...NO_CAPS, maxCostUsd: 1.5 * (terms?.price?.dollars ?? Number.NaN) } }
}
const TODAY = { dataset: 'orders', day: '2024-03-10' }
const BOSS = 'the boss'

const approve = (world: World, id: string, by = BOSS) => approveRehydration(world.ports)(id, by)

describe('an approval', () => {
  test('is needed above the threshold, and lets the rehydration go on', async () => {
    const { world } = await coldWorld({ guards: DEAR })
    const id = await world.ask()
    expect(await world.stateOf(id)).toEqual({ name: 'awaiting-approval' })
    expect(world.thawQueue.receive()).toEqual([])
    world.advance(HOUR)
    expect(await approve(world, id)).toMatchObject({
      kind: 'approved',
      rehydration: {
        state: { name: 'accepted' },
        terms: { approval: { by: BOSS, at: world.now() }, reservedOn: null },
      },
    })
    await world.drain()
    await world.pass(5 * HOUR)
    expect(await world.stateOf(id)).toMatchObject({ name: 'completed' })
  })

  test('is never that of the asker', async () => {
    const { world } = await coldWorld({ guards: DEAR })
    const id = await world.ask()
    expect(await approve(world, id, 'tester')).toEqual({ kind: 'own-request' })
    expect(await world.stateOf(id)).toEqual({ name: 'awaiting-approval' })
  })

  test('that comes twice is that of the first, and is sent again while it is not planned', async () => {
    const { world } = await coldWorld({ guards: DEAR })
    const id = await world.ask()
    const first = await approve(world, id)
    world.thawQueue.receive()
    expect(await approve(world, id, 'another')).toEqual(first)
    expect(world.thawQueue.receive()).toHaveLength(1)
    await world.run.thaw({ rehydrationId: id, partition: null })
    world.thawQueue.receive()
    expect(await approve(world, id)).toMatchObject({
      kind: 'approved',
      rehydration: { state: { name: 'thawing' } },
    })
    expect(world.thawQueue.receive()).toEqual([])
  })

  test('of what needs none, is over or is unknown changes nothing', async () => {
    const { world } = await coldWorld()
    const id = await world.ask()
    expect(await approve(world, id)).toMatchObject({ kind: 'not-awaiting' })
    await cancelRehydration(world.ports)(id)
    expect(await approve(world, id)).toMatchObject({ kind: 'over' })
    expect(await approve(world, '01HRKZ0000000000000000ABCD')).toBeUndefined()
  })

  test('counts in the budget of its own day, which must have room', async () => {
    const { world } = await coldWorld({ guards: await budgeted() })
    const ids = [await world.ask(), await world.ask()]
    expect(world.ports.allBudgets()).toEqual([])
    const [one = '', two = ''] = ids
    world.advance(DAY)
    expect(await approve(world, one)).toMatchObject({ rehydration: { terms: { reservedOn: '2024-03-11' } } })
    expect(await approve(world, two)).toMatchObject({
      kind: 'over-cap',
      over: { cap: 'guards.perDay.maxCostUsd' },
    })
    expect(await world.stateOf(two)).toEqual({ name: 'awaiting-approval' })
    world.advance(DAY)
    expect(await approve(world, two)).toMatchObject({ kind: 'approved' })
  })

  test('will never come for what is dearer than a whole day', async () => {
    const guards = { ...DEAR, perDay: { ...NO_CAPS, maxCostUsd: 0.00001 } }
    const { world } = await coldWorld({ guards })
    expect(await world.run.request(aRequest(), { caller: 'tester', idempotencyKey: null })).toMatchObject({
      kind: 'over-cap',
    })
  })

  test('that is overtaken reserves nothing for itself', async () => {
    const { world } = await coldWorld({ guards: await budgeted() })
    const { ports } = world
    const overtakenBy = (other: (id: string) => Promise<unknown>) => {
      let isFirst = true
      return approveRehydration({
        ...ports,
        rehydrations: {
          ...ports.rehydrations,
          put: async (next, expected) => {
            if (isFirst) {
              isFirst = false
              await other(next.id)
            }
            return ports.rehydrations.put(next, expected)
          },
        },
      })
    }
    const cancelled = await world.ask()
    expect(await overtakenBy(cancelRehydration(ports))(cancelled, BOSS)).toMatchObject({ kind: 'over' })
    expect((await ports.budgets.read(TODAY)).open).toEqual([])
    const twice = await world.ask()
    expect(await overtakenBy((id) => approve(world, id, 'another'))(twice, BOSS)).toMatchObject({
      kind: 'approved',
      rehydration: { terms: { approval: { by: 'another' } } },
    })
    expect((await ports.budgets.read(TODAY)).open).toHaveLength(1)
  })

  test('of what is lost meanwhile is of nothing', async () => {
    const { world } = await coldWorld({ guards: DEAR })
    const id = await world.ask()
    const { rehydrations } = world.ports
    let finds = 0
    const find = async (wanted: string) => {
      finds += 1
      return finds === 1 ? rehydrations.find(wanted) : undefined
    }
    expect(
      await approveRehydration({ ...world.ports, rehydrations: { ...rehydrations, find } })(id, BOSS),
    ).toBe(undefined)
  })

  test('of what was never priced, or whose dataset is gone, reserves nothing', async () => {
    const { world } = await coldWorld({ guards: await budgeted() })
    await waiting(world)
    expect(await approve(world, ID)).toMatchObject({ kind: 'approved' })
    expect((await world.ports.budgets.read(TODAY)).open).toMatchObject([{ microDollars: 0, bytes: 0 }])
    const other = await coldWorld()
    await waiting(other.world)
    const config = { ...other.world.ports.config, datasets: new Map() }
    expect(await approveRehydration({ ...other.world.ports, config })(ID, BOSS)).toMatchObject({
      kind: 'approved',
      rehydration: { terms: { reservedOn: null } },
    })
  })
})
