import type { Context } from 'aws-lambda'
import { expect, test } from 'vitest'
import { createHandler } from '../../functions/age-objects/create-handler.ts'
import { bodiesOf, readAll } from '../support/archive-facts.ts'
import { anArchiveWorld } from '../support/archive-world.ts'
import { expectEmf, metricLines } from '../support/emf.ts'
import { anOrder } from '../support/orders.ts'
import { keptTelemetry } from '../support/silent-telemetry.ts'
import { aContext, anSqsEvent } from '../support/sqs-event.ts'

const withTime = (milliseconds: number): Context => ({
  ...aContext,
  getRemainingTimeInMillis: () => milliseconds,
})

const aFunction = (remaining = 900_000) => {
  const world = anArchiveWorld()
  const { telemetry, lines } = keptTelemetry()
  const { hot, register } = world
  const handler = createHandler({
    ...world.ports((port) => port),
    hot,
    register,
    hotBucket: 'hot',
    telemetry,
  })
  return { world, lines, age: (...bodies: unknown[]) => handler(anSqsEvent(...bodies), withTime(remaining)) }
}

const created = (
  key: string,
  parts: { bucket?: string; eventName?: string; eventVersion?: string } = {},
) => ({
  eventVersion: parts.eventVersion ?? '2.1',
  eventSource: 'aws:s3',
  eventName: parts.eventName ?? 'ObjectCreated:Put',
  s3: {
    s3SchemaVersion: '1.0',
    bucket: { name: parts.bucket ?? 'hot' },
    object: { key, size: 1, sequencer: '1' },
  },
})

const done = { batchItemFailures: [] }

test('the objects of an S3 event are aged, under the keys that its encoding stands for', async () => {
  const { world, age } = aFunction()
  const keys = ['orders/a b.ndjson', 'orders/a+b.ndjson', 'orders/é=%2F.ndjson']
  for (const [at, key] of keys.entries()) world.putHot(key, anOrder(`o-${at}`))
  const encoded = ['orders/a+b.ndjson', 'orders/a%2Bb.ndjson', 'orders/%C3%A9%3D%252F.ndjson']
  expect(await age({ Records: encoded.map((key) => created(key)) })).toEqual(done)
  expect(bodiesOf(await readAll(world))).toEqual([anOrder('o-0'), anOrder('o-1'), anOrder('o-2')])
  for (const key of keys) expect(await world.hot.find(key)).toBeUndefined()
})

test('every way in which an object can be created counts, in any minor version of the event', async () => {
  const { world, age } = aFunction()
  world.putHot('orders/a.ndjson', anOrder('a'))
  const eventName = 'ObjectCreated:CompleteMultipartUpload'
  expect(await age({ Records: [created('orders/a.ndjson', { eventName, eventVersion: '2.6' })] })).toEqual(
    done,
  )
  expect(await readAll(world)).toHaveLength(1)
})

test("S3's test event is acknowledged", async () => {
  const { age } = aFunction()
  expect(await age({ Service: 'Amazon S3', Event: 's3:TestEvent', Time: 'x', Bucket: 'hot' })).toEqual(done)
})

test('a message by hand may say what the key does not', async () => {
  const { world, age } = aFunction()
  world.putHot('elsewhere+x', 'id,at\na,2024-03-10T12:00:00Z\n')
  expect(await age({ key: 'elsewhere+x', dataset: 'orders', format: 'csv' })).toEqual(done)
  expect(bodiesOf(await readAll(world))).toEqual(['a,2024-03-10T12:00:00Z'])
})

test.each([
  ['that names another bucket by hand', { bucket: 'private', key: 'orders/a.ndjson' }],
  ['whose event is of another bucket', { Records: [created('orders/a.ndjson', { bucket: 'private' })] }],
  ['of another event', { Records: [created('orders/a.ndjson', { eventName: 'ObjectRemoved:Delete' })] }],
  ['of an unknown version', { Records: [created('orders/a.ndjson', { eventVersion: '3.0' })] }],
  ['with a member that is not known', { key: 'orders/a.ndjson', datset: 'orders' }],
  ['with a key that is not well encoded', { Records: [created('orders/%zz')] }],
  ['that is no JSON', 'orders/a.ndjson'],
])('a message %s fails alone, and nothing is touched', async (_, message) => {
  const { world, age } = aFunction()
  world.putHot('orders/a.ndjson', anOrder('a'))
  world.putHot('orders/b.ndjson', anOrder('b'))
  expect(await age({ key: 'orders/b.ndjson' }, message)).toEqual({
    batchItemFailures: [{ itemIdentifier: 'm1' }],
  })
  expect(bodiesOf(await readAll(world))).toEqual([anOrder('b')])
  expect(await world.hot.find('orders/a.ndjson')).toBeDefined()
})

test('an object that is gone is done', async () => {
  const { age } = aFunction()
  expect(await age({ Records: [created('orders/never.ndjson')] })).toEqual(done)
})

test('no chunk is begun when Lambda is about to stop the function', async () => {
  const { world, age } = aFunction(59_000)
  world.putHot('orders/a.ndjson', anOrder('a'))
  await expect(age({ key: 'orders/a.ndjson' })).rejects.toThrow()
  expect(await readAll(world)).toEqual([])
  expect(await world.hot.find('orders/a.ndjson')).toBeDefined()
})

test('metrics are valid EMF, and no line holds anything of a body', async () => {
  const { world, age, lines } = aFunction()
  const secret = 'hunter2'
  world.putHot('orders/a.ndjson', [anOrder(secret), secret, `{"id":"${secret}"}`].join('\n'))
  await age({ key: 'orders/a.ndjson' })
  await age({ key: 'orders/b.ndjson' }, secret, `{"key":"${secret}","x":"${secret}"}`, { [secret]: secret })
  expectEmf(metricLines(lines))
  expect(metricLines(lines)).toMatchObject([{ recordsArchived: 1, recordsQuarantined: 2 }])
  expect(JSON.stringify(lines)).not.toContain(secret)
})
