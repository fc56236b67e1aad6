import { describe, expect, test } from 'vitest'
import { advanceStored } from '../../shared/use-cases/advance-rehydration.ts'
import { advanceStoredTask } from '../../shared/use-cases/advance-task.ts'
import { requestRehydration } from '../../shared/use-cases/request-rehydration.ts'
import { aRecord, NOON } from '../support/builders.ts'
import { coldWorld, REF } from '../support/cold-world.ts'
import { aRequest, aWorld } from '../support/rehydration-world.ts'

const stale = async () => 'stale' as const

describe('one who is outrun again and again gives up, and changes nothing', () => {
  test('with a rehydration', async () => {
    const world = aWorld()
    const id = await world.ask()
    const advanced = advanceStored({ ...world.ports.rehydrations, put: stale }, id, {
      name: 'planned',
      at: NOON,
    })
    await expect(advanced).rejects.toThrow(`rehydration ${id}: changed by others 8 times in a row`)
    expect(await world.stateOf(id)).toMatchObject({ name: 'accepted' })
  })

  test('with a task', async () => {
    const world = aWorld()
    await world.land([aRecord()])
    const id = await world.ask()
    await world.run.thaw({ rehydrationId: id, partition: null })
    const event = { name: 'claimed', at: NOON, attempt: 'one' } as const
    const advanced = advanceStoredTask({ ...world.ports.tasks, put: stale }, id, REF.partition, event)
    await expect(advanced).rejects.toThrow(`rehydration ${id}, 2024-03-10: its task changed 8 times in a row`)
  })

  test('with a holding', async () => {
    const { world, segment } = await coldWorld()
    const id = await world.ask()
    const outrun = world.on({ ...world.ports, holdings: { put: stale } })
    await world.run.thaw({ rehydrationId: id, partition: null })
    const thawing = outrun.thaw({ rehydrationId: id, partition: REF.partition })
    await expect(thawing).rejects.toThrow(`${segment.key}: its holding changed 6 times in a row`)
  })
})

describe('what is not there', () => {
  test('is not advanced', async () => {
    const { ports } = aWorld()
    expect(await advanceStored(ports.rehydrations, 'nobody', { name: 'planned', at: NOON })).toBeUndefined()
  })

  test('and yet said to exist is an error, and nothing is sent', async () => {
    const { ports, thawQueue } = aWorld()
    const rehydrations = { ...ports.rehydrations, create: async () => 'exists' as const }
    const asked = requestRehydration({ ...ports, rehydrations })(aRequest(), {
      caller: 'one',
      idempotencyKey: null,
    })
    await expect(asked).rejects.toThrow('exists and cannot be found')
    expect(thawQueue.receive()).toEqual([])
  })
})
