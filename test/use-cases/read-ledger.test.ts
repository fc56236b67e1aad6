import fc from 'fast-check'
import { expect, test } from 'vitest'
import { digestText } from '../../shared/codec/digest.ts'
import { parseJsonRecord } from '../../shared/codec/parse-record.ts'
import type { Dataset } from '../../shared/domain/dataset.ts'
import { addDigests, formatDigest } from '../../shared/domain/digest.ts'
import { DAY, HOUR } from '../../shared/domain/duration.ts'
import type { ArchiveRecord } from '../../shared/domain/record.ts'
import type { ExpireTask } from '../../shared/ports/queues.ts'
import type { RecordMessage } from '../../shared/use-cases/age-records.ts'
import { bodiesOf, digestOf, expectCatalogTrue, partitionsOf, readAll } from '../support/archive-facts.ts'
import { type ArchiveWorld, anArchiveWorld } from '../support/archive-world.ts'
import { aDataset, NOON } from '../support/builders.ts'
import { crashes, FAULTS, makeCrashPoint } from '../support/crashing.ts'
import { aMessage, anOrder } from '../support/orders.ts'

const recordsOf = (dataset: Dataset, texts: readonly string[]) =>
  texts.map((text): ArchiveRecord => {
    const parsed = parseJsonRecord(dataset, text, NOON + DAY)
    if ('reason' in parsed) throw new Error(parsed.detail)
    return parsed
  })

const digestOfOrders = (texts: readonly string[]) => formatDigest(digestOf(recordsOf(aDataset(), texts)))

test('the books follow a record from its arrival to its expiry, and balance at every step', async () => {
  const world = anArchiveWorld([aDataset({ retention: 100 * DAY })])
  const orders = [anOrder('a'), anOrder('b'), anOrder('c', NOON - DAY)]
  const books = async () => {
    const { received, archived, duplicates, quarantined, expired, balanced } = await world.ledger()
    expect(balanced).toBe(true)
    return [received, archived, duplicates, quarantined, expired].map(({ count }) => count)
  }
  expect(await books()).toEqual([0, 0, 0, 0, 0])
  await world.age([aMessage([...orders, 'poison'])])
  expect(await books()).toEqual([4, 3, 0, 1, 0])
  expect(formatDigest((await world.ledger()).archived)).toBe(digestOfOrders(orders))
  expect((await world.ledger()).quarantined).toEqual(digestText('poison'))
  await world.age([aMessage([anOrder('a')])])
  expect(await books()).toEqual([5, 4, 0, 1, 0])
  world.clock.now = NOON + DAY
  for (const ref of await partitionsOf(world)) await world.seal(ref)
  expect(await books()).toEqual([5, 3, 1, 1, 0])
  expect(formatDigest((await world.ledger()).archived)).toBe(digestOfOrders(orders))
  for (let day = 0; day < 3; day += 1) {
    world.advance(NOON + (105 + day) * DAY)
    await world.sweep()
    for (const task of world.expireQueue.receive()) await world.expire(task)
  }
  expect(await books()).toEqual([5, 0, 1, 1, 3])
  expect(formatDigest((await world.ledger()).expired)).toBe(digestOfOrders(orders))
})

test('the books of a dataset are its own, and an unknown one has none', async () => {
  const world = anArchiveWorld([aDataset(), aDataset({ name: 'tickets', hotPrefix: 'tickets/' })])
  await world.age([aMessage([anOrder('a')]), aMessage([anOrder('t'), 'poison'], { dataset: 'tickets' })])
  expect(await world.ledger('orders')).toMatchObject({ received: { count: 1 }, quarantined: { count: 0 } })
  expect(await world.ledger('tickets')).toMatchObject({ received: { count: 2 }, quarantined: { count: 1 } })
  expect(await world.ledger('nothing')).toMatchObject({ received: { count: 0 }, balanced: true })
})

test('more partitions than are read at once are all in the books', async () => {
  const world = anArchiveWorld([aDataset({ partition: 'hour' })])
  await world.age([aMessage(Array.from({ length: 150 }, (_, at) => anOrder(`o-${at}`, NOON - at * HOUR)))])
  expect(await world.ledger()).toMatchObject({
    received: { count: 150 },
    archived: { count: 150 },
    balanced: true,
  })
})

/** What happens, in any order, each perhaps with a fault at one of its calls. */
const fault = fc.option(
  fc.record({ nth: fc.integer({ min: 1, max: 12 }), kind: fc.constantFrom(...FAULTS) }),
  {
    freq: 2,
  },
)
const text = fc.oneof(
  {
    weight: 8,
    arbitrary: fc.tuple(fc.nat(9), fc.nat(2)).map(([id, day]) => anOrder(`o-${id}`, NOON - day * DAY)),
  },
  { weight: 1, arbitrary: fc.constantFrom('poison', '{"id":"no-time"}') },
)
const texts = fc.array(text, { minLength: 1, maxLength: 4 })
const step = fc.oneof(
  fc.record({
    kind: fc.constant('age' as const),
    batch: fc.array(texts, { minLength: 1, maxLength: 3 }),
    fault,
  }),
  fc.record({ kind: fc.constant('redeliver' as const), which: fc.nat(), fault }),
  fc.record({ kind: fc.constant('age object' as const), lines: texts, fault }),
  fc.record({ kind: fc.constant('seal' as const), fault }),
  fc.record({ kind: fc.constant('sweep' as const), fault }),
  fc.record({ kind: fc.constant('expire' as const), twice: fc.boolean(), fault }),
  fc.record({ kind: fc.constant('wait' as const), hours: fc.constantFrom(1, 5, 26, 24 * 20) }),
)
type Step = typeof step extends fc.Arbitrary<infer Value> ? Value : never

/** A world that remembers what it was given and what it has acknowledged. */
const aHistory = (dataset: Dataset) => {
  const world = anArchiveWorld([dataset], NOON + 6 * HOUR)
  const messages: RecordMessage[] = []
  const acknowledged = new Set<string>()
  const hot = new Map<string, string[]>()
  const tasks: ExpireTask[] = []
  const sent = new Set<string>()
  let objects = 0

  const deliver = async (batch: readonly RecordMessage[], wrap: Parameters<ArchiveWorld['age']>[1]) => {
    const { done } = await world.age(batch, wrap)
    for (const message of batch)
      if (done.has(message.messageId)) for (const line of message.text.split('\n')) acknowledged.add(line)
  }

  const ageHot = async (wrap?: Parameters<ArchiveWorld['ageObject']>[1]) => {
    for (const [key, lines] of hot) {
      const crashed = await crashes(() => world.ageObject({ key }, wrap))
      if ((await world.hot.find(key)) !== undefined) continue
      // I4: it is gone, crashed or not, so all of it has to be kept
      for (const line of lines) acknowledged.add(line)
      hot.delete(key)
      if (crashed) return
    }
  }

  const run = async (one: Step) => {
    if (one.kind === 'wait') return world.advance(world.clock.now + one.hours * HOUR)
    const wrap = one.fault === null ? undefined : makeCrashPoint(one.fault.nth, one.fault.kind).wrap
    switch (one.kind) {
      case 'age': {
        const batch = one.batch.map((lines) => aMessage(lines))
        for (const line of one.batch.flat()) sent.add(line)
        messages.push(...batch)
        return deliver(batch, wrap)
      }
      case 'redeliver': {
        const message = messages[one.which % Math.max(1, messages.length)]
        return message && deliver([message], wrap)
      }
      case 'age object': {
        objects += 1
        world.putHot(`orders/${objects}.ndjson`, one.lines.join('\n'))
        hot.set(`orders/${objects}.ndjson`, one.lines)
        for (const line of one.lines) sent.add(line)
        return ageHot(wrap)
      }
      case 'seal':
        for (const ref of await partitionsOf(world)) await crashes(() => world.seal(ref, wrap))
        return
      case 'sweep':
        await crashes(() => world.sweep(wrap))
        tasks.push(...world.expireQueue.receive())
        return
      case 'expire':
        for (const task of one.twice ? tasks : tasks.splice(0)) await crashes(() => world.expire(task, wrap))
    }
  }

  /** Without faults, until nothing is left to do. */
  const drain = async () => {
    for (const message of messages) await deliver([message], undefined)
    await ageHot()
    for (let day = 0; day < 4; day += 1) {
      world.advance(world.clock.now + DAY + HOUR)
      await world.sweep()
      for (const ref of world.sealQueue.receive()) await world.seal(ref)
      for (const task of world.expireQueue.receive()) await world.expire(task)
    }
  }

  const kept = async () => {
    const quarantined = world.quarantine.units().flatMap(({ items }) => items.map((item) => item.text))
    return { archived: bodiesOf(await readAll(world)), quarantined: new Set(quarantined) }
  }

  return { world, acknowledged, sent, run, drain, kept }
}

const isOrder = (line: string) => line.includes('"at"')

test('whatever happens in whatever order, nothing is lost or doubled, and the books balance', async () => {
  const dataset = aDataset({ classes: [{ after: 0, storageClass: 'STANDARD' }] })
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 14 }), async (steps) => {
      const { world, acknowledged, sent, run, drain, kept } = aHistory(dataset)
      for (const one of steps) {
        await run(one)
        expect((await world.ledger()).balanced).toBe(true)
        const { archived, quarantined } = await kept()
        for (const line of acknowledged) expect(isOrder(line) ? archived : [...quarantined]).toContain(line)
        expect(new Set(archived).size).toBe(archived.length)
        for (const body of archived) expect(sent).toContain(body)
      }
      await drain()
      const orders = [...sent].filter(isOrder).sort()
      expect((await kept()).archived).toEqual(orders)
      expect(formatDigest((await world.ledger()).archived)).toBe(digestOfOrders(orders))
      expect((await world.ledger()).balanced).toBe(true)
      await expectCatalogTrue(world)
    }),
    { numRuns: 40 },
  )
})

test('whatever happens while records grow cold and expire, the books balance', async () => {
  const dataset = aDataset({
    classes: [
      { after: 0, storageClass: 'STANDARD' },
      { after: 20 * DAY, storageClass: 'GLACIER_IR' },
      { after: 30 * DAY, storageClass: 'DEEP_ARCHIVE' },
    ],
    retention: 50 * DAY,
  })
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 18 }), async (steps) => {
      const { world, sent, run, drain, kept } = aHistory(dataset)
      for (const one of steps) {
        await run(one)
        expect((await world.ledger()).balanced).toBe(true)
      }
      world.advance(NOON + 60 * DAY)
      await drain()
      const { archived, expired, received, duplicates, quarantined, balanced } = await world.ledger()
      expect(balanced).toBe(true)
      expect(archived.count).toBe(0)
      const orders = [...sent].filter(isOrder)
      expect(expired.count).toBeGreaterThanOrEqual(orders.length)
      expect(received).toEqual(addDigests(expired, duplicates, quarantined))
      expect((await kept()).archived).toEqual([])
    }),
    { numRuns: 40 },
  )
})
