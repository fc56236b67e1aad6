import { expect, test } from 'vitest'
import { describeRehydration } from '../../shared/use-cases/describe-rehydration.ts'
import { aRecord, NOON } from '../support/builders.ts'
import { aWorld } from '../support/rehydration-world.ts'
import { aRange } from '../support/selections.ts'

test('a rehydration is told by what is delivered of it, and a partition without records gave nothing', async () => {
  const world = aWorld()
  await world.land([aRecord({ id: 'a' }), aRecord({ id: 'b', time: NOON + 10 })])
  const [some, none] = [
    await world.ask({ selection: aRange(NOON, NOON + 5) }),
    await world.ask({ selection: aRange(NOON + 5, NOON + 6) }),
  ]
  await world.drain()
  const describe = describeRehydration(world.ports)
  expect((await describe(some))?.progress).toMatchObject({
    partitions: { done: 1 },
    files: 1,
    records: 1,
    bytes: world.file(`${some}/2024-03-10.ndjson`).byteLength,
    keptUntil: null,
    segmentsLapsed: 0,
  })
  expect((await describe(none))?.progress).toMatchObject({
    partitions: { done: 1 },
    files: 0,
    records: 0,
    bytes: 0,
  })
  expect(await describe('01HRKZ0000000000000000ABCD')).toBeUndefined()
})
