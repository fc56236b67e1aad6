import { describe, expect, test } from 'vitest'
import { makeMemoryHotDrop } from '../../shared/adapters/memory/memory-hot-store.ts'
import { makeMemoryQueue } from '../../shared/adapters/memory/memory-queue.ts'
import { digestTexts } from '../../shared/codec/digest.ts'
import { DAY } from '../../shared/domain/duration.ts'
import { type QuarantinedUnit, UNKNOWN_DATASET } from '../../shared/ports/quarantine.ts'
import type { RecordsMessage } from '../../shared/ports/queues.ts'
import { BegunAnew } from '../../shared/use-cases/age-object.ts'
import { type RetryOptions, retryUnit } from '../../shared/use-cases/retry-unit.ts'
import { bodiesOf, readAll } from '../support/archive-facts.ts'
import { anArchiveWorld, type Wrap } from '../support/archive-world.ts'
import { aDataset, NOON } from '../support/builders.ts'
import { crashEverywhere, crashes } from '../support/crashing.ts'
import { replacing } from '../support/failing.ts'
import { aMessage, anOrder } from '../support/orders.ts'

const limitedTo = (maxBodyBytes: number) => aDataset({ limits: { maxBodyBytes, maxFuture: DAY } })

const aWorld = (dataset = aDataset()) => {
  const world = anArchiveWorld([dataset])
  const recordsQueue = makeMemoryQueue<RecordsMessage>()
  const objectsQueue = makeMemoryQueue<{ readonly key: string; readonly dataset?: string }>()
  const { index, marks, objects } = world.quarantine

  const retry = (unit: QuarantinedUnit, options: RetryOptions = {}, wrap: Wrap = (port) => port) =>
    retryUnit({
      config: world.config,
      quarantine: wrap(world.quarantine),
      index: wrap(index),
      objects: wrap(objects),
      marks: wrap(marks),
      recordsQueue: wrap(recordsQueue),
      objectsQueue: wrap(objectsQueue),
      hotDrop: wrap(makeMemoryHotDrop(world.s3, 'hot')),
      hot: wrap(world.hot),
      register: wrap(world.register),
      now: () => world.clock.now,
    })(unit, options)

  const hotKeys = () => world.s3.listObjects({ bucket: 'hot', prefix: '' }).objects.map(({ key }) => key)
  /** Ages all that was sent. */
  const drain = async () => {
    for (const { body, dataset: name } of recordsQueue.receive())
      await world.age([aMessage([body], { dataset: name ?? undefined })])
    for (const key of hotKeys()) await world.ageObject({ key })
    objectsQueue.receive()
  }
  const waiting = (name = 'orders') => index.newest(name, 'waiting', 100)
  const onlyOne = async (name = 'orders') => {
    const [unit, ...others] = await waiting(name)
    if (unit === undefined || others.length > 0) throw new Error(`${name} has not one unit in quarantine`)
    return unit
  }
  return { ...world, recordsQueue, objectsQueue, retry, drain, waiting, onlyOne, hotKeys }
}

const ahead = (id: string) => anOrder(id, NOON + 3 * DAY)

describe('a unit of a message', () => {
  test('is sent, leaves quarantine, and is archived when its cause is gone', async () => {
    const world = aWorld()
    await world.age([aMessage([ahead('a'), ahead('b')])])
    const unit = await world.onlyOne()
    world.clock.now += 5 * DAY
    expect(await world.retry(unit)).toEqual({
      outcome: 'sent',
      messages: 1,
      files: 0,
      object: null,
      items: 2,
      left: new Map(),
    })
    expect(await world.waiting()).toEqual([])
    expect(await world.ledger()).toMatchObject({ received: { count: 0 }, quarantined: { count: 0 } })
    await world.drain()
    expect(bodiesOf(await readAll(world))).toEqual([ahead('a'), ahead('b')])
    expect(await world.ledger()).toMatchObject({ balanced: true, archived: { count: 2 } })
  })

  test('comes back as a unit of its own when it is malformed still', async () => {
    const world = aWorld()
    await world.age([aMessage(['poison'])])
    const unit = await world.onlyOne()
    await world.retry(unit)
    await world.drain()
    const again = await world.onlyOne()
    expect(again.name).not.toBe(unit.name)
    expect(again.digest).toEqual(unit.digest)
    expect(await world.ledger()).toMatchObject({ balanced: true, quarantined: { count: 1 } })
  })

  test('that was sent before is not sent again', async () => {
    const world = aWorld()
    await world.age([aMessage(['poison'])])
    const unit = await world.onlyOne()
    await world.retry(unit)
    await world.drain()
    expect(await world.retry(unit)).toMatchObject({ outcome: 'sent-before', messages: 0 })
    expect(world.hotKeys()).toEqual([])
  })

  test('is left as it is by a dry run, which says what would be sent', async () => {
    const world = aWorld()
    await world.age([aMessage([ahead('a'), 'poison'])])
    const unit = await world.onlyOne()
    expect(await world.retry(unit, { dryRun: true })).toMatchObject({
      outcome: 'sent',
      messages: 1,
      files: 1,
    })
    expect(await world.waiting()).toEqual([unit])
    expect([world.hotKeys(), world.recordsQueue.receive()]).toEqual([[], []])
  })

  test('of which nothing can be sent stays', async () => {
    const world = aWorld()
    await world.age([aMessage(['{"dataset":"odrers","record":{}}'], { dataset: undefined })])
    const unit = await world.onlyOne(UNKNOWN_DATASET)
    expect(await world.retry(unit)).toMatchObject({
      outcome: 'nothing-to-send',
      items: 0,
      left: new Map([['odrers is not in icecore.config.ts', 1]]),
    })
    expect(await world.waiting(UNKNOWN_DATASET)).toEqual([unit])
  })

  test('of which some can be sent leaves the others in quarantine, as a unit of their own', async () => {
    const world = aWorld()
    const named = (name: string) => `{"dataset":"${name}","record":${anOrder('a')}}`
    const item = {
      dataset: UNKNOWN_DATASET,
      reason: 'unknown-dataset',
      detail: '',
      encoding: 'utf8',
    } as const
    const items = [
      { ...item, text: anOrder('a'), named: 'orders', header: null, source: 'message m-1' },
      { ...item, text: named('x'), named: 'x', header: null, source: 'message m-1' },
      { ...item, text: named('y'), named: 'y', header: null, source: 'message m-1' },
    ]
    const digest = digestTexts(items.map(({ text }) => text))
    await world.quarantine.keep({ dataset: UNKNOWN_DATASET, unit: 'message m-1', items, digest, at: NOON })
    const unit = await world.onlyOne(UNKNOWN_DATASET)
    expect(await world.retry(unit)).toMatchObject({
      outcome: 'sent',
      items: 1,
      left: new Map([
        ['x is not in icecore.config.ts', 1],
        ['y is not in icecore.config.ts', 1],
      ]),
    })
    await world.drain()
    const rest = await world.onlyOne(UNKNOWN_DATASET)
    expect(rest).toMatchObject({ unit: `rest of ${unit.name}`, items: 2 })
    expect(await world.quarantine.objects.items(rest)).toEqual(items.slice(1))
    expect(bodiesOf(await readAll(world))).toEqual([anOrder('a')])
  })

  test('that is unknown is an error', async () => {
    const world = aWorld()
    await world.age([aMessage(['poison'])])
    const unit = await world.onlyOne()
    await expect(world.retry({ ...unit, name: 'ab'.repeat(32) })).rejects.toThrow('no unit abab')
  })

  test('[F1] [F2] after a fault at any call, another retry loses nothing and the books balance', async () => {
    const calls = await crashEverywhere(async (point, name) => {
      const world = aWorld()
      await world.age([aMessage([ahead('a'), ' spaced'])])
      const unit = await world.onlyOne()
      world.clock.now += 5 * DAY
      if (await crashes(() => world.retry(unit, {}, point.wrap))) await world.retry(unit)
      await world.drain()
      expect(bodiesOf(await readAll(world)), name).toEqual([ahead('a')])
      const still = await Promise.all(
        (await world.waiting()).map((one) => world.quarantine.objects.items(one)),
      )
      expect(new Set(still.flat().map(({ text }) => text)), name).toEqual(new Set([' spaced']))
      expect((await world.ledger()).balanced, name).toBe(true)
    })
    expect(calls).toBeGreaterThan(4)
  })
})

describe('a unit with a row of which only the beginning was kept', () => {
  const long = anOrder('long', NOON, `, "note":"${'x'.repeat(3000)}"`)
  const key = 'orders/long.ndjson'

  /** Half of the rows are in one chunk, half in another; both have something in quarantine. */
  const aKeptObject = async () => {
    const world = aWorld(limitedTo(2000))
    world.putHot(key, `${anOrder('a')}\npoison\n${anOrder('b')}\n${long}\n`)
    const limits = { chunk: { items: 2, bytes: 1_000_000 } }
    expect(await world.ageObject({ key }, undefined, limits)).toMatchObject({ outcome: 'kept-in-hot' })
    const units = await world.waiting()
    const cut = units.find(({ reasons }) => reasons['body-too-long'] !== undefined)
    if (units.length !== 2 || cut === undefined)
      throw new Error('expected two units, one of them with a long row')
    return { ...world, cut, limits }
  }

  test('has its hot object archived anew, once the row is allowed', async () => {
    const { cut, limits, ...world } = await aKeptObject()
    expect(await world.retry(cut, { dryRun: true })).toMatchObject({ outcome: 'sent', object: key })
    expect(await world.waiting()).toHaveLength(2)
    expect(await world.retry(cut)).toMatchObject({ outcome: 'sent', object: key, items: 1, files: 0 })
    expect(world.objectsQueue.receive()).toEqual([{ key, dataset: 'orders' }])
    expect(await world.waiting()).toEqual([])
    world.config.datasets.set('orders', limitedTo(5000))
    expect(await world.ageObject({ key }, undefined, limits)).toMatchObject({ outcome: 'archived' })
    expect(new Set(bodiesOf(await readAll(world)))).toEqual(new Set([anOrder('a'), anOrder('b'), long]))
    expect((await world.quarantine.objects.items(await world.onlyOne())).map(({ text }) => text)).toEqual([
      'poison',
    ])
    expect(await world.ledger()).toMatchObject({ balanced: true })
    expect(world.hotKeys()).toEqual([])
  })

  test('is back in quarantine when the row is too long still, however often', async () => {
    const { cut, limits, ...world } = await aKeptObject()
    let last = cut
    for (let attempt = 1; attempt <= 3; attempt += 1) {
      await world.retry(last)
      expect(await world.ageObject({ key }, undefined, limits)).toMatchObject({ outcome: 'kept-in-hot' })
      const units = await world.waiting()
      expect(units).toHaveLength(2)
      last = units.find(({ reasons }) => reasons['body-too-long'] !== undefined) ?? cut
      expect(last.name).not.toBe(cut.name)
    }
    expect((await world.ledger()).balanced).toBe(true)
    expect(world.hotKeys()).toEqual([key])
  })

  test('has its hot object archived anew also where that was under way when it was sent', async () => {
    const world = aWorld(limitedTo(2000))
    world.putHot(key, `${long}\n${anOrder('a')}\n`)
    const limits = { chunk: { items: 1, bytes: 1_000_000 } }
    const sendAgain = async () => {
      world.config.datasets.set('orders', limitedTo(5000))
      expect(await world.retry(await world.onlyOne())).toMatchObject({ outcome: 'sent', object: key })
    }
    let noted = 0
    const beside = replacing('put', async (call) => {
      noted += 1
      if (noted === 2) await sendAgain()
      return call()
    })
    await expect(world.ageObject({ key }, beside, limits)).rejects.toThrow(BegunAnew)
    expect(await world.ageObject({ key }, undefined, limits)).toMatchObject({ outcome: 'archived' })
    expect(new Set(bodiesOf(await readAll(world)))).toEqual(new Set([long, anOrder('a')]))
    expect(await world.waiting()).toEqual([])
    expect((await world.ledger()).balanced).toBe(true)
    expect(world.hotKeys()).toEqual([])
  })

  test('stays when the object is gone or another one', async () => {
    const { cut, ...world } = await aKeptObject()
    world.putHot(key, anOrder('c'))
    const why = 'only its beginning is here, and its hot object is gone or another one'
    expect(await world.retry(cut)).toMatchObject({ outcome: 'nothing-to-send', left: new Map([[why, 1]]) })
    world.s3.deleteObject({ bucket: 'hot', key })
    expect(await world.retry(cut)).toMatchObject({ outcome: 'nothing-to-send' })
  })

  test('[F1] [F2] after a fault at any call, another retry loses nothing', async () => {
    await crashEverywhere(async (point, name) => {
      const { cut, limits, ...world } = await aKeptObject()
      if (await crashes(() => world.retry(cut, {}, point.wrap))) await world.retry(cut)
      world.config.datasets.set('orders', limitedTo(5000))
      await world.ageObject({ key }, undefined, limits)
      expect(new Set(bodiesOf(await readAll(world))), name).toEqual(
        new Set([anOrder('a'), anOrder('b'), long]),
      )
      const still = await Promise.all(
        (await world.waiting()).map((one) => world.quarantine.objects.items(one)),
      )
      // once: what an attempt that died has left is no second copy of it
      expect(
        still.flat().map(({ text }) => text),
        name,
      ).toEqual(['poison'])
      expect((await world.ledger()).balanced, name).toBe(true)
    })
  })
})
