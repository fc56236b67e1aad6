import { DAY, HOUR } from '../../../shared/domain/duration.ts'
import { LONGEST_ASK } from '../../../shared/domain/plan-thaw.ts'
import type { RehydrationRequest } from '../../../shared/domain/rehydration.ts'
import { LONGEST_REHYDRATION } from '../../../shared/domain/rehydration.ts'
import { quotedFor } from '../../../shared/use-cases/quote.ts'
import { aStoredQuote } from '../../support/a-stored-quote.ts'
import { aRange, someIds } from '../../support/selections.ts'
import { Broken } from '../archive-view.ts'
import { aQuestion, type Question } from '../customer.ts'
import { orders } from '../producer.ts'
import type { Scenario } from '../scenario.ts'
import { type DatasetName, START } from '../settings.ts'
import type { Worker } from '../worker.ts'
import type { World } from '../world.ts'

const [BEFORE, DURING, WARM] = [START - 4 * DAY, START - 3 * DAY, START - DAY]

const EARLY = [...orders(['a', 'b'], DURING), ...orders(['c'], BEFORE)]
const LATE = [...orders(['late'], DURING + HOUR), ...orders(['w'], WARM)]
export const bodies = (...ids: string[]) =>
  [...EARLY, ...LATE].map(([text]) => text).filter((text) => ids.some((id) => text.includes(`"${id}"`)))

export const COLD_SEGMENTS = 3

/** Three partitions: one with two segments in GLACIER, one with one of them, and one whose segment is not cold yet. */
export const archive = async ({ producer, workOff, tick, pass }: World, dataset: DatasetName = 'tickets') => {
  for (const texts of [EARLY, LATE]) {
    await producer.send(dataset, texts)
    await workOff()
    pass(2 * HOUR)
    await tick()
  }
}

/** Every thaw task that waits. */
export const thawAll = async ({ consume }: Worker) => {
  while (await consume.thaw());
}

/** Something in STANDARD, of one partition. */
export const archiveWarm = async ({ producer, workOff }: World, dataset: DatasetName = 'orders') => {
  await producer.send(dataset, [...orders(['a', 'b'], DURING)])
  await workOff()
}

export const EVERYTHING: Pick<RehydrationRequest, 'dataset' | 'selection'> = {
  dataset: 'tickets',
  selection: aRange(START - 10 * DAY, START),
}
export const all = { bodies: bodies('a', 'b', 'c', 'late', 'w') }
const cold = aQuestion(all, EVERYTHING)
const soon = aQuestion(all, { ...EVERYTHING, tier: null, readyBy: START + DAY })
const kept = aQuestion(all, { ...EVERYTHING, keepDays: 9 }, 'kept')
const warm = aQuestion(
  { bodies: bodies('a', 'b') },
  { dataset: 'orders', selection: aRange(START - 10 * DAY, START) },
)
const QUOTE = '01HRKZ00000000000000000001'
const quotedCold = aQuestion(all, { ...EVERYTHING, quoteId: QUOTE })
/** Of all that is cold, with enough for every thaw and none twice. */
const onQuote = async (world: World) => {
  await archive(world)
  const { request } = quotedCold
  const id = QUOTE
  const thaws = { Bulk: 0, Standard: 0.0002, Expedited: 0 }
  await world.ports.quotes.create(
    aStoredQuote({
      id,
      of: quotedFor(request),
      expiresAt: START + 30 * DAY,
      fixed: 0.01,
      thaws: { GLACIER: thaws, DEEP_ARCHIVE: thaws },
    }),
  )
}
const quoted = aQuestion(
  { bodies: bodies('a', 'b') },
  { dataset: 'orders', selection: aRange(START - 10 * DAY, START), quoteId: QUOTE },
)
const ids = aQuestion(
  { bodies: bodies('b') },
  {
    dataset: 'tickets',
    selection: someIds([
      { id: 'b', time: DURING },
      { id: 'z', time: BEFORE },
    ]),
    format: 'parquet',
  },
)

const replayed = aQuestion(all, { ...EVERYTHING, destination: 'replay' })

/** Every hydrate task that waits: the first may be one whose turn has not come. */
const hydrateAll = async ({ consume }: Worker) => {
  while (await consume.hydrate());
}

/** One batch is one record here, and no more than two faults are played at once. */
const repeatsOnlyFaults = async ({ ports, replayed: inbox }: World) => {
  const [newest] = await ports.index.newest(1)
  const sent = inbox.messagesOf(newest?.id ?? '')
  const most = sent.length - inbox.bodiesOf(newest?.id ?? '').length
  if (most > 2) throw new Broken(`answers: ${most} of ${sent.length} records were sent again`)
}

/** As the sweep and the events do, partition by partition. */
const resumeAll = async ({ use }: Worker, { ports }: World) => {
  for await (const { dataset, partition } of ports.registry.list('tickets'))
    await use.resumeWaiters({ dataset, partition })
}

/** What happens before somebody asks. */
type SetUp = (world: World) => Promise<unknown>

export const asked =
  (question: Question, setUp: SetUp = archive) =>
  async (world: World) => {
    await setUp(world)
    return world.customer.ask(world.soundWorker.use, question)
  }

/** Asked for and planned: its thaw tasks wait. */
export const planned =
  (question: Question, setUp: SetUp = archive) =>
  async (world: World) => {
    const id = await asked(question, setUp)(world)
    await world.soundWorker.consume.thaw()
    return id
  }

/** Every task is asked of S3, and what is readable waits to be hydrated. */
export const thawing =
  (question: Question, setUp: SetUp = archive) =>
  async (world: World) => {
    const id = await planned(question, setUp)(world)
    await thawAll(world.soundWorker)
    return id
  }

/** S3 is done with it. */
const thawed =
  (question: Question, events: 'arrive' | 'are lost' = 'arrive') =>
  async (world: World) => {
    world.mood.events = events === 'arrive'
    const id = await thawing(question)(world)
    world.pass(6 * HOUR)
    return id
  }

/** Readable, and sent to be hydrated. */
export const readable =
  (question: Question, setUp: SetUp = archive) =>
  async (world: World) => {
    const id = await thawing(question, setUp)(world)
    world.pass(6 * HOUR)
    const { consume } = world.soundWorker
    while (await consume.storage());
    return id
  }

const RESTORES = 's3.restore-request.GLACIER.'

export const restoresOnce = (tier: string, segments: number) => (world: World) => {
  const asked = world.metered(`${RESTORES}${tier}`)
  if (asked !== segments) throw new Broken(`thaws: S3 was asked ${asked} times for ${segments} segments`)
}

/** Thaws under way with Bulk, and one who needs them sooner. */
const tooSlow = async (world: World) => {
  await thawing(aQuestion(all, { ...EVERYTHING, tier: 'Bulk' }, 'patient'))(world)
  await thawing(soonerThanBulk(world), async () => undefined)(world)
  world.pass(HOUR / 4)
}

const soonerThanBulk = ({ now }: World): Question =>
  aQuestion(all, { ...EVERYTHING, tier: null, readyBy: now() + 9 * HOUR }, 'hurried')

/** However often it is asked for, S3 takes a faster tier once. */
const raisesOnce = (world: World) => {
  restoresOnce('Bulk', COLD_SEGMENTS)(world)
  restoresOnce('Standard', COLD_SEGMENTS)(world)
}

/** Each once, whoever died over it. */
const remembersThaws =
  (segments: number) =>
  async ({ ports }: World) => {
    const { length } = await ports.thawHistory.read()
    if (length !== segments) throw new Broken(`thaws: ${length} of ${segments} are remembered`)
  }

export const REHYDRATING: readonly Scenario[] = [
  {
    useCase: 'requestRehydration',
    when: 'under an idempotency key',
    given: archive,
    attempt: ({ use }, { customer }) => customer.ask(use, cold),
    inTheEnd: restoresOnce('Standard', COLD_SEGMENTS),
  },
  {
    useCase: 'requestRehydration',
    when: 'that says by when all is to be there',
    given: archive,
    attempt: ({ use }, { customer }) => customer.ask(use, soon),
    inTheEnd: restoresOnce('Bulk', COLD_SEGMENTS),
  },
  {
    useCase: 'requestRehydration',
    when: 'without an idempotency key',
    given: archiveWarm,
    attempt: ({ use }, { customer }) => customer.ask(use, { ...warm, idempotencyKey: null }),
  },
  {
    useCase: 'requestRehydration',
    when: 'on a quote',
    given: async (world) => {
      await archiveWarm(world)
      await world.ports.quotes.create(
        aStoredQuote({ id: QUOTE, of: quotedFor(quoted.request), expiresAt: START + 30 * DAY }),
      )
    },
    attempt: ({ use }, { customer }) => customer.ask(use, quoted),
  },
  {
    useCase: 'planRehydration',
    when: 'of a range',
    given: asked(cold),
    attempt: ({ consume }) => consume.thaw(),
    inTheEnd: restoresOnce('Standard', COLD_SEGMENTS),
  },
  {
    useCase: 'planRehydration',
    when: 'of ids, one of which is nowhere',
    given: asked(ids),
    attempt: ({ consume }) => consume.thaw(),
    inTheEnd: restoresOnce('Standard', 1),
  },
  {
    useCase: 'planRehydration',
    when: 'of a range without records',
    given: asked(aQuestion({ bodies: [] }, { dataset: 'tickets', selection: aRange(0, DAY) })),
    attempt: ({ consume }) => consume.thaw(),
  },
  {
    useCase: 'planRehydration',
    when: 'on a quote',
    given: asked(quotedCold, onQuote),
    attempt: ({ consume }) => consume.thaw(),
    inTheEnd: restoresOnce('Standard', COLD_SEGMENTS),
  },
  {
    useCase: 'thawTask',
    when: 'on a quote',
    given: planned(quotedCold, onQuote),
    attempt: ({ consume }) => consume.thaw(),
    inTheEnd: restoresOnce('Standard', COLD_SEGMENTS),
  },
  {
    useCase: 'thawTask',
    when: 'with cold segments and a warm one',
    given: planned(cold),
    attempt: thawAll,
    inTheEnd: restoresOnce('Standard', COLD_SEGMENTS),
  },
  {
    useCase: 'thawTask',
    when: 'when S3 has no capacity for Expedited',
    given: async (world) => {
      world.mood.expedited = false
      await planned(aQuestion(all, { ...EVERYTHING, tier: 'Expedited' }))(world)
    },
    attempt: thawAll,
    inTheEnd: restoresOnce('Standard', COLD_SEGMENTS),
  },
  {
    useCase: 'thawTask',
    when: 'when a copy is there and wanted for longer',
    given: async (world) => {
      await thawed(cold)(world)
      await world.workOff()
      await planned(kept, async () => undefined)(world)
    },
    attempt: thawAll,
  },
  {
    useCase: 'thawTask',
    when: 'of a rehydration that is over',
    given: async (world) => {
      await planned(aQuestion({ failure: /^not finished within/ }, EVERYTHING))(world)
      world.pass(LONGEST_REHYDRATION)
      await world.soundWorker.use.checkRehydrations()
    },
    attempt: ({ consume }) => consume.thaw(),
  },
  {
    useCase: 'trackStorage',
    when: 'when a segment is thawed that somebody waits for',
    given: thawed(cold),
    attempt: ({ consume }) => consume.storage(),
    inTheEnd: async (world) => {
      restoresOnce('Standard', COLD_SEGMENTS)(world)
      await remembersThaws(COLD_SEGMENTS)(world)
    },
  },
  {
    useCase: 'trackStorage',
    when: 'when lifecycle has moved a segment',
    given: async (world) => {
      await world.producer.send('tickets', orders(['a'], START))
      await world.workOff()
      world.pass(13 * HOUR)
      await world.tick()
      world.pass(2 * DAY)
      await world.soundWorker.use.sweep()
      world.pass(DAY)
    },
    attempt: ({ consume }) => consume.storage(),
  },
  {
    useCase: 'sweep',
    when: 'when the events of a thaw were lost',
    given: thawed(cold, 'are lost'),
    attempt: ({ use }) => use.sweep(),
    inTheEnd: remembersThaws(COLD_SEGMENTS),
  },
  {
    useCase: 'resumeWaiters',
    when: 'when the events of a thaw were lost',
    given: thawed(cold, 'are lost'),
    attempt: resumeAll,
  },
  {
    useCase: 'resumeWaiters',
    when: 'when the restored copy has expired',
    given: async (world) => {
      await thawed(cold, 'are lost')(world)
      world.pass(5 * DAY)
    },
    attempt: resumeAll,
  },
  {
    useCase: 'hydrateTask',
    when: 'when all is readable',
    given: readable(warm, archiveWarm),
    attempt: ({ consume }) => consume.hydrate(),
  },
  {
    useCase: 'hydrateTask',
    when: 'into Parquet',
    given: readable(aQuestion(all, { ...EVERYTHING, format: 'parquet' })),
    attempt: ({ consume }) => consume.hydrate(),
    inTheEnd: restoresOnce('Standard', COLD_SEGMENTS),
  },
  {
    useCase: 'hydrateTask',
    when: 'with ids',
    given: readable(ids),
    attempt: ({ consume }) => consume.hydrate(),
  },
  {
    useCase: 'hydrateTask',
    when: 'when its segments are cold again',
    given: async (world) => {
      await readable(cold)(world)
      world.pass(5 * DAY)
    },
    attempt: ({ consume }) => consume.hydrate(),
  },
  {
    useCase: 'hydrateTask',
    when: 'when records are sent to a queue, partition by partition',
    given: readable(replayed),
    attempt: hydrateAll,
    inTheEnd: repeatsOnlyFaults,
  },
  {
    useCase: 'hydrateTask',
    when: 'when time runs out in the middle of sending',
    given: async (world) => {
      await readable(replayed)(world)
      world.mood.batchesInTime = 3
    },
    attempt: async (worker, { mood, queues }) => {
      await hydrateAll(worker)
      mood.batchesInTime = Number.POSITIVE_INFINITY
      // from here on nothing but the sweep sends it again
      queues.hydrate.lose()
    },
    inTheEnd: repeatsOnlyFaults,
  },
  {
    useCase: 'finishRehydration',
    when: 'with the last of its tasks',
    given: async (world) => {
      await readable(cold)(world)
      for (const _ of ['one', 'two']) await world.soundWorker.consume.hydrate()
    },
    attempt: ({ consume }) => consume.hydrate(),
    inTheEnd: restoresOnce('Standard', COLD_SEGMENTS),
  },
  {
    useCase: 'checkRehydrations',
    when: 'when thaws under way are too late for one that has a time',
    given: tooSlow,
    attempt: ({ use }) => use.checkRehydrations(),
    inTheEnd: raisesOnce,
  },
  {
    useCase: 'thawTask',
    when: 'when thaws under way have to be made faster',
    given: async (world) => {
      await tooSlow(world)
      await world.soundWorker.use.checkRehydrations()
      await world.soundWorker.consume.thaw()
    },
    attempt: async (worker, { pass }) => {
      await thawAll(worker)
      // who died while asking S3 keeps others from it for so long, and the check sends it again
      pass(LONGEST_ASK)
      await worker.use.checkRehydrations()
      await thawAll(worker)
    },
    inTheEnd: raisesOnce,
  },
  {
    useCase: 'checkRehydrations',
    when: 'when its messages were lost',
    given: async (world) => {
      await planned(cold)(world)
      world.queues.thaw.lose()
      world.pass(2 * HOUR)
    },
    attempt: ({ use }) => use.checkRehydrations(),
  },
  {
    useCase: 'checkRehydrations',
    when: 'when it is too old',
    given: async (world) => {
      await planned(aQuestion({ failure: /^not finished within/ }, EVERYTHING))(world)
      world.queues.thaw.lose()
      world.pass(LONGEST_REHYDRATION)
    },
    attempt: ({ use }) => use.checkRehydrations(),
  },
]
