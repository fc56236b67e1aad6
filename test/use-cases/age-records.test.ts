import { isDeepStrictEqual } from 'node:util'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { HOUR } from '../../shared/domain/duration.ts'
import { UNKNOWN_DATASET } from '../../shared/ports/quarantine.ts'
import { bodiesOf, expectCatalogTrue, readAll, segmentsOf } from '../support/archive-facts.ts'
import { type ArchiveWorld, anArchiveWorld, type Wrap } from '../support/archive-world.ts'
import { aDataset, NOON } from '../support/builders.ts'
import { crashEverywhere } from '../support/crashing.ts'
import { failing } from '../support/failing.ts'
import { aMessage, anOrder, someOrders } from '../support/orders.ts'

const quarantinedTexts = (world: ArchiveWorld) =>
  world.quarantine.units().flatMap(({ items }) => items.map(({ text }) => text))

const tickets = aDataset({ name: 'tickets', hotPrefix: 'tickets/', partition: 'month' })

test('a batch of several datasets lands as one segment for each partition', async () => {
  const world = anArchiveWorld([aDataset(), tickets])
  const [today, yesterday] = [anOrder('a'), anOrder('b', NOON - 24 * HOUR)]
  const envelope = `{"dataset":"tickets","records":[${anOrder('t-1')},${anOrder('t-2', NOON - 48 * HOUR)}]}`
  const messages = [
    aMessage([today, yesterday]),
    aMessage([anOrder('c')]),
    aMessage([envelope], { dataset: undefined }),
  ]
  const { done, errors } = await world.age(messages)
  expect(errors).toEqual([])
  expect([...done]).toEqual(messages.map(({ messageId }) => messageId))
  expect((await segmentsOf(world)).map(({ partition, records }) => [partition, records.count])).toEqual([
    ['2024-03-09', 1],
    ['2024-03-10', 2],
  ])
  expect((await segmentsOf(world, 'tickets')).map(({ partition }) => partition)).toEqual(['2024-03'])
  expect(bodiesOf(await readAll(world, 'tickets'))).toEqual([
    anOrder('t-1'),
    anOrder('t-2', NOON - 48 * HOUR),
  ])
  await expectCatalogTrue(world)
})

test('[S14] bodies come back to the byte, whatever JSON.parse would have made of them', async () => {
  const world = anArchiveWorld()
  const body = `{ "id" : "é\\u0301", "n": 12345678901234567890, "n": 1.0, "__proto__": {"x":1},\t"at":"2024-03-10T12:00:00Z" }`
  await world.age([aMessage([body])])
  expect((await readAll(world)).map((record) => record.body)).toEqual([body])
})

test('a record that stands twice in a batch is kept once and booked as a duplicate', async () => {
  const world = anArchiveWorld()
  await world.age([aMessage([anOrder('a'), anOrder('b')]), aMessage([anOrder('a')])])
  const ledger = await world.ledger()
  expect([ledger.received.count, ledger.archived.count, ledger.duplicates.count]).toEqual([3, 2, 1])
  expect(ledger.balanced).toBe(true)
  expect(await readAll(world)).toHaveLength(2)
  expect(world.metrics.totals.get('duplicatesDropped')).toBe(1)
})

test('two bodies under one id and time are both kept', async () => {
  const world = anArchiveWorld()
  const [first, second] = [anOrder('a'), anOrder('a', NOON, ',"v":2')]
  await world.age([aMessage([first, second])])
  expect(bodiesOf(await readAll(world))).toEqual([first, second].sort())
})

test('[F8] a malformed record goes to quarantine whole, with its reason, and its neighbours are archived', async () => {
  const world = anArchiveWorld()
  const malformed = [
    '{"id":"x","at":',
    '{"at":"2024-03-10T12:00:00Z"}',
    anOrder('ahead', NOON + 300 * 24 * HOUR),
  ]
  const message = aMessage([anOrder('a'), ...malformed, anOrder('b')])
  const { done, errors } = await world.age([message])
  expect(errors).toEqual([])
  expect(done).toEqual(new Set([message.messageId]))
  expect(await readAll(world)).toHaveLength(2)
  expect(world.quarantine.units().flatMap(({ items }) => items)).toMatchObject([
    {
      text: malformed[0],
      reason: 'malformed-json',
      encoding: 'utf8',
      source: `message ${message.messageId}`,
    },
    { text: malformed[1], reason: 'missing-id' },
    { text: malformed[2], reason: 'time-in-future' },
  ])
  const ledger = await world.ledger()
  expect([ledger.received.count, ledger.quarantined.count, ledger.balanced]).toEqual([5, 3, true])
})

test('records of a dataset that is not declared are quarantined, also under names that every object has', async () => {
  const world = anArchiveWorld()
  const names = ['nowhere', 'constructor', '__proto__', '../orders']
  const messages = names.map((dataset) => aMessage([anOrder('a')], { dataset }))
  expect((await world.age(messages)).done.size).toBe(4)
  expect(world.quarantine.units().map(({ dataset }) => dataset)).toEqual(names.map(() => UNKNOWN_DATASET))
  expect(world.quarantine.units()[0]?.items[0]).toMatchObject({
    text: anOrder('a'),
    reason: 'unknown-dataset',
  })
})

test('an empty message without a dataset is quarantined, blank lines of a dataset are nothing', async () => {
  const world = anArchiveWorld()
  const [nothing, blank] = [aMessage([''], { dataset: undefined }), aMessage(['', '', ''])]
  expect((await world.age([nothing, blank])).done.size).toBe(2)
  expect(world.quarantine.units().map(({ unit }) => unit)).toEqual([`message ${nothing.messageId}`])
  expect((await world.ledger()).received.count).toBe(0)
})

test('an empty batch does nothing', async () => {
  expect(await anArchiveWorld().age([])).toEqual({ done: new Set(), failed: new Map(), errors: [] })
})

test('[F3] a message that is delivered again is received twice and read once, and quarantined once', async () => {
  const world = anArchiveWorld()
  const message = aMessage([anOrder('a'), anOrder('b'), 'poison'])
  await world.age([message])
  await world.age([message, aMessage([anOrder('c')])])
  expect(await readAll(world)).toHaveLength(3)
  const ledger = await world.ledger()
  expect([ledger.received.count, ledger.quarantined.count, ledger.balanced]).toEqual([6, 1, true])
})

test('[F6] when one partition cannot be written, exactly the messages with records in it stay unacknowledged', async () => {
  const world = anArchiveWorld()
  const broken = '2024-03-09'
  const messages = [
    aMessage([anOrder('a')]),
    aMessage([anOrder('b', NOON - 24 * HOUR)]),
    aMessage([anOrder('c'), anOrder('d', NOON - 24 * HOUR)]),
    aMessage(['poison']),
  ]
  const isBroken = (ref: unknown) => isDeepStrictEqual(ref, { dataset: 'orders', partition: broken })
  const outcome = await world.age(messages, failing('append', isBroken))
  expect(outcome.done).toEqual(new Set([messages[0]?.messageId, messages[3]?.messageId]))
  expect(outcome.errors).toMatchObject([{ message: 'append failed' }])
  expect(bodiesOf(await readAll(world))).toEqual([anOrder('a'), anOrder('c')])
})

test('a message whose commit id was taken by other records is not done', async () => {
  const world = anArchiveWorld()
  const taken: Wrap = (port) =>
    new Proxy(port, {
      get: (target, name, receiver) =>
        name === 'append' ? async () => 'conflict' : Reflect.get(target, name, receiver),
    })
  const { done, errors } = await world.age([aMessage([anOrder('a')])], taken)
  expect(done.size).toBe(0)
  expect(errors).toMatchObject([{ message: expect.stringContaining('was taken by other records') }])
  expect(await readAll(world)).toEqual([])
})

test('a redelivery that reads differently now is kept beside what the first attempt kept', async () => {
  const world = anArchiveWorld([aDataset({ limits: { maxBodyBytes: 1000, maxFuture: HOUR } })])
  const ahead = anOrder('ahead', NOON + HOUR)
  const message = aMessage(['poison', ahead])
  expect((await world.age([message], failing('append'))).done.size).toBe(0)
  // a clock that jumps back: what could be archived before is too far ahead now
  world.clock.now -= 1
  expect((await world.age([message])).done.size).toBe(1)
  expect(world.quarantine.units().flatMap(({ items }) => items.map(({ text }) => text))).toContain(ahead)
  expect((await world.ledger()).balanced).toBe(true)
})

test('[F5] when nothing can be written, no message is done', async () => {
  const world = anArchiveWorld()
  const messages = [aMessage([anOrder('a')]), aMessage(['poison'])]
  const { done, errors } = await world.age(messages, (port) => failing('put')(failing('keep')(port)))
  expect(done.size).toBe(0)
  expect(errors).toHaveLength(2)
})

test('whatever JSON is sent, it is archived or quarantined, and never an error', async () => {
  const typed = aDataset({
    version: ['v'],
    promoted: (['string', 'integer', 'number', 'boolean', 'timestamp'] as const).map((type) => ({
      name: `p_${type}`,
      path: ['p'],
      type,
    })),
  })
  const value = fc.oneof(
    fc.jsonValue({ maxDepth: 3 }),
    fc.double(),
    fc.bigInt().map(String).map(Number),
    fc.constantFrom(
      '2024-03-10T12:00:00Z',
      '\ud800',
      '1e999',
      -0,
      '9999-12-31T23:59:59.999Z',
      '0000-01-01T00:00:00Z',
    ),
  )
  const record = fc.record(
    {
      id: fc.oneof(fc.string({ unit: 'binary' }), value),
      at: fc.oneof(fc.constant('2024-03-10T11:00:00Z'), value),
      p: value,
      v: value,
    },
    { requiredKeys: [] },
  )
  await fc.assert(
    fc.asyncProperty(
      fc.array(
        fc.oneof(
          record.map((json) => JSON.stringify(json)),
          fc.string(),
        ),
        { maxLength: 8 },
      ),
      async (lines) => {
        const world = anArchiveWorld([typed])
        const message = aMessage(lines)
        const { done, errors } = await world.age([message])
        expect([[...done], errors]).toEqual([[message.messageId], []])
        expect((await world.ledger()).balanced).toBe(true)
      },
    ),
    { numRuns: 150 },
  )
})

test('a thousand messages of one partition land as one segment', async () => {
  const world = anArchiveWorld()
  const messages = someOrders(1000, NOON - 12 * HOUR + 1)
    .slice(0, 700)
    .map((order) => aMessage([order]))
  await world.age(messages)
  expect((await segmentsOf(world)).map(({ records }) => records.count)).toEqual([700])
})

test('after a crash at any call, the redelivered messages are kept, read once and balanced', async () => {
  const points = await crashEverywhere(async (point, name) => {
    const world = anArchiveWorld()
    const messages = [
      aMessage([anOrder('a'), anOrder('b', NOON - 24 * HOUR)]),
      aMessage([anOrder('c'), 'poison']),
    ]
    const { done } = await world.age(messages, point.wrap)
    const kept = new Set([...bodiesOf(await readAll(world)), ...quarantinedTexts(world)])
    for (const { messageId, text } of messages)
      if (done.has(messageId)) for (const line of text.split('\n')) expect(kept, name).toContain(line)
    await world.age(messages.filter(({ messageId }) => !done.has(messageId)))
    expect(bodiesOf(await readAll(world)), name).toHaveLength(3)
    expect(quarantinedTexts(world), name).toEqual(['poison'])
    expect((await world.ledger()).balanced, name).toBe(true)
    await expectCatalogTrue(world)
  })
  expect(points).toBeGreaterThanOrEqual(9)
})
