import { describe, expect, test } from 'vitest'
import { HOUR } from '../../shared/domain/duration.ts'
import { MoreToAge } from '../../shared/use-cases/age-object.ts'
import { bodiesOf, readAll, segmentsOf } from '../support/archive-facts.ts'
import { type ArchiveWorld, anArchiveWorld, type Wrap } from '../support/archive-world.ts'
import { aDataset, NOON } from '../support/builders.ts'
import { meanwhile } from '../support/failing.ts'
import { aMessage, anOrder } from '../support/orders.ts'

const hourly = aDataset({ partition: 'hour' })

/** Orders an hour apart: each is of a partition of its own. */
const strewn = (count: number) =>
  Array.from({ length: count }, (_, at) => anOrder(`o-${at}`, NOON - at * HOUR))

/** Time for so many landings, and how many objects were put meanwhile. */
const timeFor = (landings: number) => {
  let left = landings
  return () => left-- > 0
}

const counting = () => {
  const puts: string[] = []
  const wrap: Wrap = (port) =>
    new Proxy(port, {
      get: (target, name, receiver) => {
        if (name === 'put') puts.push('put')
        return Reflect.get(target, name, receiver)
      },
    })
  return { wrap, puts }
}

const expectOnce = async (world: ArchiveWorld, orders: readonly string[]) => {
  expect(bodiesOf(await readAll(world))).toEqual(orders.toSorted())
  expect(await world.ledger()).toMatchObject({
    received: { count: orders.length },
    duplicates: { count: 0 },
    balanced: true,
  })
}

describe('a message that is strewn over more partitions than there is time for', () => {
  const orders = strewn(1001)
  const message = aMessage([...orders, 'poison'], { messageId: 'strewn' })

  test('is archived by attempts that each go on where the last one stopped, and counts once', async () => {
    const world = anArchiveWorld([hourly])
    const landed: number[] = []
    let done: ReadonlySet<string> = new Set()
    // each passes over what is landed, and has time for 300 more
    for (let attempt = 1; done.size === 0; attempt += 1) {
      const outcome = await world.age([message], undefined, timeFor(300 * attempt))
      done = outcome.done
      landed.push((await segmentsOf(world)).length)
      world.clock.now += HOUR
    }
    expect(landed).toEqual([299, 599, 899, 1001])
    await expectOnceWithPoison(world, orders)
    expect(world.metrics.totals.get('recordsArchived')).toBe(1001)
  })

  test('packs and puts nothing a second time when it comes again', async () => {
    const world = anArchiveWorld([hourly])
    await world.age([message])
    const { wrap, puts } = counting()
    expect((await world.age([message], wrap)).done).toEqual(new Set(['strewn']))
    // what is malformed, to quarantine
    expect(puts.length).toBeLessThan(3)
    await expectOnceWithPoison(world, orders)
  })

  test('shares no segment with a neighbour, which is done without it', async () => {
    const world = anArchiveWorld([hourly])
    const neighbour = aMessage([anOrder('n')], { messageId: 'neighbour' })
    const { done } = await world.age([message, neighbour], undefined, timeFor(3))
    expect(done).toEqual(new Set(['neighbour']))
    await world.age([message])
    const all = [...orders, anOrder('n')]
    expect(bodiesOf(await readAll(world))).toEqual(all.sort())
    expect(await world.ledger()).toMatchObject({ received: { count: all.length + 1 }, balanced: true })
  })

  const expectOnceWithPoison = async (world: ArchiveWorld, archived: readonly string[]) => {
    expect(bodiesOf(await readAll(world))).toEqual(archived.toSorted())
    expect(await world.ledger()).toMatchObject({
      received: { count: archived.length + 1 },
      quarantined: { count: 1 },
      duplicates: { count: 0 },
      balanced: true,
    })
  }
})

describe('a chunk of a hot object that is strewn over more partitions than there is time for', () => {
  test('is archived by attempts that each go on where the last one stopped, and counts once', async () => {
    const world = anArchiveWorld([hourly])
    const key = 'orders/strewn.ndjson'
    const orders = strewn(500)
    world.putHot(key, orders.join('\n'))
    const landed: number[] = []
    for (let attempt = 1; (await world.hot.find(key)) !== undefined; attempt += 1) {
      const hasTime = timeFor(150 * attempt)
      const ageing = world.ageObject({ key }, undefined, { hasTime })
      if (attempt < 4) await expect(ageing).rejects.toThrow(MoreToAge)
      else await ageing
      landed.push((await segmentsOf(world)).length)
    }
    // eight begin with each chunk, without a look at the clock
    expect(landed).toEqual([157, 307, 457, 500])
    await expectOnce(world, orders)
    expect(world.metrics.totals.get('recordsArchived')).toBe(500)
  })

  test('is archived once by two attempts that land the same at the same time, its repeats dropped', async () => {
    const world = anArchiveWorld([hourly])
    const key = 'orders/twice.ndjson'
    const orders = strewn(3)
    world.putHot(key, [...orders, ...orders.slice(0, 1)].join('\n'))
    const other = meanwhile('append', () => world.ageObject({ key }))
    expect(await world.ageObject({ key }, other)).toMatchObject({ outcome: 'archived', records: 4 })
    expect(bodiesOf(await readAll(world))).toEqual(orders.toSorted())
    expect(await world.ledger()).toMatchObject({
      received: { count: 4 },
      duplicates: { count: 1 },
      balanced: true,
    })
    expect(world.metrics.totals.get('duplicatesDropped')).toBe(1)
  })
})
