import type { SQSEvent } from 'aws-lambda'
import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { createHandler } from '../../functions/age-records/create-handler.ts'
import type { Dataset } from '../../shared/domain/dataset.ts'
import { readAll } from '../support/archive-facts.ts'
import { anArchiveWorld } from '../support/archive-world.ts'
import { aDataset } from '../support/builders.ts'
import { expectEmf, metricLines } from '../support/emf.ts'
import { keptTelemetry } from '../support/silent-telemetry.ts'
import { aContext, anSqsEvent } from '../support/sqs-event.ts'
import { HOSTILE_NAMES, holds, hostileJson, hostileName, MARK, mutated, unpolluted } from './fuzzing.ts'

/** A message, and what of it must be found again, to the byte. */
type Sent = { readonly text: string; readonly attribute?: string; readonly texts: readonly string[] }

const NEIGHBOUR = '{"id":"neighbour","at":"2024-03-10T12:00:00Z"}'

const toEvent = (messages: readonly Sent[]): SQSEvent => {
  const { Records } = anSqsEvent(...messages.map(({ text }) => text))
  return {
    Records: Records.map((record, at) => {
      const stringValue = messages[at]?.attribute
      return stringValue === undefined
        ? record
        : { ...record, messageAttributes: { dataset: { dataType: 'String', stringValue } } }
    }),
  }
}

/** Ages the messages beside a good one: each text is kept, in the archive or in quarantine, and nothing else happens. */
const expectKept = async (messages: readonly Sent[], dataset: Dataset = aDataset()) => {
  const world = anArchiveWorld([dataset])
  const { telemetry, lines } = keptTelemetry()
  const handler = createHandler({ ...world.ports((port) => port), telemetry })
  const sent = [...messages, { text: NEIGHBOUR, attribute: 'orders', texts: [] }]
  const answer = await unpolluted(() => handler(toEvent(sent), aContext))
  expect(answer).toEqual({ batchItemFailures: [] })
  const archived = (await readAll(world)).map(({ body }) => body)
  const quarantined = world.quarantine.units().flatMap(({ items }) => items.map(({ text }) => text))
  const kept = new Set([...archived, ...quarantined])
  for (const { texts } of messages)
    for (const text of texts) if (!kept.has(text)) expect(kept).toContain(text)
  // only what was sent: nothing is made up, cut off or put together
  const known = new Set([...messages.flatMap(({ texts }) => texts), NEIGHBOUR])
  for (const text of kept) if (!known.has(text)) expect(known).toContain(text)
  expect(JSON.stringify(lines)).not.toContain(MARK)
  expectEmf(metricLines(lines))
  for (const line of lines) expect('_aws' in line === 'level' in line).toBe(false)
  return { world, archived, quarantined, lines }
}

const isJson = (text: string): boolean => {
  try {
    JSON.parse(text)
    return true
  } catch {
    return false
  }
}

const linesOf = (text: string): string[] =>
  text
    .split('\n')
    .map((line) => (line.endsWith('\r') ? line.slice(0, -1) : line))
    .filter((line) => line !== '')

/** The texts of a body of lines: the whole of it where it is one document over several lines, as the documentation says. */
const textsOf = (text: string): string[] =>
  text.includes('\n') && isJson(text) ? [text.trim()] : linesOf(text)

const inLines = (lines: readonly string[]): Sent => {
  const text = lines.join('\n')
  return { text, attribute: 'orders', texts: textsOf(text) }
}

const anOrder = fc
  .tuple(hostileName(), hostileJson())
  .map(([id, more]) => `{"id":${JSON.stringify(id)},"at":"2024-03-10T12:00:00Z","${MARK}":${more}}`)

const aLine = fc.oneof(
  anOrder,
  mutated(anOrder),
  hostileJson().map((json) => `{"${MARK}":1,"id":"x","at":${json}}`),
  hostileName().map((name) => `${MARK}${name}`),
)

const someLines = fc.array(aLine, { maxLength: 5 }).map(inLines)

const anEnvelope = fc
  .tuple(fc.oneof(fc.constant('orders'), hostileName()), fc.array(anOrder, { maxLength: 5 }))
  .map(([name, records]): Sent => {
    const text = `{"dataset":${JSON.stringify(name)},"records":[${records.join(' , ')}]}`
    return { text, texts: name === '' ? [text] : records }
  })

/** A body without the attribute that is no envelope: all of it is kept as it is. */
const noEnvelope = fc.oneof(hostileJson(), mutated(anOrder), hostileName()).map((text): Sent => {
  const lines = linesOf(text)
  return { text, texts: isJson(text) || lines.length === 0 ? [text] : lines }
})

describe('hostile messages', () => {
  test('[F8] [F13] [S3] [S4] [S8] [S14] of lines are kept to the byte, and hold nobody up', () =>
    holds(
      fc.asyncProperty(fc.array(someLines, { maxLength: 4 }), async (messages) => {
        await expectKept(messages)
      }),
      150,
    ))

  test('[F8] [S3] [S4] [S8] in envelopes are kept to the byte, whatever dataset they name', () =>
    holds(
      fc.asyncProperty(fc.array(anEnvelope, { maxLength: 4 }), async (messages) => {
        await expectKept(messages)
      }),
      150,
    ))

  test('[S4] promoted paths of hostile names find data and nothing else', () =>
    holds(
      fc.asyncProperty(hostileJson(), fc.constantFrom(...HOSTILE_NAMES.slice(0, 5)), async (json, name) => {
        const promoted = [
          { name: 'a', path: [name], type: 'string' },
          { name: 'b', path: [name, 'name'], type: 'string' },
          { name: 'c', path: ['x', name], type: 'integer' },
        ] as const
        const dataset = aDataset({ promoted: [...promoted], version: [name] })
        const line = `{"id":"${name}","at":"2024-03-10T12:00:00Z","x":${json}}`
        const { world } = await expectKept([inLines([line])], dataset)
        const [found] = (await readAll(world)).filter(({ id }) => id === name)
        expect(found).toMatchObject({ body: line, version: null })
        expect(found?.promoted.slice(0, 2)).toEqual([null, null])
      }),
      60,
    ))

  test('[F8] [S8] that are no envelopes are kept whole', () =>
    holds(
      fc.asyncProperty(fc.array(noEnvelope, { maxLength: 4 }), async (messages) => {
        const { archived } = await expectKept(messages)
        expect(archived).toEqual([NEIGHBOUR])
      }),
      100,
    ))
})

const padded = (bytes: number) => {
  const start = '{"id":"large","at":"2024-03-10T12:00:00Z","pad":"'
  return `${start}${'x'.repeat(bytes - start.length - 2)}"}`
}

const MiB = 2 ** 20
const order = (more: string) => `{"id":"deep","at":"2024-03-10T12:00:00Z",${more}}`

describe('a record', () => {
  const dataset = aDataset({ limits: { maxBodyBytes: MiB, maxFuture: 1000 } })

  test.each<[string, string, 'archived' | 'quarantined']>([
    ['of one byte', '1', 'quarantined'],
    ['of two bytes', '{}', 'quarantined'],
    ['of 1 MiB less a byte', padded(MiB - 1), 'archived'],
    ['of 1 MiB', padded(MiB), 'archived'],
    ['of 1 MiB and a byte', padded(MiB + 1), 'quarantined'],
    ['nested 100,000 deep in arrays', order(`"x":${'['.repeat(1e5)}${']'.repeat(1e5)}`), 'archived'],
    ['nested 100,000 deep in objects', order(`"x":${'{"x":'.repeat(1e5)}1${'}'.repeat(1e5)}`), 'archived'],
    ['nested 100,000 deep without an end', order(`"x":${'['.repeat(1e5)}`), 'quarantined'],
    ['of 100,000 fields', order(Array.from({ length: 1e5 }, (_, at) => `"${at}":0`).join()), 'archived'],
    ['of one field 100,000 times', order(Array.from({ length: 1e5 }, () => '"x":0').join()), 'archived'],
    ['of a number of 100,000 digits', order(`"x":${'9'.repeat(1e5)}`), 'archived'],
    [
      'whose id is a number of 1,000 digits',
      `{"id":${'9'.repeat(1000)},"at":"2024-03-10T12:00:00Z"}`,
      'archived',
    ],
    [
      'whose id is a number of 2,000 digits',
      `{"id":${'9'.repeat(2000)},"at":"2024-03-10T12:00:00Z"}`,
      'quarantined',
    ],
    ['with its id twice', '{"id":"a","id":"b","at":"2024-03-10T12:00:00Z"}', 'archived'],
    ['behind a byte order mark', `\ufeff${order('"x":1')}`, 'quarantined'],
    ['with NUL in it', order('"x":"\0"'), 'quarantined'],
    ['with half of a surrogate pair', order('"x":"\ud800"'), 'quarantined'],
    ['with half of one, escaped', order('"x":"\\ud800"'), 'archived'],
    ['with the halves the wrong way round', order('"x":"\udc00\ud800"'), 'quarantined'],
    ['with text that runs backwards', order('"\u202ex":"\u202e"'), 'archived'],
    ['that is far in the future', '{"id":"a","at":"9999-12-31T23:59:59Z"}', 'quarantined'],
    ['with a time in no calendar', '{"id":"a","at":"2024-02-30T00:00:00Z"}', 'quarantined'],
  ])('[F13] [S14] %s is kept to the byte', async (_, text, where) => {
    const { archived, quarantined } = await expectKept(
      [{ text, attribute: 'orders', texts: [text] }],
      dataset,
    )
    expect({ archived, quarantined }[where]).toContain(text)
  })

  test('[F13] of no bytes is none', async () => {
    const { quarantined } = await expectKept([{ text: '', attribute: 'orders', texts: [] }])
    expect(quarantined).toEqual([])
  })

  test.each([
    ['a number above 2^53', '"x":9007199254740993'],
    ['a number with an end of zeros', '"x":1.10'],
    ['a number beyond all', '"x":1e400'],
    ['minus nothing', '"x":-0'],
    ['a member twice', '"x":1,"x":2'],
    ['escapes that need none', '"\\u0061":"\\/"'],
    ['white space', ' "x" :\t1 '],
  ])('[S14] with %s comes back as it was sent', async (_, more) => {
    const { archived } = await expectKept([inLines([order(more)])])
    expect(archived).toContain(order(more))
  })

  test('[S7] of text that a spreadsheet would run is delivered to the byte', async () => {
    const text = order('"x":"=cmd|\' /C calc\'!A0","y":"@SUM(1)","z":"+1","w":"-1"')
    expect((await expectKept([inLines([text])])).archived).toContain(text)
  })
})
