import { parquetWriteBuffer } from 'hyparquet-writer'
import { DAY, HOUR } from '../../../shared/domain/duration.ts'
import { anOrder } from '../../support/orders.ts'
import { orders } from '../producer.ts'
import type { Scenario } from '../scenario.ts'
import { START } from '../settings.ts'

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
