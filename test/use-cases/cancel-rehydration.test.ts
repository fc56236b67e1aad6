import { describe, expect, test } from 'vitest'
import { DAY, HOUR } from '../../shared/domain/duration.ts'
import { cancelRehydration } from '../../shared/use-cases/cancel-rehydration.ts'
import { describeRehydration } from '../../shared/use-cases/describe-rehydration.ts'
import { planRehydration } from '../../shared/use-cases/plan-rehydration.ts'
import { aRecord, NOON } from '../support/builders.ts'
import { coldWorld, REF, STANDARD_RESTORES } from '../support/cold-world.ts'
import { aWorld, type World } from '../support/rehydration-world.ts'

const cancel = (world: World) => cancelRehydration(world.ports)
const UNKNOWN = '01HRKZ0000000000000000ABCD'

describe('a rehydration that is cancelled', () => {
  test('before it was planned asks nothing of S3', async () => {
    const { world } = await coldWorld()
    const id = await world.ask()
    expect(await cancel(world)(id)).toMatchObject({
      kind: 'cancelled',
      rehydration: { state: { name: 'cancelled', cancelledAt: NOON } },
    })
    await world.drain()
    expect(world.metered(STANDARD_RESTORES)).toBe(0)
    expect(world.files()).toEqual([])
  })

  test('while it is thawed leaves the thaw to those who need it too, and nobody waits for it any more', async () => {
    const { world } = await coldWorld()
    const [id, other] = [await world.ask(), await world.ask()]
    await world.drain()
    expect(await world.waiters()).toHaveLength(2)
    await cancel(world)(id)
    await world.drain()
    expect((await world.waiters()).map(({ rehydrationId }) => rehydrationId)).toEqual([other])
    expect(await world.ports.taskList.open(id, 9)).toEqual([])
    await world.pass(5 * HOUR)
    expect(await world.stateOf(other)).toMatchObject({ name: 'completed' })
    expect(world.metered(STANDARD_RESTORES)).toBe(1)
    expect(world.files().filter((key) => key.includes(id))).toEqual([])
  })

  test('half-way keeps what was delivered, says so, and writes no manifest', async () => {
    const { world } = await coldWorld()
    await world.land([aRecord({ time: NOON - DAY })])
    const id = await world.ask({
      selection: { kind: 'range', from: NOON - 2 * DAY, to: NOON + DAY, where: null, limit: null },
    })
    await world.drain()
    await cancel(world)(id)
    await world.pass(5 * HOUR)
    expect(world.files()).toEqual([`analysts/${id}/2024-03-09.ndjson`])
    const described = await describeRehydration(world.ports)(id)
    expect(described?.progress).toMatchObject({
      partitions: { done: 1, thawing: 1 },
      files: 1,
      records: 1,
      bytes: world.file(`${id}/2024-03-09.ndjson`).byteLength,
    })
  })

  test('again is cancelled as it was, and sent to be tidied up again', async () => {
    const world = aWorld()
    const id = await world.ask()
    const first = await cancel(world)(id)
    world.advance(HOUR)
    world.thawQueue.receive()
    expect(await cancel(world)(id)).toEqual(first)
    expect(world.thawQueue.receive()).toEqual([{ rehydrationId: id, partition: null }])
  })

  test('after its end stays what it was', async () => {
    const world = aWorld()
    const id = await world.ask()
    await world.drain()
    expect(await cancel(world)(id)).toMatchObject({
      kind: 'over',
      rehydration: { state: { name: 'completed' } },
    })
    expect(await cancel(world)(UNKNOWN)).toBeUndefined()
  })

  test('while it is being planned leaves no task behind', async () => {
    const { world } = await coldWorld()
    const id = await world.ask()
    const { ports } = world
    const plan = planRehydration({
      ...ports,
      tasks: {
        ...ports.tasks,
        add: async (...given) => {
          // cancelled and tidied up before the tasks are there
          await cancel(world)(id)
          await world.drain()
          await ports.tasks.add(...given)
        },
      },
    })
    expect(await plan(id)).toBe('over')
    expect(await ports.taskList.open(id, 9)).toEqual([])
    expect(await world.drain()).toEqual([])
  })

  test('or lost while it is being planned is planned to its end', async () => {
    const { world } = await coldWorld()
    const id = await world.ask()
    const { rehydrations } = world.ports
    let finds = 0
    const find = async (wanted: string) => {
      finds += 1
      return finds === 1 ? rehydrations.find(wanted) : undefined
    }
    expect(await planRehydration({ ...world.ports, rehydrations: { ...rehydrations, find } })(id)).toBe(
      'planned',
    )
  })

  test('is looked at until nothing is left of it, whatever was lost', async () => {
    const { world } = await coldWorld()
    const id = await world.ask()
    await world.drain()
    await cancel(world)(id)
    world.thawQueue.receive()
    world.advance(2 * HOUR)
    expect(await world.run.check()).toEqual({ sent: 0, failed: 0 })
    await world.drain()
    expect(await world.waiters(REF.partition)).toEqual([])
    expect(await world.ports.taskList.open(id, 9)).toEqual([])
    world.advance(HOUR)
    await world.run.check()
    expect(await world.ports.index.due(world.now() + DAY, 9)).toEqual([])
  })
})
