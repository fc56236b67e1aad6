import { liveSegments } from '../../../shared/domain/commit.ts'
import { DAY, HOUR } from '../../../shared/domain/duration.ts'
import { NO_CAPS } from '../../../shared/domain/guards.ts'
import { partitionOf } from '../../../shared/domain/partition.ts'
import { LONGEST_REHYDRATION } from '../../../shared/domain/rehydration.ts'
import { reserveBudget } from '../../../shared/use-cases/spend-budget.ts'
import { aRange } from '../../support/selections.ts'
import { Broken } from '../archive-view.ts'
import { aQuestion } from '../customer.ts'
import type { Scenario } from '../scenario.ts'
import { START } from '../settings.ts'
import type { UseCases } from '../use-cases.ts'
import type { World } from '../world.ts'
import {
  all,
  archive,
  archiveWarm,
  asked,
  bodies,
  COLD_SEGMENTS,
  EVERYTHING,
  planned,
  readable,
  restoresOnce,
  thawAll,
  thawing,
} from './rehydrating.ts'

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

/** Begins at once, with a reservation. */
const cheap = aQuestion(
  { bodies: bodies('a', 'b') },
  { dataset: 'vault', selection: aRange(START - 10 * DAY, START) },
)
/** Has to be thawed, and needs an approval. */
const dear = aQuestion(all, { ...EVERYTHING, dataset: 'vault' })

const warmVault = (world: World) => archiveWarm(world, 'vault')
const coldVault = (world: World) => archive(world, 'vault')

const TODAY = { dataset: 'vault', day: partitionOf(START, 'day') }

const approve = async ({ approveRehydration }: Pick<UseCases, 'approveRehydration'>, world: World) => {
  const outcome = await approveRehydration(await newest(world), 'the boss')
  if (outcome?.kind !== 'approved') throw new Broken(`answers: what was to be approved is ${outcome?.kind}`)
}

/** So much of today's budget is spent in the end. */
const spends = (dollars: 'nothing' | 'something') => async (world: World) => {
  const { spent } = await world.ports.budgets.read(TODAY)
  if (spent.microDollars > 0 !== (dollars === 'something'))
    throw new Broken(`budgets: ${spent.microDollars} millionths of a dollar were spent`)
}

const KEEP_DAYS = 20

const extend = async ({ extendRehydration }: Pick<UseCases, 'extendRehydration'>, world: World) => {
  const outcome = await extendRehydration(await newest(world), KEEP_DAYS)
  if (outcome?.kind !== 'extended') throw new Broken(`answers: what was to be extended is ${outcome?.kind}`)
}

/** Completed, and its copies are still there. */
const delivered = async (world: World) => {
  await thawing(aQuestion(all, EVERYTHING))(world)
  world.pass(6 * HOUR)
  await world.workOff()
}

/** Every copy that a rehydration was extended for is there for so long, and nothing was restored twice. */
const copiesAreKept = async (world: World) => {
  const [rehydration] = await world.ports.index.newest(1)
  const until = rehydration?.terms.extension?.until ?? Number.POSITIVE_INFINITY
  for await (const ref of world.ports.registry.list(rehydration?.request.dataset ?? '')) {
    for (const { key, storageClass } of liveSegments((await world.ports.log.read(ref)).commits)) {
      const restore = storageClass === 'GLACIER' ? (await world.ports.reader.head(key))?.restore : undefined
      if (restore !== undefined && (restore?.readableUntil ?? 0) < until)
        throw new Broken(`thaws: ${key} is readable until ${restore?.readableUntil}, and not until ${until}`)
    }
  }
}

/** Whoever asked for it was told when its copies lapse, before they did. */
const toldOfLapse = async (world: World) => {
  const [rehydration] = await world.ports.index.newest(1)
  const told = world.notices().filter(({ rehydrationId }) => rehydrationId === rehydration?.id)
  if (told.length === 0 || told.some(({ keptUntil }) => keptUntil !== rehydration?.terms.keptUntil))
    throw new Broken(`notices: given were ${JSON.stringify(told)}`)
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
  {
    useCase: 'requestRehydration',
    when: 'of a dataset with a budget',
    given: warmVault,
    attempt: ({ use }, { customer }) => customer.ask(use, cheap),
    inTheEnd: spends('something'),
  },
  {
    useCase: 'requestRehydration',
    when: 'without a key, of a dataset with a budget',
    given: warmVault,
    attempt: ({ use }, { customer }) => customer.ask(use, { ...cheap, idempotencyKey: null }),
    inTheEnd: spends('something'),
  },
  {
    useCase: 'cancelRehydration',
    when: 'with a reservation',
    given: asked(aQuestion({ cancelled: true }, cheap.request), warmVault),
    attempt: ({ use }, world) => cancel(use, world),
    inTheEnd: spends('nothing'),
  },
  {
    useCase: 'approveRehydration',
    when: 'of what is dear',
    given: asked(dear, coldVault),
    attempt: ({ use }, world) => approve(use, world),
    inTheEnd: restoresOnce('Standard', COLD_SEGMENTS),
  },
  {
    useCase: 'checkRehydrations',
    when: 'when nobody has approved it',
    given: async (world) => {
      await asked(aQuestion({ failure: /^not approved within/ }, dear.request), coldVault)(world)
      world.pass(LONGEST_REHYDRATION)
    },
    attempt: ({ use }) => use.checkRehydrations(),
    inTheEnd: restoresOnce('Standard', 0),
  },
  {
    useCase: 'reconcileBudgets',
    when: 'when a request died, and a rehydration is over',
    given: async (world) => {
      await warmVault(world)
      await reserveBudget({ ...world, ...world.ports })(TODAY, 'nobody', { dollars: 0.1, bytes: 1 }, NO_CAPS)
      await world.customer.ask(world.soundWorker.use, cheap)
      await world.workOff()
      world.pass(2 * HOUR)
    },
    attempt: ({ use }) => use.reconcileBudgets(),
    inTheEnd: spends('something'),
  },
  {
    useCase: 'extendRehydration',
    when: 'that is completed',
    given: delivered,
    attempt: ({ use }, world) => extend(use, world),
    inTheEnd: copiesAreKept,
  },
  {
    useCase: 'extendRehydration',
    when: 'that is thawed, of a dataset with a budget',
    given: async (world) => {
      await asked(dear, coldVault)(world)
      await approve(world.soundWorker.use, world)
      await thawAll(world.soundWorker)
    },
    attempt: ({ use }, world) => extend(use, world),
    inTheEnd: copiesAreKept,
  },
  {
    useCase: 'thawTask',
    when: 'when copies are to be kept for longer',
    given: async (world) => {
      await delivered(world)
      await extend(world.soundWorker.use, world)
    },
    attempt: thawAll,
    inTheEnd: copiesAreKept,
  },
  {
    useCase: 'checkRehydrations',
    when: 'when the message of an extension was lost',
    given: async (world) => {
      await delivered(world)
      await extend(world.soundWorker.use, world)
      world.queues.thaw.lose()
      world.pass(2 * HOUR)
    },
    attempt: ({ use }) => use.checkRehydrations(),
    inTheEnd: copiesAreKept,
  },
  {
    useCase: 'checkRehydrations',
    when: 'when copies are about to lapse',
    given: async (world) => {
      await delivered(world)
      world.pass(2 * HOUR)
      await world.soundWorker.use.checkRehydrations()
      const [rehydration] = await world.ports.index.newest(1)
      world.pass((rehydration?.terms.keptUntil ?? 0) - 12 * HOUR - world.now())
    },
    attempt: ({ use }) => use.checkRehydrations(),
    inTheEnd: toldOfLapse,
  },
]
