import { describe, expect, it } from 'vitest'
import { HOUR } from '../../shared/domain/duration.ts'
import { aQuestion } from './customer.ts'
import { orders } from './producer.ts'
import { playEverywhere, type Scenario } from './scenario.ts'
import { START } from './settings.ts'
import type { World } from './world.ts'

const ageOne: Scenario = {
  useCase: 'ageRecords',
  when: 'with a message',
  given: ({ producer: { send } }) => send('orders', [...orders(['a'], START), ['{"id":"no time"}', null]]),
  attempt: ({ consume }) => consume.records(),
}

const ageObject: Scenario = {
  useCase: 'ageObject',
  when: 'with an object of two chunks',
  given: async ({ producer: { put } }) => put('orders', 'a.ndjson', orders(['a', 'b', 'c'], START)),
  attempt: ({ consume }) => consume.objects(),
}

const seal: Scenario = {
  useCase: 'sealPartition',
  when: 'with two landing segments',
  given: async ({ producer: { send }, workOff, pass, soundWorker }) => {
    for (const id of ['a', 'b']) {
      await send('orders', orders([id], START))
      await workOff()
    }
    pass(13 * HOUR)
    await soundWorker.use.sweep()
  },
  attempt: ({ consume }) => consume.seal(),
}

const hydrate: Scenario = {
  useCase: 'hydrateTask',
  when: 'with one record',
  given: async ({ producer: { send }, customer, workOff, soundWorker: { use, consume } }) => {
    await send('orders', orders(['a'], START))
    await workOff()
    await customer.ask(use, aQuestion({ bodies: orders(['a'], START).map(([text]) => text) }, {}))
    await consume.thaw()
    await consume.thaw()
  },
  attempt: ({ consume }) => consume.hydrate(),
}

/** The scenario in a world of which something is broken. */
const breaking = (scenario: Scenario, breakIt: (world: World) => void): Scenario => ({
  ...scenario,
  given: async (world) => {
    breakIt(world)
    await scenario.given?.(world)
  },
})

const nothing = async () => undefined

const BREAKS: readonly [what: string, scenario: Scenario, breakIt: (world: World) => void, finds: RegExp][] =
  [
    [
      'a commit that is acknowledged and never made',
      ageOne,
      ({ ports }) => {
        ports.log.append = async () => 'committed'
      },
      /no loss/,
    ],
    [
      'a rejected record that is nowhere kept',
      ageOne,
      ({ ports }) => {
        ports.quarantineRegister.book = async () => 'booked'
      },
      /no loss/,
    ],
    [
      'a segment that is committed and was not put',
      ageOne,
      ({ ports }) => {
        ports.writer.put = async () => 'stored'
      },
      /catalog truth/,
    ],
    [
      'a hot object that goes before its rows are committed',
      ageObject,
      ({ ports }) => {
        const { append } = ports.log
        let calls = 0
        ports.log.append = async (...given) => {
          calls += 1
          return calls === 2 ? 'committed' : append(...given)
        }
      },
      /no early delete/,
    ],
    [
      'a partition that no sweep looks at',
      ageOne,
      ({ ports }) => {
        ports.registry.due = async () => []
      },
      /convergence/,
    ],
    [
      'a seal that replaces nothing',
      seal,
      ({ ports }) => {
        const { append } = ports.log
        ports.log.append = (ref, commit) => append(ref, { ...commit, replaces: [] })
      },
      /books/,
    ],
    [
      'objects that are removed before their grace is over',
      seal,
      ({ ports }) => {
        const { append } = ports.log
        ports.log.append = async (ref, commit) => {
          const outcome = await append(ref, commit)
          if (commit.replaces.length > 0)
            for (const { commits } of [await ports.log.read(ref)])
              for (const { id, segments } of commits)
                if (commit.replaces.includes(id))
                  for (const { key } of segments) await ports.remover.remove(key)
          return outcome
        }
      },
      /no early delete/,
    ],
    [
      'an answer with a record twice',
      hydrate,
      ({ ports }) => {
        const { begin } = ports.delivery
        ports.delivery.begin = async (...given) => {
          const draft = await begin(...given)
          return {
            ...draft,
            write: async (bytes) => {
              await draft.write(bytes)
              await draft.write(bytes)
            },
          }
        }
      },
      /answers/,
    ],
    [
      'a waiter that stays',
      hydrate,
      ({ ports }) => {
        ports.waiters.remove = nothing
        const { tasks } = ports
        ports.tasks = {
          ...tasks,
          find: async (id, partition) => {
            await ports.waiters.put(
              { dataset: 'orders', partition },
              { rehydrationId: id, segmentIds: [], since: START, keepDays: null },
            )
            return tasks.find(id, partition)
          },
        }
      },
      /convergence/,
    ],
  ]

describe('the checks of the crash points find', () => {
  it.each(BREAKS)('%s', async (_, scenario, breakIt, finds) => {
    const played = playEverywhere(breaking(scenario, breakIt), 'crash after')
    await expect(played).rejects.toMatchObject({
      cause: { name: 'Broken', message: expect.stringMatching(finds) },
    })
  })

  it('nothing in the same scenarios unbroken', async () => {
    for (const scenario of [ageOne, ageObject, seal, hydrate])
      expect(await playEverywhere(scenario, 'crash after')).not.toEqual([])
  })
})
