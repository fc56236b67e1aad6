import { makeDeadLetterObjects } from '../../../shared/adapters/dead-letter-store.ts'
import { canaryRecord } from '../../../shared/domain/canary.ts'
import { DAY, HOUR } from '../../../shared/domain/duration.ts'
import { UNKNOWN_DATASET } from '../../../shared/ports/quarantine.ts'
import { collect } from '../../support/archive-facts.ts'
import { anOrder } from '../../support/orders.ts'
import { someIds } from '../../support/selections.ts'
import { Broken, viewQuarantine } from '../archive-view.ts'
import { aQuestion } from '../customer.ts'
import { orders } from '../producer.ts'
import type { Scenario } from '../scenario.ts'
import { CONFIG, START } from '../settings.ts'
import type { Worker } from '../worker.ts'
import type { World } from '../world.ts'
import { landOrphan } from './keeping.ts'

const LOST = orders(['a', 'b'], START)
const LONG: [string, null] = [anOrder('long', START, `,"text":"${'x'.repeat(100)}"`), null]

/** The unit that was kept first of all that have items of a reason, whatever became of it. */
const firstUnit = async ({ ports }: World, dataset: string, reason: string) => {
  const states = ['waiting', 'retried'] as const
  const units = await Promise.all(states.map((state) => ports.quarantineIndex.newest(dataset, state, 100)))
  const [first] = units
    .flat()
    .filter(({ reasons }) => Object.hasOwn(reasons, reason))
    .toSorted((one, other) => one.at - other.at)
  if (first === undefined) throw new Error(`nothing of ${dataset} is in quarantine as ${reason}`)
  return first
}

const nothingWaits = async (world: World) => {
  const left = await viewQuarantine(world)
  if (left.length > 0) throw new Broken(`quarantine: ${left.map(({ text }) => text).join(', ')} still wait`)
}

/** Sealed, landed and malformed records. */
const archive = async ({ producer, workOff, tick, pass }: World) => {
  await producer.send('orders', [...orders(['a', 'b'], START), ['{"id":"no time"}', null]])
  await workOff()
  pass(14 * HOUR)
  await tick()
  await producer.send('orders', orders(['b', 'late'], START))
  await workOff()
}

const indexOf = (key: string) => key.replace(/^(landing|sealed)/, 'index').replace('.parquet', '.index')

/** The canaries of the next hours, and their rehydrations. */
const allowCanaries = ({ producer, customer }: World) => {
  const dataset = CONFIG.datasets.get('orders')
  if (dataset === undefined) throw new Error('there is no dataset for canaries')
  for (let hour = START; hour < START + DAY; hour += HOUR) {
    const { id, time, body } = canaryRecord(dataset, hour)
    producer.allow('orders', body)
    customer.allow(aQuestion({ bodies: [body] }, { selection: someIds([{ id, time }]) }))
  }
}

const audit = async ({ use }: Worker) => {
  const { findings, repaired } = await use.auditArchive()
  if (findings > repaired) throw new Error(`${findings} findings, ${repaired} repaired`)
}

const canary = async ({ use }: Worker) => {
  const { failed } = await use.sendCanary()
  if (failed.length > 0) throw new Error(failed.map(({ problem }) => problem).join(', '))
}

const rebuild = async ({ use }: Worker) => {
  const { failed, forked, unreadable } = await use.rebuildCatalog({ dryRun: false })
  if (failed.length + forked.length + unreadable.length > 0)
    throw new Error(`not rebuilt: ${JSON.stringify([failed, forked, unreadable])}`)
}

/** What people do when something went wrong. */
export const MENDING: readonly Scenario[] = [
  {
    useCase: 'auditArchive',
    when: 'with an index object that is lost, and an orphan',
    startsBroken: true,
    given: async (world) => {
      await archive(world)
      await landOrphan(world, 'orders', ['o'])
      world.pass(2 * DAY)
      const [sealed = ''] = world.archiveKeys().filter((key) => key.startsWith('sealed/'))
      world.loseObject(indexOf(sealed))
    },
    attempt: audit,
  },
  {
    useCase: 'auditArchive',
    when: 'by the inventory, where there is more than lists would reach in a day',
    startsBroken: true,
    given: async (world) => {
      await world.producer.send('orders', orders(['a'], START))
      await world.workOff()
      world.pass(14 * HOUR)
      await world.tick()
      await world.ports.registry.expect({ dataset: 'orders', partition: '2024-03-11' }, START)
      world.mood.auditedAtOnce = 1 / 20
      world.loseObject(indexOf(world.archiveKeys().find((key) => key.startsWith('sealed/')) ?? ''))
      world.pass(2 * HOUR)
    },
    attempt: audit,
  },
  {
    useCase: 'sendCanary',
    when: 'for the first time',
    given: async (world) => allowCanaries(world),
    attempt: canary,
  },
  {
    useCase: 'sendCanary',
    when: 'when the one before is in the archive',
    given: async (world) => {
      allowCanaries(world)
      await world.soundWorker.use.sendCanary()
      await world.workOff()
      world.pass(HOUR)
    },
    attempt: canary,
    inTheEnd: async ({ ports }) => {
      if ((await ports.index.newest(1)).length === 0) throw new Broken('the canary was never asked for')
    },
  },
  {
    useCase: 'sendCanary',
    when: 'when an earlier one has come back',
    given: async (world) => {
      allowCanaries(world)
      for (const _ of ['one', 'two']) {
        await world.soundWorker.use.sendCanary()
        await world.workOff()
        world.pass(HOUR)
      }
    },
    attempt: canary,
  },
  {
    useCase: 'retryUnit',
    when: 'with records of a dataset that there was none of',
    given: async (world) => {
      await world.producer.send('nowhere', LOST)
      await world.workOff()
      world.producer.redirect('nowhere', 'orders', LOST)
    },
    attempt: async ({ use }, world) =>
      use.retryUnit(await firstUnit(world, UNKNOWN_DATASET, 'unknown-dataset'), { toDataset: 'orders' }),
    inTheEnd: nothingWaits,
  },
  {
    useCase: 'retryUnit',
    when: 'with a row that is whole in its hot object only',
    given: async ({ producer, workOff, pass }) => {
      producer.put('notes', 'a.ndjson', [
        LONG,
        ['{"id":"x"}', null],
        ...orders(['a'], START),
        ['{"id":"y"}', null],
      ])
      await workOff()
      pass(HOUR)
    },
    attempt: async ({ use }, world) => use.retryUnit(await firstUnit(world, 'notes', 'body-too-long')),
    staysHot: ['notes/a.ndjson'],
  },
  {
    useCase: 'retryUnit',
    when: 'with rows of a CSV file, which only a file brings back',
    given: async ({ producer, workOff }) => {
      const rows = ['a,soon', 'b,later'].map((row): [string, null] => [row, null])
      producer.put('orders', 'a.csv', rows, Buffer.from(`id,at\n${rows.map(([row]) => row).join('\n')}\n`))
      await workOff()
    },
    attempt: async ({ use }, world) => use.retryUnit(await firstUnit(world, 'orders', 'bad-time')),
  },
  {
    useCase: 'retryDeadLetter',
    when: 'about a hot object',
    given: async ({ producer, queues, pass, workOff }) => {
      producer.put('orders', 'a.ndjson', orders(['a', 'b'], START))
      for (const { id, sentAt, body } of queues.objects.all()) {
        const about = { queue: 'objects', messageId: id, attributes: [], sentAt, receives: 10, group: null }
        await queues.dead.send([{ ...about, body: JSON.stringify(body) }])
      }
      queues.objects.lose()
      await workOff()
      pass(7 * HOUR)
    },
    attempt: async ({ use }, { ports }) => {
      for (const letter of await collect(makeDeadLetterObjects(ports).list()))
        await use.retryDeadLetter(letter)
    },
    inTheEnd: async ({ ports }) => {
      const letters = await collect(makeDeadLetterObjects(ports).list())
      if (letters.some(({ retriedAt }) => retriedAt === null)) throw new Broken('a dead letter still waits')
    },
  },
  {
    useCase: 'rebuildCatalog',
    when: 'when all of the catalog is lost, and an index object',
    startsBroken: true,
    given: async (world) => {
      await archive(world)
      // of the segment that landed last: no snapshot names it
      const [landed = ''] = world
        .archiveKeys()
        .filter((key) => key.startsWith('landing/'))
        .slice(-1)
      world.loseObject(indexOf(landed))
      await world.table.rollBack(0)
    },
    attempt: rebuild,
  },
  {
    useCase: 'rebuildCatalog',
    when: 'when the catalog was rolled back to before a seal',
    startsBroken: true,
    given: async (world) => {
      await world.producer.send('orders', orders(['first'], START))
      await world.workOff()
      const backup = world.table.calls()
      await archive(world)
      await world.table.rollBack(backup)
    },
    attempt: rebuild,
  },
]
