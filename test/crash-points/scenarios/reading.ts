import { makeDeadLetters } from '../../../shared/adapters/dead-letter-store.ts'
import { isComplete } from '../../../shared/domain/completeness.ts'
import { DAY, HOUR } from '../../../shared/domain/duration.ts'
import { collect } from '../../support/archive-facts.ts'
import { AS_USUAL, aRange } from '../../support/selections.ts'
import { Broken } from '../archive-view.ts'
import { aQuestion } from '../customer.ts'
import { orders } from '../producer.ts'
import type { Scenario } from '../scenario.ts'
import { START } from '../settings.ts'
import type { World } from '../world.ts'

const RANGE = aRange(START - 5 * DAY, START + DAY)

/** A sealed segment, a landing segment, and something in quarantine. */
const archive = async ({ producer, workOff, tick, pass }: World) => {
  await producer.send('orders', orders(['a', 'b'], START - 2 * DAY))
  await workOff()
  pass(2 * HOUR)
  await tick()
  await producer.send('orders', [...orders(['a', 'c'], START - 2 * DAY), ['{"id":"no time"}', null]])
  await workOff()
}

const LETTER = {
  queue: 'records',
  messageId: 'm-1',
  body: 'a body',
  attributes: [],
  sentAt: START,
  receives: 10,
  group: null,
  reason: 'Error',
  detail: 'nobody knows',
  keptAt: START,
}

/** As `archive`, and a dead letter. */
const archiveWithLetter = async (world: World) => {
  await archive(world)
  await makeDeadLetters(world.ports).keep(LETTER)
}

const expectEqual = (what: string, got: unknown, expected: unknown) => {
  if (JSON.stringify(got) !== JSON.stringify(expected))
    throw new Broken(`answers: ${what} should be ${JSON.stringify(expected)} and is ${JSON.stringify(got)}`)
}

const bodies = orders(['a', 'b', 'c'], START - 2 * DAY).map(([text]) => text)

const ask = async ({ customer, soundWorker }: World) =>
  customer.ask(soundWorker.use, aQuestion({ bodies }, { selection: RANGE }))

const delivered = async (world: World) => {
  await archive(world)
  await ask(world)
  await world.workOff()
}

const newest = async ({ index }: World['ports']) => {
  const [found] = await index.newest(1)
  if (found === undefined) throw new Broken('answers: there is no rehydration')
  return found
}

/** What only reads gives the right answer or none. */
export const READING: readonly Scenario[] = [
  {
    useCase: 'readThawTimes',
    when: 'of which none was seen yet',
    given: archive,
    attempt: async ({ use }) => {
      const times = await use.readThawTimes()
      expectEqual(
        'the longest thaw',
        times({ storageClass: 'GLACIER', tier: 'Bulk', sizes: [1] }).p95,
        12 * HOUR,
      )
    },
  },
  {
    useCase: 'findRecord',
    when: 'that is in two segments',
    given: archive,
    attempt: async ({ use }) => {
      const found = await use.findRecord('orders', { id: 'a', time: null })
      if (found.kind !== 'searched' || !isComplete(found.completeness))
        throw new Broken('answers: the search of a is not complete')
      expectEqual(
        'the record a',
        found.records.map(({ body }) => body),
        orders(['a'], START - 2 * DAY).map(([text]) => text),
      )
    },
  },
  {
    useCase: 'findQuarantined',
    when: 'with a dead letter and a unit',
    given: archiveWithLetter,
    attempt: async ({ use }, { ports }) => {
      const [unit] = await ports.quarantineIndex.newest('orders', 'waiting', 1)
      const found = [
        await use.findQuarantined('m-1'),
        await use.findQuarantined(unit?.name.slice(0, 16) ?? ''),
      ]
      expectEqual(
        'what is found',
        found.flat().map(({ kind }) => kind),
        ['dead-letter', 'unit'],
      )
    },
  },
  {
    useCase: 'listQuarantine',
    when: 'with a dead letter and a unit',
    given: archiveWithLetter,
    attempt: async ({ use }) => {
      const listed = await collect(use.listQuarantine({ state: 'waiting' }))
      expectEqual('the list', listed.map(({ kind }) => kind).sort(), ['dead-letter', 'unit'])
    },
  },
  {
    useCase: 'listSegments',
    when: 'of a range',
    given: archive,
    attempt: async ({ use }) => {
      const { segments, next } = await use.listSegments('orders', RANGE, 10)
      expectEqual(
        'the list',
        [segments.map(({ segment }) => segment.kind).sort(), next],
        [['landing', 'sealed'], null],
      )
    },
  },
  {
    useCase: 'quote',
    when: 'of a range',
    given: archive,
    attempt: async ({ use }) => {
      const quoted = await use.quote({ dataset: 'orders', selection: RANGE, ...AS_USUAL })
      expectEqual('the quote', quoted.kind === 'quoted' && quoted.quote.records.count, 4)
    },
  },
  {
    useCase: 'readLedger',
    when: 'of a dataset',
    given: archive,
    attempt: async ({ use }) => {
      const { received, quarantined, balanced } = await use.readLedger('orders')
      expectEqual('the ledger', [received.count, quarantined.count, balanced], [5, 1, true])
    },
  },
  {
    useCase: 'listRehydrations',
    when: 'of one status',
    given: async (world) => {
      await archive(world)
      const bodies = orders(['a', 'b', 'c'], START - 2 * DAY).map(([text]) => text)
      await world.customer.ask(world.soundWorker.use, aQuestion({ bodies }, { selection: RANGE }))
    },
    attempt: async ({ use }) => {
      const anything = { dataset: null, from: null, to: null, after: null, limit: 10, maySee: () => true }
      const { rehydrations, next } = await use.listRehydrations({ ...anything, status: 'accepted' })
      expectEqual('the list', [rehydrations.length, next], [1, null])
    },
  },
  {
    useCase: 'describeRehydration',
    when: 'that is under way',
    given: async (world) => {
      await archive(world)
      await ask(world)
      await world.soundWorker.consume.thaw()
    },
    attempt: async ({ use }, { ports }) => {
      const [newest] = await ports.index.newest(1)
      const described = await use.describeRehydration(newest?.id ?? '')
      expectEqual('its progress', described?.progress.partitions, {
        planned: 1,
        thawing: 0,
        hydrating: 0,
        done: 0,
      })
    },
  },
  {
    useCase: 'listFiles',
    when: 'of a rehydration that is delivered',
    given: delivered,
    attempt: async ({ use }, { ports }) => {
      const { files, manifest } = await use.listFiles(await newest(ports), 10)
      expectEqual(
        'the files',
        files.map(({ records, url }) => [records, url !== null]),
        [[3, true]],
      )
      expectEqual('the manifest', manifest?.url?.includes('manifest.json'), true)
    },
  },
  {
    useCase: 'readAnswer',
    when: 'of a rehydration that is delivered',
    given: delivered,
    attempt: async ({ use }, { ports }) => {
      const answer = await use.readAnswer(await newest(ports), { partial: false, maxBytes: 10_000 })
      const lines = answer.kind === 'answer' ? answer.content.toString().trimEnd().split('\n') : []
      expectEqual('the answer', lines, bodies)
    },
  },
]
