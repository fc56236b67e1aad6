import { expect, test } from 'vitest'
import { DAY, HOUR } from '../../shared/domain/duration.ts'
import { aRecord, NOON } from '../support/builders.ts'
import { aWorld } from '../support/rehydration-world.ts'

test('one that waits for a thaw of fewer days has it lengthened once it is there', async () => {
  const world = aWorld()
  const { segment } = await world.land([aRecord()], { storageClass: 'GLACIER' })
  await world.ask()
  await world.drain()
  const id = await world.ask({ keepDays: 20 })
  await world.drain()
  await world.pass(5 * HOUR)
  expect(await world.stateOf(id)).toMatchObject({ name: 'completed' })
  const facts = await world.ports.reader.head(segment.key)
  expect(facts?.restore?.readableUntil).toBeGreaterThanOrEqual(NOON + 20 * DAY)
})

test('also when the thaw ends just before it begins to wait, and its event is lost', async () => {
  const world = aWorld()
  const { segment } = await world.land([aRecord()], { storageClass: 'GLACIER' })
  await world.ask()
  await world.drain()
  const id = await world.ask({ keepDays: 20 })
  const { waiters } = world.ports
  const slow = world.on({
    ...world.ports,
    waiters: {
      ...waiters,
      put: async (...given) => {
        await waiters.put(...given)
        world.advance(5 * HOUR)
      },
    },
  })
  await world.drain(slow)
  await world.run.resume({ dataset: 'orders', partition: segment.partition })
  await world.drain()
  expect(await world.stateOf(id)).toMatchObject({ name: 'completed' })
  const facts = await world.ports.reader.head(segment.key)
  expect(facts?.restore?.readableUntil).toBeGreaterThanOrEqual(NOON + 20 * DAY)
})
