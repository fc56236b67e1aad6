import { expect, test } from 'vitest'
import { HOUR } from '../../shared/domain/duration.ts'
import { LONGEST_RUN } from '../../shared/domain/rehydration-task.ts'
import { SegmentIsMissing } from '../../shared/ports/segment-store.ts'
import { aRecord } from '../support/builders.ts'
import { aWorld, type World } from '../support/rehydration-world.ts'

const PARTITION = '2024-03-10'

/** A planned rehydration whose hydrate task is in hand. */
const inHand = async (world: World) => {
  await world.land([aRecord({ id: 'a' })])
  const rehydrationId = await world.ask()
  await world.run.thaw({ rehydrationId, partition: null })
  world.thawQueue.receive()
  return { rehydrationId, partition: PARTITION }
}

/** Its put waits for `meanwhile`, having seen what is at the key before. */
const slowly = (world: World, meanwhile: () => Promise<void>) => {
  const { delivery } = world.ports
  return world.on({
    ...world.ports,
    delivery: {
      ...delivery,
      begin: async (...given) => {
        const draft = await delivery.begin(...given)
        return {
          ...draft,
          put: async (replaces) => {
            await meanwhile()
            return draft.put(replaces)
          },
        }
      },
    },
  })
}

/** Its task cannot be ended: it dies between its put and that. */
const dyingAfterPut = (world: World) =>
  world.on({
    ...world.ports,
    tasks: {
      ...world.ports.tasks,
      put: async (id, next, expected) => {
        if (next.state.name === 'done') throw new Error('died')
        return world.ports.tasks.put(id, next, expected)
      },
    },
  })

const textOf = (world: World, id: string) => world.file(`${id}/${PARTITION}.ndjson`).toString()

test('a second delivery of a task that is being worked on leaves it alone', async () => {
  const world = aWorld()
  const task = await inHand(world)
  let second: string | undefined
  const slow = slowly(world, async () => {
    second = (await world.run.hydrate(task)).outcome
  })
  expect(await slow.hydrate(task)).toMatchObject({ outcome: 'delivered' })
  expect(second).toBe('running')
  expect(world.finished).toHaveLength(1)
})

test('an attempt that is outrun after its put does not end the task, and what it put is replaced', async () => {
  const world = aWorld()
  const task = await inHand(world)
  const { delivery } = world.ports
  const slow = world.on({
    ...world.ports,
    delivery: {
      ...delivery,
      begin: async (...given) => {
        const draft = await delivery.begin(...given)
        return {
          ...draft,
          put: async (replaces) => {
            const put = await draft.put(replaces)
            world.advance(LONGEST_RUN)
            await world.land([aRecord({ id: 'b', body: '{"id":"b"}' })])
            expect(await world.run.hydrate(task)).toMatchObject({ outcome: 'delivered', records: 2 })
            return put
          },
        }
      },
    },
  })
  expect(await slow.hydrate(task)).toEqual({ outcome: 'superseded' })
  expect(textOf(world, task.rehydrationId)).toBe('{"id":"o-1"}\n{"id":"b"}\n')
  expect(world.finished).toHaveLength(1)
})

test('an attempt that is outrun neither overwrites the file nor ends the task', async () => {
  const world = aWorld()
  const task = await inHand(world)
  const slow = slowly(world, async () => {
    // it is thought dead: another attempt finds one record more, and delivers both
    world.advance(LONGEST_RUN)
    await world.land([aRecord({ id: 'b', body: '{"id":"b"}' })])
    expect(await world.run.hydrate(task)).toMatchObject({ outcome: 'delivered', records: 2 })
  })
  expect(await slow.hydrate(task)).toEqual({ outcome: 'superseded' })
  expect(textOf(world, task.rehydrationId)).toBe('{"id":"o-1"}\n{"id":"b"}\n')
  const manifest = JSON.parse(world.file(`${task.rehydrationId}/manifest.json`).toString())
  expect(manifest).toMatchObject({ records: 2, files: [{ records: 2 }] })
  expect(manifest.files[0].bytes).toBe(textOf(world, task.rehydrationId).length)
  expect(world.finished).toHaveLength(1)
})

test('an attempt that died after its put is replaced by the next one', async () => {
  const world = aWorld()
  const task = await inHand(world)
  await expect(dyingAfterPut(world).hydrate(task)).rejects.toThrow('died')
  await world.land([aRecord({ id: 'b', body: '{"id":"b"}' })])
  world.advance(2 * HOUR)
  expect(await world.run.hydrate(task)).toMatchObject({ outcome: 'delivered', records: 2 })
  expect(textOf(world, task.rehydrationId).split('\n')).toHaveLength(3)
})

test('[F7] what an attempt delivered before it died does not stay beside a manifest without it, when the segment cannot be read any more', async () => {
  const world = aWorld()
  const task = await inHand(world)
  await expect(dyingAfterPut(world).hydrate(task)).rejects.toThrow('died')
  expect(textOf(world, task.rehydrationId)).not.toBe('')
  const unread = world.on({
    ...world.ports,
    reader: {
      ...world.ports.reader,
      read: async (key) => {
        throw new SegmentIsMissing(key)
      },
    },
  })
  expect(await unread.hydrate(task)).toEqual({ outcome: 'delivered', records: 0, bytes: 0 })
  expect(textOf(world, task.rehydrationId)).toBe('')
  const manifest = JSON.parse(world.file(`${task.rehydrationId}/manifest.json`).toString())
  expect(manifest).toMatchObject({ records: 0, files: [] })
})

test('an attempt with nothing to deliver that is outrun leaves the file of the other one', async () => {
  const world = aWorld()
  const task = await inHand(world)
  await expect(dyingAfterPut(world).hydrate(task)).rejects.toThrow('died')
  const { reader, delivery } = world.ports
  const outrun = world.on({
    ...world.ports,
    reader: {
      ...reader,
      read: async (key) => {
        throw new SegmentIsMissing(key)
      },
    },
    delivery: {
      ...delivery,
      find: async (key) => {
        world.advance(LONGEST_RUN)
        expect(await world.run.hydrate(task)).toMatchObject({ outcome: 'delivered', records: 1 })
        return delivery.find(key)
      },
    },
  })
  expect(await outrun.hydrate(task)).toEqual({ outcome: 'superseded' })
  expect(textOf(world, task.rehydrationId)).toBe('{"id":"o-1"}\n')
})

test('an attempt that failed leaves the task to the next one at once', async () => {
  const world = aWorld()
  const task = await inHand(world)
  const failing = slowly(world, () => Promise.reject(new Error('S3 is slow')))
  await expect(failing.hydrate(task)).rejects.toThrow('S3 is slow')
  expect(await world.run.hydrate(task)).toMatchObject({ outcome: 'delivered' })
})

test('a task that is done is done again without a second delivery', async () => {
  const world = aWorld()
  const task = await inHand(world)
  await world.run.hydrate(task)
  await world.land([aRecord({ id: 'b' })])
  expect(await world.run.hydrate(task)).toEqual({ outcome: 'over' })
  await world.ports.taskList.close(task.rehydrationId, PARTITION)
  expect(textOf(world, task.rehydrationId).split('\n')).toHaveLength(2)
  expect(world.finished).toHaveLength(1)
})

test('of two that finish at once one counts the rehydration', async () => {
  const world = aWorld()
  const task = await inHand(world)
  const { rehydrations } = world.ports
  let raced = false
  const racing = world.on({
    ...world.ports,
    rehydrations: {
      ...rehydrations,
      put: async (next, expected) => {
        if (next.state.name === 'completed' && !raced) {
          raced = true
          await world.run.hydrate({ ...task, partition: 'none' })
        }
        return rehydrations.put(next, expected)
      },
    },
  })
  await racing.hydrate(task)
  expect(raced).toBe(true)
  expect(await world.stateOf(task.rehydrationId)).toMatchObject({ name: 'completed' })
  expect(world.finished).toHaveLength(1)
})

test('a rehydration that was cancelled stops, and its waiters go', async () => {
  const world = aWorld()
  await world.land([aRecord()], { storageClass: 'GLACIER' })
  const id = await world.ask()
  await world.drain()
  const stored = await world.ports.rehydrations.find(id)
  if (stored === undefined) throw new Error('not stored')
  await world.ports.rehydrations.put({ ...stored, state: { name: 'cancelled', cancelledAt: 1 } }, stored)
  expect(await world.pass(5 * HOUR)).toContain('over')
  expect(await world.waiters()).toEqual([])
  expect(world.files()).toEqual([])
})

test('a file that is never as it was seen is given up, and the message comes again', async () => {
  const world = aWorld()
  const task = await inHand(world)
  const { delivery } = world.ports
  let puts = 0
  const raced = world.on({
    ...world.ports,
    delivery: {
      ...delivery,
      begin: async (...given) => ({
        ...(await delivery.begin(...given)),
        put: async () => {
          puts += 1
          return 'changed'
        },
      }),
    },
  })
  await expect(raced.hydrate(task)).rejects.toThrow(`${PARTITION}.ndjson changed 8 times`)
  expect(puts).toBe(8)
  expect(world.files()).toEqual([])
  // it was let go, so that whoever has the message next finds it free
  expect(await world.run.hydrate(task)).toMatchObject({ outcome: 'delivered', records: 1 })
})

test('the task of a rehydration that is not there does nothing, to be hydrated or to be thawed', async () => {
  const world = aWorld()
  await world.land([aRecord({ id: 'a' })], { storageClass: 'GLACIER' })
  const task = { rehydrationId: 'nobody', partition: PARTITION }
  expect(await world.run.hydrate(task)).toEqual({ outcome: 'unknown' })
  expect(await world.run.thaw(task)).toEqual({ outcome: 'unknown', thaws: 0 })
  expect(world.files()).toEqual([])
  expect(await world.waiters()).toEqual([])
  expect(world.hydrateQueue.receive()).toEqual([])
})
