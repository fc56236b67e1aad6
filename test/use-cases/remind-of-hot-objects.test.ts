import { expect, test } from 'vitest'
import { makeMemoryArchive } from '../../shared/adapters/memory/memory-archive.ts'
import { makeMemoryQueue } from '../../shared/adapters/memory/memory-queue.ts'
import { HOUR } from '../../shared/domain/duration.ts'
import { remindOfHotObjects } from '../../shared/use-cases/remind-of-hot-objects.ts'
import { collect } from '../support/archive-facts.ts'
import { anArchiveWorld } from '../support/archive-world.ts'
import { NOON } from '../support/builders.ts'

const aWorld = () => {
  const world = anArchiveWorld()
  const objectsQueue = makeMemoryQueue<{ readonly key: string }>()
  const { lister } = makeMemoryArchive(world.s3, 'hot')
  const remind = remindOfHotObjects({
    config: world.config,
    lister,
    register: world.register,
    objectsQueue,
    now: () => world.clock.now,
  })
  return { ...world, remind, objectsQueue }
}

test('[F10] a hot object whose event was lost is sent to be aged, after six hours', async () => {
  const world = aWorld()
  world.putHot('orders/forgotten.ndjson', '{"id":"o-1","at":"2024-03-10T11:00:00Z"}\n')
  world.clock.now = NOON + 6 * HOUR - 1
  expect(await world.remind()).toEqual({ reminded: 0 })
  world.clock.now = NOON + 6 * HOUR
  expect(await world.remind()).toEqual({ reminded: 1 })
  const [task] = world.objectsQueue.receive()
  expect(task).toEqual({ key: 'orders/forgotten.ndjson' })
  expect(await world.ageObject({ key: task?.key ?? '' })).toMatchObject({ outcome: 'archived', records: 1 })
  expect(await world.remind()).toEqual({ reminded: 0 })
})

test('folders, and objects of no dataset, are left alone', async () => {
  const world = aWorld()
  world.putHot('orders/', '')
  world.putHot('elsewhere/file.ndjson', '{}')
  world.clock.now = NOON + 9 * HOUR
  expect(await world.remind()).toEqual({ reminded: 0 })
})

test('one run sends a bounded number of reminders, and a later one those behind them', async () => {
  const world = aWorld()
  for (let number = 0; number < 1005; number += 1) world.putHot(`orders/${number}.ndjson`, '{}')
  world.clock.now = NOON + 10 * HOUR
  expect(await world.remind()).toEqual({ reminded: 1000 })
  world.clock.now = NOON + 11 * HOUR
  expect(await world.remind()).toEqual({ reminded: 5 })
  expect(new Set(world.objectsQueue.receive().map(({ key }) => key)).size).toBe(1005)
})

test('an object that was set aside is passed over until it is cleared or changes', async () => {
  const world = aWorld()
  const key = 'orders/damaged.ndjson'
  const setAside = async () => {
    const [object] = await collect(makeMemoryArchive(world.s3, 'hot').lister.list(key))
    if (object === undefined) throw new Error(`${key} is not there`)
    const mark = {
      etag: object.etag,
      reason: 'SourceCorrupt',
      detail: 'the end is missing',
      at: NOON,
      until: null,
    }
    await world.register.setAside(key, mark)
  }
  world.putHot(key, '{"id":')
  world.putHot('orders/other.ndjson', '{}')
  await setAside()
  world.clock.now = NOON + 10 * HOUR
  expect(await world.remind()).toEqual({ reminded: 1 })
  expect(world.objectsQueue.receive()).toEqual([{ key: 'orders/other.ndjson' }])
  await world.register.clearSetAside(key)
  expect(await world.remind()).toEqual({ reminded: 1 })
  expect(world.objectsQueue.receive()).toEqual([{ key }])
  await setAside()
  world.putHot(key, '{"id":"o-1"}')
  world.clock.now += 10 * HOUR
  expect(await world.remind()).toEqual({ reminded: 1 })
  expect(world.objectsQueue.receive()).toEqual([{ key }])
})

test('one reminder a day is enough', async () => {
  const world = aWorld()
  world.putHot('orders/forgotten.ndjson', '{}')
  world.clock.now = NOON + 6 * HOUR
  expect(await world.remind()).toEqual({ reminded: 1 })
  world.clock.now = NOON + 30 * HOUR - 1
  expect(await world.remind()).toEqual({ reminded: 0 })
  world.clock.now = NOON + 30 * HOUR
  expect(await world.remind()).toEqual({ reminded: 1 })
})
