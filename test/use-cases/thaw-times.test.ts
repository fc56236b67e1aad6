import { expect, test } from 'vitest'
import { makeMemoryThawHistory } from '../../shared/adapters/memory/memory-thaw-history.ts'
import { HOUR, MINUTE } from '../../shared/domain/duration.ts'
import type { SeenThaw } from '../../shared/domain/thaw-sample.ts'
import { ENOUGH_SAMPLES } from '../../shared/domain/thaw-times.ts'
import { readThawTimes } from '../../shared/use-cases/thaw-times.ts'
import { aRecord, NOON } from '../support/builders.ts'
import { coldWorld, holdingOf } from '../support/cold-world.ts'
import { aWorld } from '../support/rehydration-world.ts'

const wish = { storageClass: 'GLACIER', tier: 'Standard', sizes: [1] } as const

const aThaw = (index: number): SeenThaw => ({
  ...wish,
  size: 'small',
  took: 2 * HOUR,
  at: NOON,
  segmentId: `segment ${index}`,
  requestedAt: NOON - 2 * HOUR,
})

test('thaw times are those that were seen, and are read anew after a while', async () => {
  const history = makeMemoryThawHistory()
  let now = NOON
  let reads = 0
  const readAll = () => {
    reads += 1
    return history.read()
  }
  const read = readThawTimes({ read: readAll }, () => now)
  expect((await read())(wish).p50).toBe(4 * HOUR)
  for (let index = 0; index < 2 * ENOUGH_SAMPLES; index += 1) await history.note(aThaw(index))
  now += 10 * MINUTE - 1
  expect((await read())(wish).p50).toBe(4 * HOUR)
  expect(reads).toBe(1)
  now += 1
  expect((await read())(wish).p50).toBe(2 * HOUR)
  now -= HOUR
  await read()
  expect(reads).toBe(3)
})

test('a thaw is remembered by the time that its event tells', async () => {
  const { world, segment } = await coldWorld()
  await world.ask()
  await world.drain()
  world.advance(6 * HOUR)
  expect(await world.run.track(segment.key, NOON + 4 * HOUR)).toBe('tracked')
  expect(await world.ports.thawHistory.read()).toEqual([
    { storageClass: 'GLACIER', tier: 'Standard', size: 'small', took: 4 * HOUR, at: NOON + 4 * HOUR },
  ])
})

test.each([
  ['says none', null],
  ['is of an earlier thaw', NOON - 1],
  ['is ahead of its time', NOON + 6 * HOUR + 1],
])('[F4] a thaw is remembered by when it was seen where an event %s', async (_, restoredAt) => {
  const { world, segment } = await coldWorld()
  await world.ask()
  await world.drain()
  world.advance(6 * HOUR)
  await world.run.track(segment.key, restoredAt)
  expect(await world.ports.thawHistory.read()).toMatchObject([{ took: 6 * HOUR }])
})

test('a thaw is remembered once, however often it is seen, and also when the first to see it died', async () => {
  const { world, segment } = await coldWorld()
  await world.ask()
  await world.drain()
  world.advance(5 * HOUR)
  const { holdings } = world.ports
  const dying = world.on({
    ...world.ports,
    holdings: { put: () => Promise.reject(new Error('it is dead')) },
  })
  await expect(dying.track(segment.key)).rejects.toThrow('it is dead')
  expect(await holdingOf(world, segment)).toMatchObject({ thaw: { readableUntil: null } })
  world.advance(HOUR)
  await world.on({ ...world.ports, holdings }).track(segment.key)
  await world.run.track(segment.key)
  expect(await world.ports.thawHistory.read()).toMatchObject([{ took: 6 * HOUR }])
})

test('Expedited that S3 has no capacity for is remembered as Standard', async () => {
  const world = aWorld({ knobs: { expeditedAvailable: () => false } })
  await world.land([aRecord()], { storageClass: 'GLACIER' })
  await world.ask({ tier: 'Expedited' })
  await world.drain()
  await world.pass(4 * HOUR)
  expect(await world.ports.thawHistory.read()).toMatchObject([{ tier: 'Standard', took: 4 * HOUR }])
})
