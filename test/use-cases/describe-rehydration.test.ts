import { describe, expect, test } from 'vitest'
import { HOUR, MINUTE } from '../../shared/domain/duration.ts'
import { NO_GUARDS } from '../../shared/domain/guards.ts'
import type { RehydrationRequest } from '../../shared/domain/rehydration.ts'
import { ENOUGH_SAMPLES } from '../../shared/domain/thaw-times.ts'
import { approveRehydration } from '../../shared/use-cases/approve-rehydration.ts'
import { describeRehydration } from '../../shared/use-cases/describe-rehydration.ts'
import { quote } from '../../shared/use-cases/quote.ts'
import { aRecord, NOON } from '../support/builders.ts'
import { coldWorld } from '../support/cold-world.ts'
import { aRequest, aWorld, type World } from '../support/rehydration-world.ts'
import { AS_USUAL, aRange } from '../support/selections.ts'

const asker = { caller: 'tester', idempotencyKey: null, mayExpedite: true }

const timed = async (world: World, parts: Partial<RehydrationRequest>) => {
  const requested = await world.run.request(aRequest({ tier: null, ...parts }), asker)
  if (!('rehydration' in requested)) throw new Error(requested.kind)
  return requested.rehydration.id
}

describe('a rehydration tells when it is expected', () => {
  test('by what was told at first, until its thaws are under way, and nothing once it is over', async () => {
    const { world } = await coldWorld()
    const id = await timed(world, { readyBy: NOON + 6 * HOUR })
    const expected = async () => (await describeRehydration(world.ports)(id))?.progress.expectedBy
    expect(await expected()).toBe(NOON + 5 * HOUR)
    await world.run.thaw({ rehydrationId: id, partition: null })
    expect(await expected()).toBe(NOON + 5 * HOUR)
    world.advance(MINUTE)
    await world.drain()
    expect(await expected()).toBe(NOON + 5 * HOUR + MINUTE)
    await world.pass(5 * HOUR)
    expect(await expected()).toBeNull()
  })

  test('by how long thaws took', async () => {
    const { world } = await coldWorld()
    // some take the place of others
    for (let index = 0; index < 2 * ENOUGH_SAMPLES; index += 1)
      await world.ports.thawHistory.note({
        storageClass: 'GLACIER',
        tier: 'Standard',
        size: 'small',
        took: 2 * HOUR,
        at: NOON,
        segmentId: `segment ${index}`,
        requestedAt: NOON - 2 * HOUR,
      })
    const id = await world.ask()
    const told = async () => (await describeRehydration(world.ports)(id))?.progress
    expect(await told()).toMatchObject({ expectedBy: null })
    await world.drain()
    expect(await told()).toMatchObject({ expectedBy: NOON + 2 * HOUR, readyBy: NOON + 5 * HOUR })
  })

  test('by S3’s figures where an older version wrote down that it waits', async () => {
    const { world } = await coldWorld()
    const id = await world.ask()
    await world.drain()
    const task = await world.ports.tasks.find(id, '2024-03-10')
    if (task?.state.name !== 'thawing') throw new Error('expected it to wait')
    const { expectedBy: _, ...state } = task.state
    await world.ports.tasks.put(id, { ...task, state }, task)
    expect((await describeRehydration(world.ports)(id))?.progress.expectedBy).toBe(NOON + 5 * HOUR)
  })
})

describe('a rehydration tells what it costs', () => {
  test('as it goes, and in the end no more than was told', async () => {
    const { world } = await coldWorld()
    const id = await timed(world, { readyBy: NOON + 6 * HOUR })
    const price = (await world.ports.rehydrations.find(id))?.terms.price
    const cost = async () => (await describeRehydration(world.ports)(id))?.progress.costSoFar ?? -1
    expect(await cost()).toBe(0)
    await world.drain()
    expect(await cost()).toBeCloseTo(0.00005, 6)
    await world.pass(5 * HOUR)
    expect(await cost()).toBeCloseTo(0.00005 + (price?.fixed ?? 0), 6)
    expect(await cost()).toBeLessThanOrEqual(price?.dollars ?? 0)
    expect(world.finished).toMatchObject([{ inTime: true, size: 'small' }])
    const [finished] = world.finished
    expect(finished?.accuracy.cost).toBeCloseTo((await cost()) / (price?.dollars ?? 1), 9)
    expect(finished?.accuracy.time).toBe(1)
  })

  test('each its own: a thaw is paid for by the one that asked for it', async () => {
    const { world } = await coldWorld()
    const [one, two] = [await world.ask(), await world.ask()]
    await world.drain()
    const costs = await Promise.all(
      [one, two].map(async (id) => (await describeRehydration(world.ports)(id))?.progress.costSoFar),
    )
    expect(costs.toSorted()).toEqual([0, expect.closeTo(0.00005, 6)])
  })

  test('also where S3 was done before that could be written down', async () => {
    const { world } = await coldWorld()
    const id = await world.ask()
    const plans = world.thawQueue.receive()
    for (const plan of plans) await world.run.thaw(plan)
    const [task] = world.thawQueue.receive()
    if (task === undefined) throw new Error('expected a task')
    const { tasks } = world.ports
    const dying = world.on({
      ...world.ports,
      tasks: { ...tasks, put: () => Promise.reject(new Error('it is dead')) },
    })
    await expect(dying.thaw(task)).rejects.toThrow('it is dead')
    world.advance(5 * HOUR)
    expect(await world.run.thaw(task)).toEqual({ outcome: 'readable', thaws: 0 })
    expect((await describeRehydration(world.ports)(id))?.progress.costSoFar).toBeCloseTo(0.00005, 6)
  })
})

test('what was told is compared with what came of it only where it was told, and a late one is late', async () => {
  const { world } = await coldWorld({ knobs: { restoreDraw: () => 1.5 } })
  await world.ask()
  await timed(world, { readyBy: NOON + 5 * HOUR, maxCostUsd: 1 })
  await world.drain()
  await world.pass(6 * HOUR)
  expect(world.finished).toMatchObject([
    { inTime: null, accuracy: { cost: null, time: null } },
    { inTime: false, accuracy: { cost: expect.any(Number), time: 6 / 5 } },
  ])
})

test('of what is readable at once nothing is told that could take longer', async () => {
  const world = aWorld()
  await world.land([aRecord()])
  await timed(world, { readyBy: NOON + HOUR })
  await world.drain()
  expect(world.finished).toMatchObject([{ inTime: true, accuracy: { time: null } }])
})

test('one that waited for an approval took its time from then on', async () => {
  const guards = { ...NO_GUARDS, approvalAboveUsd: 0 }
  const { world } = await coldWorld({ guards })
  const id = await timed(world, { maxCostUsd: 1 })
  world.advance(10 * HOUR)
  await approveRehydration(world.ports)(id, 'somebody else')
  await world.drain()
  await world.pass(5 * MINUTE)
  expect(world.finished).toMatchObject([{ accuracy: { time: 1 } }])
})

test('a rehydration on a quote is compared with it', async () => {
  const { world } = await coldWorld()
  const { selection } = aRequest()
  const quoted = await quote(world.ports)({ dataset: 'orders', selection, ...AS_USUAL })
  if (quoted.kind !== 'quoted') throw new Error(quoted.kind)
  const id = await world.ask({ tier: 'Standard', quoteId: quoted.id })
  expect((await world.ports.rehydrations.find(id))?.terms.promised).toEqual({
    p50: NOON + 4 * HOUR,
    p95: NOON + 5 * HOUR,
    raising: 0,
    mayExpedite: false,
  })
  await world.drain()
  await world.pass(5 * HOUR)
  expect(world.finished).toMatchObject([{ accuracy: { cost: expect.any(Number), time: 1 } }])
})

test('thaws of others that serve it too are counted, once', async () => {
  const { world } = await coldWorld()
  await world.ask()
  await world.drain()
  const id = await world.ask()
  for (const plan of world.thawQueue.receive()) await world.run.thaw(plan)
  const [task] = world.thawQueue.receive()
  if (task === undefined) throw new Error('expected a task')
  expect(await world.run.thaw(task)).toEqual({ outcome: 'waiting', thaws: 0, shared: 1 })
  expect(await world.run.thaw(task)).toEqual({ outcome: 'waiting', thaws: 0 })
  expect(task.rehydrationId).toBe(id)
})

test('a rehydration is told by what is delivered of it, and a partition without records gave nothing', async () => {
  const world = aWorld()
  await world.land([aRecord({ id: 'a' }), aRecord({ id: 'b', time: NOON + 10 })])
  const [some, none] = [
    await world.ask({ selection: aRange(NOON, NOON + 5) }),
    await world.ask({ selection: aRange(NOON + 5, NOON + 6) }),
  ]
  await world.drain()
  const told = describeRehydration(world.ports)
  expect((await told(some))?.progress).toMatchObject({
    partitions: { done: 1 },
    files: 1,
    records: 1,
    bytes: world.file(`${some}/2024-03-10.ndjson`).byteLength,
    keptUntil: null,
    segmentsLapsed: 0,
  })
  expect((await told(none))?.progress).toMatchObject({
    partitions: { done: 1 },
    files: 0,
    records: 0,
    bytes: 0,
  })
  expect(await told('01HRKZ0000000000000000ABCD')).toBeUndefined()
})
