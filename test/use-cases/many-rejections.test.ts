import { expect, test } from 'vitest'
import { bodiesOf, readAll } from '../support/archive-facts.ts'
import { anArchiveWorld } from '../support/archive-world.ts'
import { aMessage, anOrder } from '../support/orders.ts'

/** More than a call takes as arguments; a message holds up to half a million. */
const MANY = 200_000

const poison = Array.from({ length: MANY }, () => 'x').join('\n')

const expectKept = async (world: ReturnType<typeof anArchiveWorld>) => {
  expect(bodiesOf(await readAll(world))).toEqual([anOrder('a')])
  expect(await world.ledger()).toMatchObject({ quarantined: { count: MANY }, balanced: true })
}

test('a message of nothing but malformed records is kept in quarantine, beside its neighbours', async () => {
  const world = anArchiveWorld()
  const { done, errors } = await world.age([aMessage([poison]), aMessage([anOrder('a')])])
  expect(errors).toEqual([])
  expect(done.size).toBe(2)
  await expectKept(world)
})

test('an object of malformed rows is kept in quarantine, and its one good row archived', async () => {
  const world = anArchiveWorld()
  world.putHot('orders/a.ndjson', `${poison}\n${anOrder('a')}`)
  expect(await world.ageObject({ key: 'orders/a.ndjson' })).toMatchObject({ outcome: 'archived' })
  await expectKept(world)
})
