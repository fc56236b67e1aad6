import { expect, test } from 'vitest'
import { DAY, HOUR } from '../../shared/domain/duration.ts'
import { keepPartition } from '../../shared/use-cases/keep-partition.ts'
import { keepSegment } from '../../shared/use-cases/keep-segment.ts'
import { coldWorld, holdingOf, REF } from '../support/cold-world.ts'

/** A segment that is thawed, for three days. */
const thawed = async () => {
  const cold = await coldWorld()
  const id = await cold.world.ask()
  await cold.world.drain()
  await cold.world.pass(5 * HOUR)
  return { ...cold, id, holding: await holdingOf(cold.world, cold.segment) }
}

test('a copy that is there for long enough has its need written down, and nothing is asked', async () => {
  const { world, segment, holding } = await thawed()
  const until = world.now() + DAY
  expect(await keepSegment(world.ports)(segment, holding, until)).toEqual({
    kind: 'kept',
    until: Date.parse('2024-03-14T00:00:00Z'),
  })
  // the thaw's own need, which is longer, stays
  expect((await holdingOf(world, segment))?.thaw?.neededUntil).toBeGreaterThanOrEqual(until - DAY)
})

test('a segment that is gone, or in a class that is read at once, needs nothing', async () => {
  const { world, segment, holding } = await thawed()
  const keep = keepSegment(world.ports)
  world.makeCold(segment, 'GLACIER_IR')
  expect(await keep(segment, holding, world.now() + 9 * DAY)).toEqual({ kind: 'always' })
  world.removeObject(segment.key)
  expect(await keep(segment, holding, world.now() + 9 * DAY)).toEqual({ kind: 'always' })
})

test('a copy that lapses just before S3 is asked is thawed anew, which is written down', async () => {
  const { world, segment, holding } = await thawed()
  const { ports } = world
  const slow = keepSegment({
    ...ports,
    thawer: {
      thaw: async (...given) => {
        world.advance(5 * DAY)
        return ports.thawer.thaw(...given)
      },
    },
  })
  expect(await slow(segment, holding, world.now() + 9 * DAY)).toEqual({ kind: 'lapsed' })
  const after = await holdingOf(world, segment)
  expect(after).toMatchObject({ thaw: { requestedAt: world.now(), readableUntil: null } })
  expect(after?.asking).toBeUndefined()
})

test('a fault of S3 is told, and lets others ask', async () => {
  const { world, segment, holding } = await thawed()
  const keep = keepSegment({
    ...world.ports,
    thawer: { thaw: () => Promise.reject(new Error('SlowDown')) },
  })
  await expect(keep(segment, holding, world.now() + 9 * DAY)).rejects.toThrow('SlowDown')
  expect((await holdingOf(world, segment))?.asking).toBeUndefined()
})

test('an answer that changes nothing is looked into, and what is gone then is left to others', async () => {
  const { world, segment, holding } = await thawed()
  const keep = keepSegment({
    ...world.ports,
    thawer: {
      thaw: async () => {
        world.advance(5 * DAY)
        return 'in-progress'
      },
    },
  })
  expect(await keep(segment, holding, world.now() + 9 * DAY)).toEqual({ kind: 'lapsed' })
  expect((await holdingOf(world, segment))?.asking).toBeUndefined()
})

test('a holding that others change all the time is given up on', async () => {
  const { world, segment, holding } = await thawed()
  const keep = keepSegment({ ...world.ports, holdings: { put: async () => 'stale' } })
  await expect(keep(segment, holding, world.now() + 9 * DAY)).rejects.toThrow('changed 6 times in a row')
})

test('a longer need that somebody writes down meanwhile is served as well', async () => {
  const { world, segment, holding } = await thawed()
  const { ports } = world
  let isFirst = true
  const slow = keepSegment({
    ...ports,
    thawer: {
      thaw: async (...given) => {
        if (isFirst) {
          isFirst = false
          const known = await holdingOf(world, segment)
          expect(await keepSegment(ports)(segment, known, world.now() + 20 * DAY)).toEqual({ kind: 'later' })
        }
        return ports.thawer.thaw(...given)
      },
    },
  })
  expect(await slow(segment, holding, world.now() + 9 * DAY)).toEqual({
    kind: 'kept',
    until: Date.parse('2024-03-31T00:00:00Z'),
  })
})

test('a partition that is not delivered, or of a rehydration that was never extended, is left alone', async () => {
  const { world, id } = await thawed()
  const rehydration = await world.ports.rehydrations.find(id)
  if (rehydration === undefined) throw new Error('no rehydration')
  const keep = keepPartition(world.ports)
  expect(await keep(rehydration, REF.partition)).toBe('done')
  expect(await keep(rehydration, '2024-03-11')).toBe('done')
  const extension = { keepDays: 9, at: 0, until: world.now() + 9 * DAY, dollars: 0, reservedOn: null }
  const extended = { ...rehydration, terms: { ...rehydration.terms, extension } }
  expect(await keep(extended, REF.partition)).toBe('kept')
  expect(await keep(extended, REF.partition)).toBe('done')
})
