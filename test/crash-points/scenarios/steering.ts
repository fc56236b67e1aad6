import { HOUR } from '../../../shared/domain/duration.ts'
import { Broken } from '../archive-view.ts'
import { aQuestion } from '../customer.ts'
import type { Scenario } from '../scenario.ts'
import type { UseCases } from '../use-cases.ts'
import type { World } from '../world.ts'
import { asked, COLD_SEGMENTS, EVERYTHING, planned, readable, restoresOnce, thawing } from './rehydrating.ts'

const cancelled = aQuestion({ cancelled: true }, EVERYTHING)

/** The rehydration that was asked for last. */
const newest = async ({ ports }: World): Promise<string> => {
  const [rehydration] = await ports.index.newest(1)
  if (rehydration === undefined) throw new Broken('answers: there is no rehydration')
  return rehydration.id
}

const cancel = async ({ cancelRehydration }: Pick<UseCases, 'cancelRehydration'>, world: World) => {
  const outcome = await cancelRehydration(await newest(world))
  if (outcome?.kind !== 'cancelled') throw new Broken(`answers: what was to be cancelled is ${outcome?.kind}`)
}

/** What changes the course of a rehydration that was asked for before. */
export const STEERING: readonly Scenario[] = [
  {
    useCase: 'cancelRehydration',
    when: 'before it is planned',
    given: asked(cancelled),
    attempt: ({ use }, world) => cancel(use, world),
    inTheEnd: restoresOnce('Standard', 0),
  },
  {
    useCase: 'cancelRehydration',
    when: 'while it is thawed',
    given: thawing(cancelled),
    attempt: ({ use }, world) => cancel(use, world),
    inTheEnd: restoresOnce('Standard', COLD_SEGMENTS),
  },
  {
    useCase: 'hydrateTask',
    when: 'of a rehydration that was cancelled',
    given: async (world) => {
      await readable(cancelled)(world)
      await world.soundWorker.consume.hydrate()
      await cancel(world.soundWorker.use, world)
    },
    attempt: ({ consume }) => consume.hydrate(),
  },
  {
    useCase: 'planRehydration',
    when: 'of one that was cancelled',
    given: async (world) => {
      await thawing(cancelled)(world)
      await cancel(world.soundWorker.use, world)
    },
    attempt: ({ consume }) => consume.thaw(),
  },
  {
    useCase: 'checkRehydrations',
    when: 'when it was cancelled and the message was lost',
    given: async (world) => {
      await planned(cancelled)(world)
      await cancel(world.soundWorker.use, world)
      world.queues.thaw.lose()
      world.pass(2 * HOUR)
    },
    attempt: ({ use }) => use.checkRehydrations(),
    inTheEnd: restoresOnce('Standard', 0),
  },
]
