import { HOUR } from '../../shared/domain/duration.ts'
import { Broken, type PartitionView } from './archive-view.ts'
import { makeCloud } from './cloud.ts'
import { whatIsLeft } from './convergence.ts'
import { makeCustomer } from './customer.ts'
import { makeFaults } from './faults.ts'
import { makeInvariants } from './invariants.ts'
import { makeProducer } from './producer.ts'
import { makeWorker } from './worker.ts'

/** A sweep twice a day, for longer than a patrol (a week), two graces and lifecycle's lag take together. */
const ROUNDS = 28
const ROUND = 12 * HOUR

/** No scenario has more messages at a time. */
const MOST_MESSAGES = 500

/** A cloud with all that watches over it. A process in it that is no part of a test's faults never fails. */
export const makeWorld = () => {
  const cloud = makeCloud()
  const producer = makeProducer(cloud)
  const customer = makeCustomer(cloud)
  const { check, noteCommit, checkRemoval, checkHotRemoval } = makeInvariants(cloud, producer)
  const { log, remover, hot } = cloud.ports
  const watched = {
    ...cloud,
    ports: {
      ...cloud.ports,
      log: {
        ...log,
        append: async (...[ref, commit]: Parameters<typeof log.append>) => {
          const outcome = await log.append(ref, commit)
          if (outcome === 'committed') noteCommit(ref, commit)
          return outcome
        },
      },
      remover: {
        remove: async (key: string) => {
          await checkRemoval(key)
          await remover.remove(key)
        },
      },
      hot: {
        ...hot,
        remove: async (object: Parameters<typeof hot.remove>[0]) => {
          if ((await hot.find(object.key))?.etag === object.etag) await checkHotRemoval(object.key)
          return hot.remove(object)
        },
      },
    },
  }
  const sound = makeFaults([], async () => undefined)
  const soundWorker = makeWorker(watched, sound.start())

  /** Until no queue has a message to be seen. */
  const workOff = async () => {
    let taken = 0
    for (let before = -1; before < taken; ) {
      before = taken
      for (const take of Object.values(soundWorker.consume))
        while (await take()) {
          taken += 1
          if (taken > MOST_MESSAGES) throw new Broken('convergence: the queues do not run empty')
        }
    }
  }

  /** One run of the schedule, and all that comes of it. */
  const tick = async () => {
    await soundWorker.tick()
    await workOff()
  }

  return {
    ...watched,
    producer,
    customer,
    check,
    soundWorker,
    workOff,
    tick,
    /** Time passes with the schedule running, until nothing is left to be done; what must always hold does, all the while. */
    converge: async (staysHot: readonly string[]): Promise<readonly PartitionView[]> => {
      let left: readonly string[] = []
      for (let round = 0; round < ROUNDS; round += 1) {
        await workOff()
        await tick()
        const views = await check()
        left = await whatIsLeft(cloud, producer, views, staysHot)
        if (left.length === 0) {
          await customer.checkAnswers()
          return views
        }
        cloud.pass(ROUND)
      }
      throw new Broken(`convergence: ${left.join('; ')}`)
    },
  }
}

export type World = ReturnType<typeof makeWorld>
