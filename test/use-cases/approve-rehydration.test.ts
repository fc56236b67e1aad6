import { describe, expect, test } from 'vitest'
import { DAY, HOUR } from '../../shared/domain/duration.ts'
import { NO_TERMS } from '../../shared/domain/rehydration-terms.ts'
import { planRehydration } from '../../shared/use-cases/plan-rehydration.ts'
import { coldWorld, STANDARD_RESTORES } from '../support/cold-world.ts'
import { aRequest, type World } from '../support/rehydration-world.ts'

const ID = '01HRKZ0000000000000000ABCD'

/** One that waits for an approval. */
const waiting = async (world: World) => {
  const acceptedAt = world.now()
  const state = { name: 'awaiting-approval' } as const
  await world.ports.rehydrations.create(
    { id: ID, request: aRequest(), caller: 'tester', acceptedAt, state, terms: NO_TERMS },
    acceptedAt + HOUR,
  )
}

describe('a rehydration that waits for approval', () => {
  test('is not planned, whoever sends it', async () => {
    const { world } = await coldWorld()
    await waiting(world)
    expect(await planRehydration(world.ports)(ID)).toBe('awaiting-approval')
    world.advance(2 * HOUR)
    expect(await world.run.check()).toEqual({ sent: 0, failed: 0 })
    expect(await world.drain()).toEqual([])
    expect(world.metered(STANDARD_RESTORES)).toBe(0)
  })

  test('fails after 14 days, and says why', async () => {
    const { world } = await coldWorld()
    await waiting(world)
    world.advance(14 * DAY)
    expect(await world.run.check()).toEqual({ sent: 0, failed: 1 })
    expect(await world.stateOf(ID)).toMatchObject({ name: 'failed', reason: 'not approved within 14 days' })
  })
})
