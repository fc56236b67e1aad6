import { describe, expect, test } from 'vitest'
import { MINUTE } from '../../shared/domain/duration.ts'
import type { Filter } from '../../shared/domain/filter.ts'
import { aRecord, NOON } from '../support/builders.ts'
import { aWorld } from '../support/rehydration-world.ts'
import { aRange, someIds } from '../support/selections.ts'

const DAY = 86_400_000

/** Two records a day, from some days ago to today. */
const days = async (world: ReturnType<typeof aWorld>, count = 4) => {
  const segments = []
  for (let day = count - 1; day >= 0; day -= 1) {
    const time = NOON - day * DAY
    const records = ['a', 'b'].map((id) => aRecord({ id, time, body: `{"id":"${id}","day":${day}}` }))
    segments.push((await world.land(records)).segment)
  }
  return segments
}

const limited = (limit: number, where: Filter | null = null) => ({
  selection: aRange(NOON - 30 * DAY, NOON + DAY, { limit, where }),
})

const answer = async (world: ReturnType<typeof aWorld>, id: string) => {
  const state = await world.stateOf(id)
  const names = world.files().filter((key) => key.includes(id) && !key.endsWith('manifest.json'))
  const text = names.map((key) => world.file(key.replace('analysts/', '')).toString()).join('')
  return { state: state?.name, lines: text.split('\n').slice(0, -1), files: names.length }
}

describe('a limited rehydration', () => {
  test('thaws nothing behind the partitions that surely hold as many records', async () => {
    const world = aWorld()
    for (const segment of await days(world)) world.makeCold(segment, 'GLACIER')
    const id = await world.ask(limited(3))
    await world.drain()
    expect(await world.ports.taskList.open(id, 9)).toEqual(['2024-03-07', '2024-03-08'])
    await world.pass(DAY)
    expect(await answer(world, id)).toMatchObject({ state: 'completed', files: 2, lines: { length: 3 } })
    expect(world.metered('s3.restore-request.GLACIER.Standard')).toBe(2)
  })

  test('delivers the first records, and closes the rest without reading it', async () => {
    const world = aWorld()
    const [, , third, last] = await days(world)
    // of a filter nobody knows how many records a partition has that match
    const id = await world.ask(limited(3, { field: 'id', in: ['a', 'b'] }))
    for (const segment of [third, last]) if (segment !== undefined) world.removeObject(segment.key)
    await world.drain()
    expect(await answer(world, id)).toEqual({
      state: 'completed',
      lines: ['{"id":"a","day":3}', '{"id":"b","day":3}', '{"id":"a","day":2}'],
      files: 2,
    })
    expect(await world.stateOf(id)).toMatchObject({
      summary: { records: { count: 3 }, completeness: { segments: 2, read: 2 }, notFound: null },
    })
    expect(await world.ports.taskList.open(id, 9)).toEqual([])
  })

  test('delivers all there is where the limit is above that', async () => {
    const world = aWorld()
    await days(world)
    const id = await world.ask(limited(9))
    await world.drain()
    expect((await answer(world, id)).lines).toHaveLength(8)
  })

  test('leaves a partition alone whose turn has not come', async () => {
    const world = aWorld()
    await days(world)
    const id = await world.ask(limited(3))
    await world.run.thaw({ rehydrationId: id, partition: null })
    const [, second = ''] = await world.ports.taskList.open(id, 2)
    const outcome = await world.run.hydrate({ rehydrationId: id, partition: second })
    expect(outcome).toEqual({ outcome: 'waits-its-turn' })
    expect(await world.ports.tasks.find(id, second)).toMatchObject({ state: { name: 'planned' } })
  })

  test('of ids says of none that it was not found', async () => {
    const world = aWorld()
    await days(world, 1)
    const ids = ['a', 'b', 'none'].map((one) => ({ id: one, time: null }))
    const id = await world.ask({ selection: someIds(ids, { limit: 1 }) })
    await world.drain()
    expect(await answer(world, id)).toMatchObject({ state: 'completed', lines: ['{"id":"a","day":0}'] })
    expect(await world.stateOf(id)).toMatchObject({ summary: { notFound: null } })
  })

  test('waits for a cold partition, and goes on to those behind it that were readable before', async () => {
    const world = aWorld()
    const [first] = await days(world)
    if (first === undefined) throw new Error('no segment')
    world.makeCold(first, 'GLACIER')
    const id = await world.ask(limited(5))
    await world.drain()
    expect(await answer(world, id)).toMatchObject({ state: 'thawing', files: 0 })
    await world.pass(DAY)
    expect(await answer(world, id)).toMatchObject({ state: 'completed', files: 3 })
    expect((await answer(world, id)).lines).toHaveLength(5)
  })

  test('goes on from a partition that was closed by a run that came no further', async () => {
    const world = aWorld()
    await days(world)
    const id = await world.ask(limited(7))
    await world.run.thaw({ rehydrationId: id, partition: null })
    const { taskList } = world.ports
    const [first = ''] = await taskList.open(id, 1)
    const stuck = world.on({
      ...world.ports,
      taskList: {
        ...taskList,
        close: async (rehydrationId: string, partition: string) => {
          await taskList.close(rehydrationId, partition)
          throw new Error('killed')
        },
      },
    })
    await expect(stuck.hydrate({ rehydrationId: id, partition: first })).rejects.toThrow('killed')
    expect(await taskList.open(id, 9)).toHaveLength(3)
    for (const task of world.thawQueue.receive()) await world.run.thaw(task)
    world.hydrateQueue.receive()
    await world.run.hydrate({ rehydrationId: id, partition: first })
    expect((await answer(world, id)).lines).toHaveLength(7)
  })

  test('counts what another run has delivered of a partition that it did not close', async () => {
    const world = aWorld()
    await days(world)
    const id = await world.ask(limited(3))
    await world.run.thaw({ rehydrationId: id, partition: null })
    const { taskList } = world.ports
    const [first = ''] = await taskList.open(id, 1)
    const stuck = world.on({
      ...world.ports,
      taskList: { ...taskList, close: async () => Promise.reject(new Error('killed')) },
    })
    await expect(stuck.hydrate({ rehydrationId: id, partition: first })).rejects.toThrow('killed')
    expect(await taskList.open(id, 9)).toHaveLength(2)
    await world.drain()
    expect((await answer(world, id)).lines).toHaveLength(3)
  })

  test('leaves what it has no time for to the queues', async () => {
    const world = aWorld()
    await days(world)
    const id = await world.ask(limited(7))
    await world.run.thaw({ rehydrationId: id, partition: null })
    const [first = ''] = await world.ports.taskList.open(id, 1)
    world.thawQueue.receive()
    let time = NOON
    const slow = world.on({ ...world.ports, now: () => (time += 2 * MINUTE) })
    const { outcome } = await slow.hydrate({ rehydrationId: id, partition: first })
    expect(outcome).toBe('delivered')
    expect(world.hydrateQueue.receive()).toEqual([])
    const open = await world.ports.taskList.open(id, 9)
    expect(open.length).toBeGreaterThan(0)
    await world.drain()
    expect((await answer(world, id)).lines).toHaveLength(7)
  })

  test('that is closed already is ended by whoever comes next', async () => {
    const world = aWorld()
    await days(world, 1)
    const id = await world.ask(limited(7))
    await world.run.thaw({ rehydrationId: id, partition: null })
    const [only = ''] = await world.ports.taskList.open(id, 1)
    const { delivery } = world.ports
    const stuck = world.on({
      ...world.ports,
      delivery: { ...delivery, putWhole: async () => Promise.reject(new Error('killed')) },
    })
    await expect(stuck.hydrate({ rehydrationId: id, partition: only })).rejects.toThrow('killed')
    expect(await world.ports.taskList.open(id, 9)).toEqual([])
    await world.run.hydrate({ rehydrationId: id, partition: only })
    expect(await answer(world, id)).toMatchObject({ state: 'completed' })
  })
})
