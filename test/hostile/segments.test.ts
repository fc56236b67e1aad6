import { describe, expect, test } from 'vitest'
import { HOUR } from '../../shared/domain/duration.ts'
import type { Segment } from '../../shared/domain/segment.ts'
import { anApi, RECORD } from '../support/an-api.ts'
import { readAll, segmentsOf } from '../support/archive-facts.ts'
import { anArchiveWorld } from '../support/archive-world.ts'
import { aRecord, NOON } from '../support/builders.ts'
import { aMessage, anOrder } from '../support/orders.ts'
import { aWorld } from '../support/rehydration-world.ts'

const ref = { dataset: 'orders', partition: '2024-03-10' }

const flip = (bytes: Buffer, at: number): Buffer => {
  const damaged = Buffer.from(bytes)
  damaged[at] = 255 ^ (damaged[at] ?? 0)
  return damaged
}

/** Every so many bytes: the codec's own tests take every one. */
const places = (bytes: number) => Array.from({ length: 40 }, (_, at) => Math.floor((at * bytes) / 40))

const stored = async (world: ReturnType<typeof aWorld>, { key, bytes }: Segment) =>
  Buffer.from(await world.ports.reader.read(key, 0, bytes))

describe('[F7] a damaged segment', () => {
  test('serves no record: one that is asked for is said to be unreadable', async () => {
    const { world, call, json } = anApi()
    const body = '{"id":"o-1","sum":1}'
    const { segment } = await world.land([aRecord({ body })])
    const whole = await stored(world, segment)
    const path = { dataset: 'orders', id: 'o-1' }
    for (const damage of [
      ...places(whole.length - 4).map((at) => flip(whole, at + 4)),
      whole.subarray(1),
      Buffer.alloc(whole.length),
    ]) {
      world.corrupt(segment.key, damage)
      const answer = await call(RECORD, { path })
      // a footer that is damaged only here is not read: it is in the index object too
      if (answer.statusCode === 200) expect(answer.text).toBe(body)
      else
        expect(await json(RECORD, { path })).toMatchObject({
          status: 503,
          body: { segments: { unreadable: 1 } },
        })
    }
  })

  test('is left out of an answer, which then says that it is not complete', async () => {
    const world = aWorld()
    const { segment } = await world.land([aRecord({ id: 'bad' })])
    await world.land([aRecord({ id: 'good', body: '{"id":"good"}' })])
    const whole = await stored(world, segment)
    for (const at of places(whole.length - 4)) {
      world.corrupt(segment.key, flip(whole, at + 4))
      const id = await world.ask()
      await world.drain()
      const manifest = JSON.parse(world.file(`${id}/manifest.json`).toString())
      expect(manifest).toMatchObject({ completeness: { read: 1, unreadable: 1 } })
      expect(world.file(`${id}/2024-03-10.ndjson`).toString()).toBe('{"id":"good"}\n')
    }
  })

  test('is never sealed: the seal fails, and nothing is changed', async () => {
    const world = anArchiveWorld()
    await world.age([aMessage([anOrder('a')])])
    await world.age([aMessage([anOrder('b')])])
    world.clock.now = NOON + 13 * HOUR
    const [segment] = await segmentsOf(world)
    const key = segment?.key ?? ''
    const before = await world.catalog.log.read(ref)
    for (const damage of [
      (bytes: Buffer) => flip(bytes, 50),
      (bytes: Buffer) => bytes.subarray(1),
      () => Buffer.alloc(9),
    ]) {
      const whole = Buffer.from(await world.archive.reader.read(key, 0, segment?.bytes ?? 0))
      world.damage(key, damage)
      await expect(world.seal(ref)).rejects.toThrow()
      expect(await world.catalog.log.read(ref)).toEqual(before)
      world.damage(key, () => whole)
    }
    expect(await world.seal(ref)).toBe('sealed')
    expect(await readAll(world)).toHaveLength(2)
  })

  test('is found where two of one size lie in each other’s place', async () => {
    const { world, json } = anApi()
    const one = await world.land([aRecord({ id: 'a-1', body: '{"n":1}' })])
    const two = await world.land([aRecord({ id: 'b-2', body: '{"n":2}' })])
    const [first, second] = [await stored(world, one.segment), await stored(world, two.segment)]
    expect(first.length).toBe(second.length)
    world.corrupt(one.segment.key, second)
    world.corrupt(two.segment.key, first)
    for (const id of ['a-1', 'b-2'])
      expect(await json(RECORD, { path: { dataset: 'orders', id } })).toMatchObject({ status: 503 })
  })

  test('is found through an index object that is damaged, another’s or gone, which only widens the search', async () => {
    const { world, call } = anApi()
    const { segment } = await world.land([aRecord({ id: 'a-1', body: '{"n":1}' })])
    const other = await world.land([aRecord({ id: 'b-2', body: '{"n":2}' })])
    const read = ({ indexKey, indexBytes }: Segment) => world.ports.reader.read(indexKey, 0, indexBytes)
    const [own, others] = [Buffer.from(await read(segment)), Buffer.from(await read(other.segment))]
    for (const damage of [
      ...places(own.length).map((at) => flip(own, at)),
      own.subarray(1),
      others,
      Buffer.alloc(0),
    ]) {
      world.corrupt(segment.indexKey, damage)
      const answer = await call(RECORD, { path: { dataset: 'orders', id: 'a-1' } })
      expect(answer).toMatchObject({ statusCode: 200, text: '{"n":1}' })
    }
    world.removeObject(segment.indexKey)
    expect(await call(RECORD, { path: { dataset: 'orders', id: 'a-1' } })).toMatchObject({ text: '{"n":1}' })
  })

  test('on its way is read again, and served then', async () => {
    const world = aWorld()
    const { segment } = await world.land([aRecord({ body: '{"id":"o-1"}' })])
    let damaged = 0
    const once = () => {
      let reads = 0
      return {
        ...world.ports.reader,
        read: async (key: string, start: number, end: number) => {
          const bytes = Buffer.from(await world.ports.reader.read(key, start, end))
          if (key !== segment.key || reads > 0) return bytes
          reads += 1
          damaged += 1
          return flip(bytes, bytes.length - 20)
        },
      }
    }
    const { call } = anApi({ ...world, ports: { ...world.ports, reader: once() } })
    expect(await call(RECORD, { path: { dataset: 'orders', id: 'o-1' } })).toMatchObject({
      statusCode: 200,
      text: '{"id":"o-1"}',
    })
    const id = await world.ask()
    await world.drain(world.on({ ...world.ports, reader: once() }))
    expect(world.file(`${id}/2024-03-10.ndjson`).toString()).toBe('{"id":"o-1"}\n')
    expect(damaged).toBe(2)
  })

  test('on its way into the bucket is refused there, by its SHA-256', async () => {
    const world = anArchiveWorld()
    const damaging = <Port extends object>(port: Port): Port =>
      new Proxy(port, {
        get: (target, property, receiver) => {
          const member: unknown = Reflect.get(target, property, receiver)
          if (property !== 'put' || typeof member !== 'function') return member
          return (object: { content: { kind: string; data: Buffer } }) =>
            Reflect.apply(member, target, [
              { ...object, content: { kind: 'memory', data: flip(Buffer.from(object.content.data), 60) } },
            ])
        },
      })
    const { done } = await world.age([aMessage([anOrder('a')])], damaging)
    expect([...done]).toEqual([])
    expect(await readAll(world)).toEqual([])
    const message = aMessage([anOrder('a')])
    expect([...(await world.age([message])).done]).toEqual([message.messageId])
  })
})
