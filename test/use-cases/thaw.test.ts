import { describe, expect, test } from 'vitest'
import { HOUR } from '../../shared/domain/duration.ts'
import { aRecord, NOON } from '../support/builders.ts'
import { coldWorld, holdingOf, REF, STANDARD_RESTORES } from '../support/cold-world.ts'
import { aWorld } from '../support/rehydration-world.ts'
import { someIds } from '../support/selections.ts'

describe('a rehydration of what is cold', () => {
  test('thaws it, waits, and is woken by the event', async () => {
    const { world, segment } = await coldWorld()
    const id = await world.ask()
    expect(await world.drain()).toEqual(['planned', 'waiting'])
    expect(await world.waiters()).toMatchObject([{ rehydrationId: id, segmentIds: [segment.id] }])
    expect(await world.stateOf(id)).toMatchObject({ name: 'thawing' })
    expect(await holdingOf(world, segment)).toMatchObject({ thaw: { tier: 'Standard', readableUntil: null } })
    expect(await world.pass(HOUR)).toEqual([])
    expect(await world.pass(4 * HOUR)).toEqual(['delivered'])
    expect(await holdingOf(world, segment)).toMatchObject({
      thaw: { tier: 'Standard', requestedAt: NOON, readableUntil: Date.parse('2024-03-14T00:00:00Z') },
    })
    expect(await world.waiters()).toEqual([])
    expect(world.finished).toMatchObject([
      { storageClass: 'GLACIER', phases: { queued: 0, thawing: 5 * HOUR, hydrating: 0, total: 5 * HOUR } },
    ])
  })

  test('is woken by the sweep when every event is lost, and the sweep is told to look', async () => {
    const { world } = await coldWorld()
    const id = await world.ask()
    await world.drain()
    world.advance(5 * HOUR)
    const [due] = await world.ports.registry.due('orders', world.now(), 10)
    expect(due).toMatchObject({ ...REF, dueAt: NOON + HOUR })
    expect(await world.run.resume(REF)).toEqual({ hydrating: 1, thawing: 0, waiting: 0 })
    await world.drain()
    expect(await world.stateOf(id)).toMatchObject({ name: 'completed' })
  })

  test('is not lost when the thaw ends between the look and the waiter', async () => {
    const { world } = await coldWorld()
    const { ports } = world
    // the thaw ends, and its event is worked off, before the waiter is written
    const late = world.on({
      ...ports,
      waiters: {
        ...ports.waiters,
        put: async (...given) => {
          expect(await world.pass(5 * HOUR)).toEqual([])
          await ports.waiters.put(...given)
        },
      },
    })
    const id = await world.ask()
    expect(await world.drain(late)).toEqual(['planned', 'readable', 'delivered'])
    expect(await world.stateOf(id)).toMatchObject({ name: 'completed' })
    expect(await world.waiters()).toEqual([])
  })

  test('falls back to Standard where S3 has no capacity for Expedited, and says so', async () => {
    const { world, segment } = await coldWorld({ knobs: { expeditedAvailable: () => false } })
    const id = await world.ask({ tier: 'Expedited' })
    await world.drain()
    expect(await world.ports.tasks.find(id, REF.partition)).toMatchObject({
      thawedAsStandard: [segment.id],
      state: { name: 'thawing', readyBy: NOON + 5 * HOUR },
    })
    expect(await holdingOf(world, segment)).toMatchObject({ thaw: { tier: 'Standard' } })
    await world.run.thaw({ rehydrationId: id, partition: REF.partition })
    expect(await world.ports.tasks.find(id, REF.partition)).toMatchObject({ thawedAsStandard: [segment.id] })
    await world.pass(5 * HOUR)
    expect(JSON.parse(world.file(`${id}/manifest.json`).toString())).toMatchObject({
      tier: 'Expedited',
      segmentsThawedAsStandard: 1,
    })
  })

  test('finds out that its segment went while it asked, and delivers what is left', async () => {
    const { world, segment } = await coldWorld()
    const { ports } = world
    const late = world.on({
      ...ports,
      thawer: {
        thaw: async (...given) => {
          world.removeObject(segment.key)
          return ports.thawer.thaw(...given)
        },
      },
    })
    const id = await world.ask()
    expect(await world.drain(late)).toEqual(['planned', 'readable', 'delivered'])
    expect(await world.stateOf(id)).toMatchObject({
      name: 'completed',
      summary: { completeness: { segments: 1, read: 0, missing: 1 } },
    })
  })

  test('waits where S3 says that somebody has asked before', async () => {
    const { world, segment } = await coldWorld()
    const asked = world.on({ ...world.ports, thawer: { thaw: async () => 'in-progress' } })
    await world.ask()
    expect(await world.drain(asked)).toEqual(['planned', 'waiting'])
    expect(await world.waiters()).toMatchObject([{ segmentIds: [segment.id] }])
  })

  test('takes an answer about Expedited for an error when it has asked for Standard', async () => {
    const { world } = await coldWorld()
    const puzzled = world.on({ ...world.ports, thawer: { thaw: async () => 'expedited-unavailable' } })
    await world.ask()
    await expect(world.drain(puzzled)).rejects.toThrow(
      'S3 says that Expedited is unavailable, asked for Standard',
    )
  })

  test('asks for Standard where its class has no Expedited', async () => {
    const world = aWorld()
    const { segment } = await world.land([aRecord()], { storageClass: 'DEEP_ARCHIVE' })
    const id = await world.ask({ tier: 'Expedited' })
    await world.drain()
    expect(world.metered('s3.restore-request.DEEP_ARCHIVE.Standard')).toBe(1)
    expect(await world.ports.tasks.find(id, REF.partition)).toMatchObject({ thawedAsStandard: [segment.id] })
  })

  test('thaws nothing that holds none of the ids', async () => {
    const { world } = await coldWorld()
    await world.land([aRecord({ id: 'a' }), aRecord({ id: 'z' })], { storageClass: 'GLACIER' })
    await world.ask({ selection: someIds([{ id: 'o-9', time: null }]) })
    expect(await world.drain()).toEqual(['planned', 'done'])
    await world.ask({ selection: someIds([{ id: 'o-9', time: NOON }]) })
    expect(await world.drain()).toEqual(['planned', 'done'])
    await world.ask({ selection: someIds([{ id: 'z', time: null }]) })
    expect(await world.drain()).toEqual(['planned', 'waiting'])
    expect(world.metered(STANDARD_RESTORES)).toBe(1)
  })

  test('goes back to thaw when a segment turns out cold while it is read', async () => {
    const { world } = await coldWorld()
    const warm = await world.land([aRecord({ id: 'b' })])
    const id = await world.ask()
    await world.drain()
    world.advance(5 * HOUR)
    await world.run.resume(REF)
    world.makeCold(warm.segment, 'GLACIER')
    expect(await world.drain()).toEqual(['cold', 'waiting'])
    expect(await world.waiters()).toMatchObject([{ segmentIds: [warm.segment.id] }])
    expect(world.files()).toEqual([])
    expect(await world.pass(5 * HOUR)).toContain('delivered')
    expect(await world.stateOf(id)).toMatchObject({ name: 'completed' })
  })

  test('reads what a seal has put in the place of its segments, and thaws that if it is cold', async () => {
    const { world, commit } = await coldWorld()
    const id = await world.ask()
    await world.drain()
    await world.land([aRecord()], { kind: 'sealed', replaces: [commit.id], storageClass: 'DEEP_ARCHIVE' })
    expect(await world.run.resume(REF)).toEqual({ hydrating: 0, thawing: 1, waiting: 0 })
    expect(await world.drain()).toEqual(['waiting'])
    expect(world.metered('s3.restore-request.DEEP_ARCHIVE.Standard')).toBe(1)
    expect(await world.pass(12 * HOUR)).toContain('delivered')
    expect(JSON.parse(world.file(`${id}/manifest.json`).toString())).toMatchObject({
      records: 1,
      completeness: { segments: 1, read: 1 },
    })
  })

  test('reads the sealed segment when its inputs are swept away between plan and hydrate', async () => {
    const world = aWorld()
    const { segment, commit } = await world.land([aRecord()])
    const id = await world.ask()
    const [plan] = world.thawQueue.receive()
    await world.run.thaw(plan ?? { rehydrationId: id, partition: null })
    const [task] = world.thawQueue.receive()
    await world.run.thaw(task ?? { rehydrationId: id, partition: REF.partition })
    // hydrate has read the catalog when the seal commits and the input goes
    const { log } = world.ports
    let reads = 0
    const racing = world.on({
      ...world.ports,
      log: {
        ...log,
        read: async (ref) => {
          const state = await log.read(ref)
          reads += 1
          if (reads === 1) {
            await world.land([aRecord()], { kind: 'sealed', replaces: [commit.id] })
            world.removeObject(segment.key)
          }
          return state
        },
      },
    })
    expect(await world.drain(racing)).toEqual(['delivered'])
    expect(JSON.parse(world.file(`${id}/manifest.json`).toString())).toMatchObject({
      records: 1,
      completeness: { complete: true, segments: 1, read: 1, missing: 0 },
    })
  })
})
