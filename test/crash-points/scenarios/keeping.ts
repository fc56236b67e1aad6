import { DAY, HOUR } from '../../../shared/domain/duration.ts'
import { orders } from '../producer.ts'
import type { Scenario } from '../scenario.ts'
import { START } from '../settings.ts'
import type { World } from '../world.ts'

/** The end of the partition of START, and an hour: then it is sealed. */
const QUIET = START + 13 * HOUR

/** Lands each of these as a segment of its own. */
const land = async ({ producer, workOff }: World, dataset: string, ...groups: (readonly string[])[]) => {
  for (const ids of groups) {
    await producer.send(dataset, orders(ids, START))
    await workOff()
  }
}

const passTo = ({ clock, pass }: World, time: number) => pass(time - clock.now)

/** The sweep sends its tasks, and nobody takes them yet. */
const sweepOnly = ({ soundWorker }: World) => soundWorker.use.sweep()

/** A segment that was stored and never committed, beside one of the same records that was. */
export const landOrphan = async (world: World, dataset: string, ids: readonly string[]) => {
  const { append } = world.ports.log
  world.ports.log.append = async () => {
    throw new Error('the commit fails')
  }
  await world.producer.send(dataset, orders(ids, START))
  await world.soundWorker.consume.records().catch(() => false)
  world.ports.log.append = append
  world.pass(HOUR)
  await world.workOff()
}

export const KEEPING: readonly Scenario[] = [
  {
    useCase: 'sealPartition',
    when: 'with three landing segments that repeat each other',
    given: async (world) => {
      await land(world, 'orders', ['c', 'a'], ['b', 'a'], ['d'])
      passTo(world, QUIET)
      await sweepOnly(world)
    },
    attempt: ({ consume }) => consume.seal(),
  },
  {
    useCase: 'sealPartition',
    when: 'with a sealed segment and what landed late',
    given: async (world) => {
      await land(world, 'orders', ['a', 'b'], ['c'])
      passTo(world, QUIET)
      await world.tick()
      await land(world, 'orders', ['a', 'late'])
      world.pass(2 * HOUR)
      await sweepOnly(world)
    },
    attempt: ({ consume }) => consume.seal(),
  },
  {
    useCase: 'sealPartition',
    when: 'straight into a cold class',
    given: async (world) => {
      await land(world, 'tickets', ['a'], ['b'])
      passTo(world, QUIET + 3 * DAY)
      await sweepOnly(world)
    },
    attempt: ({ consume }) => consume.seal(),
  },
  {
    useCase: 'sweep',
    when: 'with partitions to seal',
    given: async (world) => {
      await land(world, 'orders', ['a'], ['b'])
      await land(world, 'tickets', ['c'])
      passTo(world, QUIET)
    },
    attempt: ({ use }) => use.sweep(),
  },
  {
    useCase: 'sweep',
    when: 'with dead commits and an orphan to expire',
    given: async (world) => {
      await land(world, 'orders', ['a'], ['b'])
      await landOrphan(world, 'orders', ['c'])
      passTo(world, QUIET)
      await world.tick()
      world.pass(2 * DAY)
    },
    attempt: ({ use }) => use.sweep(),
  },
  {
    useCase: 'sweep',
    when: 'with a segment to move to a colder class, and then to find there',
    given: async (world) => {
      await land(world, 'tickets', ['a'], ['b'])
      passTo(world, QUIET)
      await world.tick()
      passTo(world, QUIET + 2 * DAY)
    },
    attempt: async ({ use }, { pass }) => {
      await use.sweep()
      pass(2 * DAY)
      await use.sweep()
    },
  },
  {
    useCase: 'sweep',
    when: 'with a partition whose retention is over',
    given: async (world) => {
      await land(world, 'readings', ['a'], ['b'])
      passTo(world, QUIET)
      await world.tick()
      await land(world, 'readings', ['late'])
      passTo(world, QUIET + 4 * DAY)
    },
    attempt: ({ use }) => use.sweep(),
  },
  {
    useCase: 'expireObjects',
    when: 'with dead commits and an orphan',
    given: async (world) => {
      await land(world, 'orders', ['a'], ['b'])
      await landOrphan(world, 'orders', ['c'])
      passTo(world, QUIET)
      await world.tick()
      world.pass(2 * DAY)
      await sweepOnly(world)
    },
    attempt: async ({ consume }) => {
      while (await consume.expire());
    },
  },
  {
    useCase: 'expireObjects',
    when: 'with a partition that was retired',
    given: async (world) => {
      await land(world, 'readings', ['a'], ['b'])
      passTo(world, QUIET + 4 * DAY)
      await world.tick()
      world.pass(2 * DAY)
      await sweepOnly(world)
    },
    attempt: ({ consume }) => consume.expire(),
  },
]
