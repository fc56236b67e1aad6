import { parquetWriteBuffer } from 'hyparquet-writer'
import { makeDeadLetterObjects } from '../../../shared/adapters/dead-letter-store.ts'
import { DAY, HOUR } from '../../../shared/domain/duration.ts'
import { collect } from '../../support/archive-facts.ts'
import { anOrder } from '../../support/orders.ts'
import { Broken } from '../archive-view.ts'
import { orders } from '../producer.ts'
import type { Scenario } from '../scenario.ts'
import { START } from '../settings.ts'
import type { TaskQueue } from '../task-queue.ts'
import type { World } from '../world.ts'

const MALFORMED: [string, null] = ['{"id":"no time"}', null]
const YESTERDAY = START - DAY

const parquet = () => {
  const rows = ['p-1', 'p-2'].map((id) => ({ id, at: new Date(START) }))
  const bytes = parquetWriteBuffer({
    columnData: [
      { name: 'id', data: rows.map(({ id }) => id), type: 'STRING' },
      { name: 'at', data: rows.map(({ at }) => at), type: 'TIMESTAMP' },
    ],
  })
  const texts = rows.map((row): [string, number] => [JSON.stringify(row), START])
  return { texts, bytes: new Uint8Array(bytes) }
}

/** What is in a queue ends among its dead letters; its worker noted why. */
const giveUp = async <Body>(
  { queues, ports }: World,
  from: TaskQueue<Body>,
  bodyOf: (body: Body) => string,
) => {
  for (const { id, sentAt, body } of from.all()) {
    await ports.notes.note(id, { reason: 'Error', detail: 'nobody can age it' })
    const about = { queue: from.name, messageId: id, attributes: [], sentAt, receives: 10, group: null }
    await queues.dead.send([{ ...about, body: bodyOf(body) }])
  }
  from.lose()
}

const keptOnce = async ({ ports }: World) => {
  const kept = await collect(makeDeadLetterObjects(ports).list())
  if (kept.length !== 1) throw new Broken(`dead letters: one was given up, ${kept.length} were kept`)
}

export const AGEING: readonly Scenario[] = [
  {
    useCase: 'ageRecords',
    when: 'with two messages of two partitions, a repeat, and what is malformed or of no dataset',
    given: async ({ producer: { send } }) => {
      await send('orders', [...orders(['a', 'b'], START), MALFORMED, ...orders(['c'], YESTERDAY)])
      await send('orders', orders(['b', 'd'], START))
      await send('nowhere', [['{"id":"x"}', null]])
    },
    attempt: ({ consume }) => consume.records(),
  },
  {
    useCase: 'ageRecords',
    when: 'with records that are in the archive already',
    given: async ({ producer: { send }, workOff }) => {
      await send('orders', orders(['a'], START))
      await workOff()
      await send('orders', orders(['a', 'b'], START))
    },
    attempt: ({ consume }) => consume.records(),
  },
  {
    useCase: 'ageObject',
    when: 'with an object of several chunks and two partitions, malformed rows among them',
    given: async ({ producer: { put } }) =>
      put('orders', 'a.ndjson', [
        ...orders(['a', 'b'], START),
        MALFORMED,
        ...orders(['c', 'a'], YESTERDAY),
        ...orders(['e', 'f'], START),
      ]),
    attempt: ({ consume }) => consume.objects(),
  },
  {
    useCase: 'ageObject',
    when: 'with a Parquet file',
    given: async ({ producer: { put } }) => {
      const { texts, bytes } = parquet()
      put('orders', 'a.parquet', texts, bytes)
    },
    attempt: ({ consume }) => consume.objects(),
  },
  {
    useCase: 'ageObject',
    when: 'with rows that are too long to be copied',
    given: async ({ producer: { put } }) =>
      put('notes', 'a.ndjson', [
        ...orders(['a'], START),
        [anOrder('long', START, `,"text":"${'x'.repeat(100)}"`), null],
        ...orders(['b'], START),
      ]),
    attempt: ({ consume }) => consume.objects(),
    staysHot: ['notes/a.ndjson'],
  },
  {
    useCase: 'ageObject',
    when: 'with an object that was put anew, with more in it, after its event',
    given: async ({ producer: { put } }) => {
      put('orders', 'a.ndjson', orders(['a', 'b'], START))
      put('orders', 'a.ndjson', orders(['a', 'b', 'c', 'd'], START))
    },
    attempt: ({ consume }) => consume.objects(),
  },
  {
    useCase: 'keepDeadLetter',
    when: 'with a message of records that nobody could age',
    given: async (world) => {
      await world.producer.send('orders', orders(['a', 'b'], START))
      await giveUp(world, world.queues.records, ({ text }) => text)
    },
    attempt: ({ consume }) => consume.dead(),
    inTheEnd: keptOnce,
  },
  {
    useCase: 'keepDeadLetter',
    when: 'about a hot object that nobody could age',
    given: async (world) => {
      world.producer.put('orders', 'a.ndjson', orders(['a', 'b'], START))
      await giveUp(world, world.queues.objects, (task) => JSON.stringify(task))
      world.pass(7 * HOUR)
    },
    attempt: ({ consume }) => consume.dead(),
    inTheEnd: keptOnce,
    staysHot: ['orders/a.ndjson'],
  },
  {
    useCase: 'remindOfHotObjects',
    when: 'when the event of an object was lost',
    given: async ({ mood, producer: { put }, pass }) => {
      mood.events = false
      put('orders', 'a.ndjson', orders(['a', 'b'], START))
      put('tickets', 'b.ndjson', orders(['c'], START))
      pass(7 * HOUR)
    },
    attempt: ({ use }) => use.remindOfHotObjects(),
  },
]
