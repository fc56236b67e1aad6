import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { readMessage } from '../../shared/codec/envelope.ts'
import { DAY } from '../../shared/domain/duration.ts'
import { type QuarantinedItem, UNKNOWN_DATASET } from '../../shared/ports/quarantine.ts'
import { planRetry, type RetryPlan } from '../../shared/use-cases/plan-retry.ts'
import { aDataset } from '../support/builders.ts'

const NAME = 'ab'.repeat(32)
const LIMITS = { maxBodyBytes: 16 * 2 ** 20, maxFuture: DAY }
const config = {
  datasets: new Map(
    ['orders', 'tickets'].map((name) => [name, aDataset({ name, hotPrefix: `${name}/`, limits: LIMITS })]),
  ),
  destinations: new Map(),
  batchThawsAbove: null,
}

const anItem = (text: string, parts: Partial<QuarantinedItem> = {}): QuarantinedItem => ({
  dataset: 'orders',
  reason: 'malformed-json',
  detail: '',
  text,
  encoding: 'utf8',
  header: null,
  source: 'message m-1',
  ...parts,
})

const plan = (items: readonly QuarantinedItem[], toDataset?: string) =>
  planRetry(config, items, { name: NAME, toDataset })
const filesOf = ({ files }: RetryPlan) =>
  files.map(({ key, content }) => [key, Buffer.from(content).toString()])
/** What `age-records` makes of the messages. */
const arriving = ({ messages }: RetryPlan) =>
  messages.flatMap(({ body, dataset }) => readMessage(body, dataset ?? undefined).records)

describe('records that are JSON', () => {
  test('go in envelopes to their datasets, to the byte', async () => {
    const texts = ['{ "n": 9007199254740993, "n":1 }', '[1]', '"\\ud800"', '{"a":\n1}']
    const planned = await plan([...texts.map((text) => anItem(text)), anItem('{}', { dataset: 'tickets' })])
    expect(planned.messages).toHaveLength(2)
    expect(arriving(planned)).toEqual([
      ...texts.map((text) => ({ dataset: 'orders', text })),
      { dataset: 'tickets', text: '{}' },
    ])
    expect([planned.files, planned.sent, planned.left]).toEqual([[], 5, []])
  })

  test('go in as many envelopes as they need', async () => {
    const texts = Array.from({ length: 5 }, (_, at) => JSON.stringify(`${at}${'x'.repeat(400_000)}`))
    const planned = await plan(texts.map((text) => anItem(text)))
    expect(planned.messages).toHaveLength(3)
    for (const { body } of planned.messages) expect(Buffer.byteLength(body)).toBeLessThanOrEqual(2 ** 20)
    expect(arriving(planned).map(({ text }) => text)).toEqual(texts)
  })

  test('go in a file when they are too long for a message, or hold what SQS does not take', async () => {
    const texts = [JSON.stringify('x'.repeat(2 ** 20)), '"\uffff"', ' {}']
    const planned = await plan(texts.map((text) => anItem(text)))
    expect(planned.messages).toEqual([])
    expect(filesOf(planned)).toEqual([['orders/retried/abababababababab-0.ndjson', texts.join('\n')]])
  })

  test('go in a message of their own when they are of several lines and fill it', async () => {
    const text = `[\n${JSON.stringify('x'.repeat(1_020_000))}\n]`
    const planned = await plan([anItem(text)])
    expect(planned).toMatchObject({ messages: [{ body: text, dataset: 'orders' }], files: [], sent: 1 })
  })
})

describe('what is no JSON', () => {
  test('goes in a file, a line each', async () => {
    const planned = await plan(['{"id":', 'poison'].map((text) => anItem(text)))
    expect(filesOf(planned)).toEqual([['orders/retried/abababababababab-0.ndjson', '{"id":\npoison']])
    expect(planned.sent).toBe(2)
  })

  test('goes in a file as the bytes that it was', async () => {
    const raw = Buffer.from([0x7b, 0xff, 0xfe, 0x7d])
    const item = anItem(raw.toString('base64'), { encoding: 'base64', reason: 'invalid-utf8' })
    const { files } = await plan([item])
    expect(files).toHaveLength(1)
    expect(raw.equals(Buffer.from(files[0]?.content ?? []))).toBe(true)
  })

  test('goes in a CSV file with its header, one for each header', async () => {
    const planned = await plan([
      anItem('a,1,"x\ny"', { header: 'id,at,note' }),
      anItem('b,2', { header: 'id,at,note' }),
      anItem('c;3', { header: 'id' }),
    ])
    expect(filesOf(planned)).toEqual([
      ['orders/retried/abababababababab-0.csv', 'id,at,note\na,1,"x\ny"\nb,2'],
      ['orders/retried/abababababababab-1.csv', 'id\nc;3'],
    ])
  })

  test('goes in a file of its own where a quote would swallow its neighbours', async () => {
    const header = 'id,note'
    const planned = await plan([anItem('a,"x', { header }), anItem('b,"y"', { header })])
    expect(filesOf(planned)).toEqual([
      ['orders/retried/abababababababab-0.csv', 'id,note\na,"x'],
      ['orders/retried/abababababababab-1.csv', 'id,note\nb,"y"'],
    ])
  })

  test('stays where no file brings it back', async () => {
    const texts = ['two\nlines', 'ends in\r', '', '\ufeffmarked']
    const planned = await plan([...texts.map((text) => anItem(text)), anItem('x', { header: '"open' })])
    expect(planned).toMatchObject({ messages: [], files: [], sent: 0 })
    expect(planned.left).toHaveLength(5)
    expect(new Set(planned.left.map(({ why }) => why))).toEqual(
      new Set(['no file brings it back to the byte: save its text, and send it by hand']),
    )
  })
})

describe('where it goes', () => {
  test('what named an undeclared dataset goes there once it is declared, or where it is told to', async () => {
    const item = anItem('{}', { dataset: UNKNOWN_DATASET, named: 'tickets' })
    expect(arriving(await plan([item]))).toEqual([{ dataset: 'tickets', text: '{}' }])
    expect(arriving(await plan([item], 'orders'))).toEqual([{ dataset: 'orders', text: '{}' }])
    const nameless = anItem('{}', { dataset: UNKNOWN_DATASET })
    expect(arriving(await plan([nameless], 'orders'))).toEqual([{ dataset: 'orders', text: '{}' }])
    // what has a dataset is not sent elsewhere
    expect(arriving(await plan([anItem('{}')], 'tickets'))).toEqual([{ dataset: 'orders', text: '{}' }])
  })

  test.each([
    [{ dataset: UNKNOWN_DATASET }, 'it names no dataset: give one with --to-dataset'],
    [{ dataset: UNKNOWN_DATASET, named: '__proto__' }, '__proto__ is not in icecore.config.ts'],
    [{ dataset: 'gone' }, 'gone is not in icecore.config.ts'],
    [{ cut: true as const }, 'only its beginning is here, and its hot object is gone or another one'],
  ])('%j stays: %s', async (parts, why) => {
    const item = anItem('{}', parts)
    expect(await plan([item])).toEqual({ messages: [], files: [], sent: 0, left: [{ item, why }] })
  })

  test('what is longer than its dataset allows stays', async () => {
    const item = anItem('x'.repeat(LIMITS.maxBodyBytes + 1))
    const { sent, left } = await plan([item])
    expect([sent, left[0]?.why]).toEqual([
      0,
      'it has 16777217 bytes: raise limits.maxBodyBytes of orders first',
    ])
  })
})

test('whatever texts are in a unit, each is sent to the byte or stays', async () => {
  const anyItem = fc
    .record({
      text: fc.oneof(
        fc.json(),
        fc.string(),
        fc.string({ unit: 'grapheme' }),
        fc.constantFrom('"', ',', '\n', ''),
      ),
      header: fc.constantFrom(null, 'a', 'a,b'),
    })
    .map(({ text, header }) => anItem(text.toWellFormed(), { header }))
  await fc.assert(
    fc.asyncProperty(fc.array(anyItem, { maxLength: 8 }), async (items) => {
      const planned = await plan(items)
      const inFiles = planned.files.map(({ content }) => Buffer.from(content).toString()).join('\n')
      for (const item of items) {
        const isLeft = planned.left.some((one) => one.item === item)
        const isSent = arriving(planned).some(({ text }) => text === item.text) || inFiles.includes(item.text)
        expect(isLeft || isSent).toBe(true)
      }
      expect(planned.sent + planned.left.length).toBe(items.length)
    }),
    { numRuns: 200 },
  )
})
