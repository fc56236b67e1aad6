import { describe, expect, test } from 'vitest'
import { dedupKey } from '../../shared/codec/replay-message.ts'
import { DAY, HOUR } from '../../shared/domain/duration.ts'
import { resumeWaiters } from '../../shared/use-cases/resume-waiters.ts'
import { aRecord, NOON } from '../support/builders.ts'
import { aRequest, aWorld, type World } from '../support/rehydration-world.ts'
import { aRange } from '../support/selections.ts'

const REPLAY = 'arn:aws:sqs:us-east-1:000000000000:replay'
const WEEK = aRange(NOON - 7 * DAY, NOON + DAY)

const numbered = (count: number, parts: Parameters<typeof aRecord>[0] = {}) =>
  Array.from({ length: count }, (_, at) =>
    aRecord({ id: `o-${String(at).padStart(3, '0')}`, body: `{"n":${at}}`, ...parts }),
  )

/** All that is in the queue, each as it was sent. */
const received = (world: World, queue = REPLAY) => {
  const all: { body: string; attributes: Record<string, string | undefined> }[] = []
  for (;;) {
    const some = world.sqs.receive(queue, { max: 10 })
    if (some.length === 0) return all
    for (const { body, attributes, receiptHandle } of some) {
      const values = [...attributes].map(([name, { stringValue }]) => [name, stringValue])
      all.push({ body, attributes: Object.fromEntries(values) })
      world.sqs.delete(queue, receiptHandle)
    }
  }
}

const manifestOf = (world: World, id: string, destination = 'standard') => {
  const key = `replays/${destination}/${id}/manifest.json`
  return JSON.parse(world.s3.getObject({ bucket: 'rehydrated', key }).content.bytes().toString())
}

/** A worker that has time for so many batches. */
const withTime = (world: World, batches: number, ports: Partial<World['ports']> = {}) => {
  let left = batches
  return world.on({
    ...world.ports,
    ...ports,
    hasTime: () => {
      left -= 1
      return left >= 0
    },
  })
}

describe('a replay', () => {
  test('sends each record’s own text, with what it is of', async () => {
    const world = aWorld()
    const record = aRecord({ id: 'a', body: '{"a": 9007199254740993, "a": 1e400}' })
    const row = aRecord({ id: 'b\u0000', body: 'x,y', header: 'first,second' })
    await world.land([record, row])
    const id = await world.ask({ destination: 'standard' })
    expect(await world.drain()).toContain('delivered')
    const about = { dataset: 'orders', time: '2024-03-10T12:00:00.000Z', rehydrationId: id }
    expect(received(world)).toEqual([
      { body: record.body, attributes: { ...about, id: 'a', dedupKey: dedupKey(record) } },
      {
        body: 'x,y',
        attributes: {
          ...about,
          id: Buffer.from('b\u0000').toString('base64'),
          idEncoding: 'base64',
          header: 'first,second',
          dedupKey: dedupKey(row),
        },
      },
    ])
    expect(await world.stateOf(id)).toMatchObject({
      name: 'completed',
      summary: {
        files: 0,
        bytes: 0,
        records: { count: 2 },
        notSent: 0,
        manifest: `replays/standard/${id}/manifest.json`,
      },
    })
    expect(manifestOf(world, id)).toMatchObject({ records: 2, files: [], notSent: { records: 0, named: [] } })
    expect(world.files()).toHaveLength(1)
  })

  test('to a FIFO queue is grouped by dataset, and drops what comes twice', async () => {
    const world = aWorld()
    await world.land(numbered(3))
    for (let times = 0; times < 2; times += 1) await world.ask({ destination: 'fifo' })
    await world.drain()
    expect(received(world, `${REPLAY}.fifo`).map(({ body }) => body)).toEqual([
      '{"n":0}',
      '{"n":1}',
      '{"n":2}',
    ])
  })

  test('keeps its rate over all of its partitions, which come one after the other', async () => {
    const world = aWorld()
    for (let at = 0; at < 3; at += 1) await world.land(numbered(25, { time: NOON - at * DAY }))
    const id = await world.ask({ destination: 'standard', selection: WEEK })
    const outcomes = await world.drain()
    expect(outcomes.filter((outcome) => outcome === 'waits-its-turn')).toEqual([])
    expect(outcomes).toContain('delivered')
    // 100 a second: 100 ms for each ten
    expect(world.waits).toEqual([100, 100, 50, 100, 100, 50, 100, 100, 50])
    const times = received(world).map(({ attributes }) => attributes.time)
    expect(times).toEqual(times.toSorted())
    expect(times).toHaveLength(75)
    expect(await world.stateOf(id)).toMatchObject({ name: 'completed', summary: { records: { count: 75 } } })
  })

  test('leaves a partition alone whose turn has not come', async () => {
    const world = aWorld()
    await world.land(numbered(2, { time: NOON - DAY }), { storageClass: 'GLACIER' })
    await world.land(numbered(2))
    const id = await world.ask({ destination: 'standard', selection: WEEK })
    expect(await world.drain()).toContain('waits-its-turn')
    expect(received(world)).toEqual([])
    await world.pass(6 * HOUR)
    expect(received(world)).toHaveLength(4)
    expect(await world.stateOf(id)).toMatchObject({ name: 'completed' })
  })

  test('counts and names what a queue cannot carry, and sends the rest', async () => {
    const world = aWorld()
    const long = aRecord({ id: 'long', body: `"${'x'.repeat(2 ** 20)}"` })
    const fits = aRecord({ id: 'fits', body: `"${'x'.repeat(2 ** 20 - 1000)}"` })
    const odd = aRecord({ id: 'odd', body: 'a\u0000b', header: 'h' })
    const empty = aRecord({ id: 'empty', body: '', header: '' })
    await world.land([aRecord({ id: 'a' }), long, fits, odd, empty])
    const id = await world.ask({ destination: 'standard' })
    await world.drain()
    expect(received(world).map(({ attributes }) => attributes.id)).toEqual(['a', 'fits'])
    const of = { partition: '2024-03-10', time: '2024-03-10T12:00:00.000Z' }
    expect(manifestOf(world, id)).toMatchObject({
      records: 2,
      notSent: {
        records: 3,
        named: [
          { ...of, id: 'empty', reason: 'empty' },
          { ...of, id: 'long', reason: 'too-long' },
          { ...of, id: 'odd', reason: 'characters' },
        ],
      },
    })
    expect(await world.stateOf(id)).toMatchObject({ summary: { notSent: 3, records: { count: 2 } } })
  })

  test('names what this queue refuses, though others would take it', async () => {
    const world = aWorld()
    world.sqs.setQueueAttributes(REPLAY, { MaximumMessageSize: '1024' })
    await world.land([
      aRecord({ id: 'a' }),
      aRecord({ id: 'b', body: `"${'x'.repeat(2000)}"` }),
      aRecord({ id: 'c' }),
    ])
    const id = await world.ask({ destination: 'standard' })
    await world.drain()
    expect(received(world)).toHaveLength(2)
    expect(manifestOf(world, id).notSent).toMatchObject({
      records: 1,
      named: [{ id: 'b', reason: 'refused' }],
    })
  })

  test('of a partition without records of the selection sends nothing and is complete', async () => {
    const world = aWorld()
    await world.land([aRecord({ id: 'a' }), aRecord({ id: 'b', time: NOON + 9 })])
    const id = await world.ask({ destination: 'standard', selection: aRange(NOON + 1, NOON + 5) })
    await world.drain()
    expect(manifestOf(world, id)).toMatchObject({ records: 0, completeness: { complete: true } })
    const none = await world.ask({
      destination: 'standard',
      selection: aRange(NOON - 9 * DAY, NOON - 8 * DAY),
    })
    await world.drain()
    expect(manifestOf(world, none)).toMatchObject({ records: 0, notSent: { records: 0 } })
  })

  test('sends no more records than its limit, in a later run as in the first', async () => {
    const world = aWorld()
    for (let at = 0; at < 2; at += 1) await world.land(numbered(15, { time: NOON - at * DAY }))
    const id = await world.ask({ destination: 'standard', selection: { ...WEEK, limit: 22 } })
    await world.drain(withTime(world, 1))
    await world.run.resume({ dataset: 'orders', partition: '2024-03-09' })
    await world.drain()
    const days = received(world).map(({ attributes }) => attributes.time?.slice(0, 10))
    expect(days).toHaveLength(22)
    expect(days.filter((day) => day === '2024-03-10')).toHaveLength(7)
    expect(manifestOf(world, id)).toMatchObject({ records: 22 })
  })

  test.each([
    ['killed', 10, 0, []],
    // one of before the place
    ['out of time', 12, 2, [aRecord({ id: 'o-0000' })]],
  ] as const)(
    'sends as many as its limit, whatever lands after a run that is %s',
    async (end, limit, later, more) => {
      const world = aWorld()
      await world.land(numbered(15))
      const id = await world.ask({ destination: 'standard', selection: { ...WEEK, limit } })
      const { tasks } = world.ports
      // ends one way or another once its first batch is noted
      const put: typeof tasks.put = (rehydrationId, next, expected) =>
        next.state.name === 'done'
          ? Promise.reject(new Error('killed'))
          : tasks.put(rehydrationId, next, expected)
      const first = withTime(world, 1, { tasks: { ...tasks, put } })
      const ended = world.drain(first).then(
        (outcomes) => outcomes.at(-1),
        (error: Error) => error.message,
      )
      expect(await ended).toBe(end === 'killed' ? 'killed' : 'paused')
      expect(received(world)).toHaveLength(10)
      // another record of the last id and time, which comes before it
      await world.land([...numbered(1, { id: 'o-009', body: '{"a":1}' }), ...more])
      await world.hydrateQueue.send([{ rehydrationId: id, partition: '2024-03-10' }])
      await world.drain()
      expect(received(world).map(({ body }) => body)).toEqual(['{"a":1}', '{"n":10}'].slice(0, later))
      expect(manifestOf(world, id)).toMatchObject({ records: limit })
    },
  )

  test('of nothing that a queue can carry sends nothing, and says so', async () => {
    const world = aWorld()
    await world.land([aRecord({ id: 'odd', body: 'a\u0000b', header: 'h' })])
    const id = await world.ask({ destination: 'standard' })
    await world.drain()
    expect(received(world)).toEqual([])
    expect(manifestOf(world, id)).toMatchObject({ records: 0, notSent: { records: 1 } })
    expect(world.waits).toEqual([])
  })

  test('does not wait where sending took longer than its rate allows, nor for a dataset that has left', async () => {
    const world = aWorld()
    await world.land(numbered(25))
    const id = await world.ask({ destination: 'standard' })
    world.ports.config.datasets.delete('orders')
    const slow = world.on({
      ...world.ports,
      replay: {
        send: async (queue, messages) => {
          world.advance(200)
          return world.ports.replay.send(queue, messages)
        },
      },
    })
    await world.drain(slow)
    expect(received(world)).toHaveLength(25)
    expect(world.waits).toEqual([])
    expect(await world.stateOf(id)).toMatchObject({ name: 'completed' })
  })

  test('says which of the wanted ids were not found', async () => {
    const world = aWorld()
    await world.land(numbered(3))
    const ids = ['o-002', 'o-000', 'nope'].map((id) => ({ id, time: NOON }))
    const id = await world.ask({
      destination: 'standard',
      selection: { kind: 'ids', ids, where: null, limit: null },
    })
    await world.drain()
    expect(manifestOf(world, id)).toMatchObject({ records: 2, notFound: [{ id: 'nope' }] })
  })

  test.each([
    ['format', { format: 'csv' }],
    ['compression', { compression: 'gzip' }],
    ['columns', { columns: ['id'] }],
  ] as const)('has no choice of %s', async (field, parts) => {
    const world = aWorld()
    const who = { caller: 'tester', idempotencyKey: null }
    const refused = await world.run.request(aRequest({ destination: 'standard', ...parts }), who)
    expect(refused).toEqual({ kind: 'not-for-a-queue', field })
  })
})

describe('a replay whose time runs out', () => {
  test('goes on where it was, sent on by the sweep and by nothing else', async () => {
    const world = aWorld()
    await world.land(numbered(45))
    const id = await world.ask({ destination: 'standard' })
    expect(await world.drain(withTime(world, 2))).toContain('paused')
    expect(received(world)).toHaveLength(20)
    expect(world.thawQueue.receive()).toEqual([])
    const ref = { dataset: 'orders', partition: '2024-03-10' }
    expect(await world.ports.registry.due('orders', world.now(), 9)).toMatchObject([ref])
    expect(await resumeWaiters(world.ports)(ref)).toEqual({ hydrating: 1, thawing: 0, waiting: 0 })
    await world.drain()
    expect(received(world).map(({ body }) => body)).toEqual(
      numbered(45)
        .slice(20)
        .map(({ body }) => body),
    )
    expect(await world.stateOf(id)).toMatchObject({ name: 'completed', summary: { records: { count: 45 } } })
    expect(await world.waiters()).toEqual([])
  })

  test('between two partitions has the next one sent by the sweep', async () => {
    const world = aWorld()
    await world.land(numbered(5, { time: NOON - DAY }))
    await world.land(numbered(5))
    const id = await world.ask({ destination: 'standard', selection: WEEK })
    await world.run.thaw({ rehydrationId: id, partition: null })
    await world.drain(withTime(world, 1))
    expect(received(world)).toHaveLength(5)
    expect(await world.waiters()).toMatchObject([{ rehydrationId: id, segmentIds: [] }])
    await world.run.resume({ dataset: 'orders', partition: '2024-03-10' })
    await world.drain()
    expect(await world.stateOf(id)).toMatchObject({ name: 'completed', summary: { records: { count: 10 } } })
  })

  test('sends both of two versions that it stops between', async () => {
    const world = aWorld()
    const versions = ['1', '2', '3'].map((body) => aRecord({ id: 'v', body }))
    await world.land([...numbered(9), ...versions])
    await world.ask({ destination: 'standard' })
    await world.drain(withTime(world, 1))
    expect(received(world).at(-1)?.body).toBe('1')
    // one that comes in now stands before the place, and the others are not taken for it
    await world.land([aRecord({ id: 'v', body: '0' })])
    await world.run.resume({ dataset: 'orders', partition: '2024-03-10' })
    await world.drain()
    expect(received(world).map(({ body }) => body)).toEqual(['0', '2', '3'])
  })

  test('begins again where a segment that it had to leave out has been sealed into another', async () => {
    const world = aWorld()
    const kept = await world.land(numbered(15))
    const lost = await world.land([aRecord({ id: 'o-000x', body: '"lost"' })])
    const content = world.s3.getObject({ bucket: 'archive', key: lost.segment.key }).content.bytes()
    world.removeObject(lost.segment.key)
    const id = await world.ask({ destination: 'standard' })
    await world.drain(withTime(world, 1))
    expect(received(world)).toHaveLength(10)
    world.corrupt(lost.segment.key, content)
    await world.land([...numbered(15), aRecord({ id: 'o-000x', body: '"lost"' })], {
      kind: 'sealed',
      replaces: [kept.commit.id, lost.commit.id],
    })
    await world.run.resume({ dataset: 'orders', partition: '2024-03-10' })
    await world.drain()
    expect(received(world)).toHaveLength(16)
    expect(manifestOf(world, id)).toMatchObject({ records: 16, completeness: { complete: true } })
  })

  test('says to the end that a segment was left out', async () => {
    const world = aWorld()
    await world.land(numbered(15))
    const lost = await world.land([aRecord({ id: 'o-000x', body: '"lost"' })])
    const content = world.s3.getObject({ bucket: 'archive', key: lost.segment.key }).content.bytes()
    world.removeObject(lost.segment.key)
    const id = await world.ask({ destination: 'standard' })
    await world.drain(withTime(world, 1))
    world.corrupt(lost.segment.key, content)
    await world.run.resume({ dataset: 'orders', partition: '2024-03-10' })
    await world.drain()
    expect(received(world)).toHaveLength(15)
    expect(manifestOf(world, id)).toMatchObject({
      records: 15,
      completeness: { complete: false, missing: 1 },
    })
  })
})

describe('a replay that is stopped', () => {
  test('by a fault of the queue repeats no more than what it was sending', async () => {
    const world = aWorld()
    await world.land(numbered(25))
    const id = await world.ask({ destination: 'standard' })
    await world.run.thaw({ rehydrationId: id, partition: null })
    for (const task of world.thawQueue.receive()) await world.run.thaw(task)
    let calls = 0
    const faulty = world.on({
      ...world.ports,
      replay: {
        send: async (queue, messages) => {
          calls += 1
          const outcomes = await world.ports.replay.send(queue, messages)
          if (calls === 2) throw new Error('the answer was lost')
          return outcomes
        },
      },
    })
    const [task] = world.hydrateQueue.receive()
    if (task === undefined) throw new Error('nothing to hydrate')
    await expect(faulty.hydrate(task)).rejects.toThrow('the answer was lost')
    await world.run.hydrate(task)
    const bodies = received(world).map(({ body }) => body)
    expect(bodies).toHaveLength(35)
    expect(new Set(bodies).size).toBe(25)
    expect(await world.stateOf(id)).toMatchObject({ name: 'completed', summary: { records: { count: 25 } } })
  })

  test('by a cancellation sends nothing after the batch that was under way', async () => {
    const world = aWorld()
    await world.land(numbered(25))
    const id = await world.ask({ destination: 'standard' })
    const rehydration = await world.ports.rehydrations.find(id)
    if (rehydration === undefined) throw new Error('not found')
    const cancelling = world.on({
      ...world.ports,
      replay: {
        send: async (queue, messages) => {
          const now = await world.ports.rehydrations.find(id)
          const state = { name: 'cancelled', cancelledAt: world.now() } as const
          if (now !== undefined) await world.ports.rehydrations.put({ ...now, state }, now)
          return world.ports.replay.send(queue, messages)
        },
      },
    })
    expect(await world.drain(cancelling)).toContain('superseded')
    expect(received(world)).toHaveLength(10)
  })

  test('because another has taken its place leaves the rest to that one', async () => {
    const world = aWorld()
    await world.land(numbered(25))
    const id = await world.ask({ destination: 'standard' })
    await world.run.thaw({ rehydrationId: id, partition: null })
    for (const thaw of world.thawQueue.receive()) await world.run.thaw(thaw)
    const [task] = world.hydrateQueue.receive()
    if (task === undefined) throw new Error('nothing to hydrate')
    let isFirst = true
    const overtaken = world.on({
      ...world.ports,
      replay: {
        send: async (queue, messages) => {
          if (isFirst) {
            isFirst = false
            world.advance(HOUR)
            await world.run.hydrate(task)
          }
          return world.ports.replay.send(queue, messages)
        },
      },
    })
    expect(await overtaken.hydrate(task)).toEqual({ outcome: 'superseded' })
    expect(received(world)).toHaveLength(35)
    expect(await world.stateOf(id)).toMatchObject({ name: 'completed', summary: { records: { count: 25 } } })
  })

  test('by segments that became cold is thawed, and goes on', async () => {
    const world = aWorld()
    const { segment } = await world.land(numbered(15))
    const id = await world.ask({ destination: 'standard' })
    await world.drain(withTime(world, 1))
    expect(received(world)).toHaveLength(10)
    world.makeCold(segment, 'GLACIER')
    await world.run.resume({ dataset: 'orders', partition: '2024-03-10' })
    expect(await world.drain()).toContain('cold')
    await world.pass(6 * HOUR)
    expect(received(world)).toHaveLength(5)
    expect(await world.stateOf(id)).toMatchObject({ name: 'completed', summary: { records: { count: 15 } } })
  })
})
