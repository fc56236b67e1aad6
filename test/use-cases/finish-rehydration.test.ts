import { describe, expect, test } from 'vitest'
import { DAY } from '../../shared/domain/duration.ts'
import { finishRehydration } from '../../shared/use-cases/finish-rehydration.ts'
import { planRehydration } from '../../shared/use-cases/plan-rehydration.ts'
import { aRecord } from '../support/builders.ts'
import { aWorld } from '../support/rehydration-world.ts'

const PARTITION = '2024-03-10'

/** One record, asked for and planned, in a configuration that has lost something since. */
const inHand = async () => {
  const world = aWorld()
  await world.land([aRecord()])
  const rehydrationId = await world.ask()
  await world.run.thaw({ rehydrationId, partition: null })
  world.thawQueue.receive()
  const { config } = world.ports
  const without = (lost: Partial<typeof config>) => ({ ...world.ports, config: { ...config, ...lost } })
  return { world, task: { rehydrationId, partition: PARTITION }, without }
}

describe('the end of a rehydration', () => {
  test('is not to be had of one that there is none of, or that is not planned yet', async () => {
    const world = aWorld()
    const finish = finishRehydration(world.ports)
    expect(await finish('nobody')).toBe('unknown')
    expect(await planRehydration(world.ports)('nobody')).toBe('unknown')
    expect(await finish(await world.ask())).toBe('not-planned')
    expect(world.files()).toEqual([])
  })

  test('comes once', async () => {
    const { world, task } = await inHand()
    await world.run.hydrate(task)
    expect(await finishRehydration(world.ports)(task.rehydrationId)).toBe('over')
    expect(world.finished).toHaveLength(1)
  })

  test('is its failure when its destination has left the configuration, before the first file or the manifest', async () => {
    const { world, task, without } = await inHand()
    const lost = without({ destinations: new Map() })
    const reason = 'its destination analysts has left the configuration'
    expect(await world.on(lost).hydrate(task)).toEqual({ outcome: 'failed' })
    expect(await world.stateOf(task.rehydrationId)).toMatchObject({ name: 'failed', reason })

    const later = await inHand()
    const { delivery } = later.world.ports
    const dying = { ...delivery, putWhole: () => Promise.reject(new Error('it dies')) }
    await expect(
      later.world.on({ ...later.world.ports, delivery: dying }).hydrate(later.task),
    ).rejects.toThrow('it dies')
    expect(await later.world.on(later.without({ destinations: new Map() })).hydrate(later.task)).toEqual({
      outcome: 'done',
    })
    expect(await later.world.stateOf(later.task.rehydrationId)).toMatchObject({ name: 'failed', reason })
  })

  test('comes also when its dataset has left the configuration', async () => {
    const { world, task, without } = await inHand()
    await world.on(without({ datasets: new Map() })).hydrate(task)
    expect(await world.stateOf(task.rehydrationId)).toMatchObject({ name: 'completed' })
    expect(world.file(`${task.rehydrationId}/${PARTITION}.ndjson`).toString()).toBe(`${aRecord().body}\n`)
  })

  test('does not come while a closed task is not done', async () => {
    const { world, task } = await inHand()
    await world.ports.taskList.close(task.rehydrationId, PARTITION)
    await expect(finishRehydration(world.ports)(task.rehydrationId)).rejects.toThrow(
      'partition 2024-03-10 is closed and its task is planned',
    )
    expect(await world.stateOf(task.rehydrationId)).toMatchObject({ name: 'thawing' })
  })

  test('is found by a thaw task that comes after its partition was delivered', async () => {
    const { world, task } = await inHand()
    const yesterday = await world.land([aRecord({ time: aRecord().time - DAY })])
    await world.ports.tasks.add(task.rehydrationId, [yesterday.segment.partition])
    await world.run.hydrate(task)
    expect(await world.run.thaw(task)).toEqual({ outcome: 'readable', thaws: 0 })
    expect(world.hydrateQueue.receive()).toEqual([task])
  })
})
