import type { SQSEvent } from 'aws-lambda'
import { expect, test } from 'vitest'
import { createHandler } from '../../functions/age-records/create-handler.ts'
import { readAll } from '../support/archive-facts.ts'
import { anArchiveWorld, type Wrap } from '../support/archive-world.ts'
import { aDataset, NOON } from '../support/builders.ts'
import { expectEmf, metricLines } from '../support/emf.ts'
import { failing, replacing } from '../support/failing.ts'
import { anOrder } from '../support/orders.ts'
import { keptTelemetry } from '../support/silent-telemetry.ts'
import { aContext, anSqsEvent } from '../support/sqs-event.ts'

const aFunction = (wrap: Wrap = (port) => port) => {
  const world = anArchiveWorld()
  const { telemetry, lines } = keptTelemetry()
  const handler = createHandler({ ...world.ports(wrap), telemetry })
  const age = (event: SQSEvent, context = aContext) => handler(event, context)
  return { world, lines, age, notes: telemetry.notes }
}

const anEvent = (...bodies: readonly string[]): SQSEvent => {
  const { Records } = anSqsEvent(...bodies)
  const dataset = { dataType: 'String', stringValue: 'orders' }
  return { Records: Records.map((record) => ({ ...record, messageAttributes: { dataset } })) }
}

const withSentAt = ({ Records }: SQSEvent, sentAt: number): SQSEvent => ({
  Records: Records.map((record) => ({
    ...record,
    attributes: { ...record.attributes, SentTimestamp: String(sentAt) },
  })),
})

test('a batch that is archived whole has no failures', async () => {
  const { world, age } = aFunction()
  const envelope = { dataset: 'orders', record: { id: 'x', at: '2024-03-10T12:00:00Z' } }
  expect(await age(anSqsEvent(envelope))).toEqual({ batchItemFailures: [] })
  expect(await age(anEvent(anOrder('a'), 'poison'))).toEqual({ batchItemFailures: [] })
  expect((await readAll(world)).map(({ id }) => id)).toEqual(['a', 'x'])
})

test('the failures name exactly the messages that are not done, by the ids that SQS gave them', async () => {
  const isYesterday = (ref: unknown) => JSON.stringify(ref).includes('2024-03-09')
  const { age, lines } = aFunction(failing('append', isYesterday))
  const yesterday = anOrder('b', NOON - 86_400_000)
  expect(await age(anEvent(anOrder('a'), yesterday, `${anOrder('c')}\n${yesterday}`))).toEqual({
    batchItemFailures: [{ itemIdentifier: 'm1' }, { itemIdentifier: 'm2' }],
  })
  expect(lines.filter(({ level }) => level === 'ERROR')).toHaveLength(1)
})

test('a batch of which nothing can be archived is an error, so that Lambda slows down', async () => {
  const { age } = aFunction(failing('append'))
  await expect(age(anEvent(anOrder('a'), anOrder('b')))).rejects.toThrow('no message could be aged')
})

test('why a batch failed whole is told once, with the messages and without their bodies', async () => {
  const { age, lines } = aFunction(failing('append'))
  const days = [anOrder('a'), anOrder('b', NOON - 86_400_000), anOrder('c', NOON - 2 * 86_400_000)]
  await expect(age(anEvent(...days))).rejects.toThrow('no message could be aged')
  const [started, ended, ...others] = lines.filter(({ message }) => message !== undefined)
  expect(started).toMatchObject({ message: 'batch received', messages: 3 })
  expect(ended).toMatchObject({
    level: 'ERROR',
    message: 'batch failed',
    failed: 3,
    messageIds: ['m0', 'm1', 'm2'],
    error: { name: 'Error', message: 'append failed' },
    causes: ['Error: append failed'],
  })
  expect(others).toEqual([])
})

test('a batch that fails in many ways tells a few of them', async () => {
  let calls = 0
  const inManyWays = replacing('append', () => {
    calls += 1
    throw new Error(`append ${calls} failed`)
  })
  const { age, lines } = aFunction(inManyWays)
  const days = Array.from({ length: 30 }, (_, day) => anOrder(`o-${day}`, NOON - day * 86_400_000))
  await expect(age(anEvent(...days))).rejects.toThrow('no message could be aged')
  const [ended, ...others] = lines.filter(({ level }) => level === 'ERROR')
  expect(ended).toMatchObject({ failed: 30, error: { message: 'append 1 failed' } })
  expect(ended?.causes).toEqual(Array.from({ length: 10 }, (_, at) => `Error: append ${at + 1} failed`))
  expect(others).toEqual([])
})

test('metrics are valid EMF and tell records, bytes and lag', async () => {
  const { age, lines } = aFunction()
  await age(withSentAt(anEvent(`${anOrder('a')}\n${anOrder('a')}`, 'poison'), NOON - 5000))
  expectEmf(metricLines(lines))
  expect(metricLines(lines)).toMatchObject([
    { recordsArchived: 2, archiveLag: 5000, duplicatesDropped: 1, recordsQuarantined: 1 },
  ])
})

test('a batch of more partitions than EMF takes values is told in several lines', async () => {
  const { age, lines } = aFunction()
  await age(anEvent(...Array.from({ length: 150 }, (_, day) => anOrder(`o-${day}`, NOON - day * 86_400_000))))
  expectEmf(metricLines(lines))
  const archived = metricLines(lines).flatMap(({ recordsArchived = [] }) => recordsArchived)
  expect(archived).toHaveLength(150)
})

test('no line holds anything of a body or an id, not even when all fails', async () => {
  const secret = 'hunter2'
  const bodies = [
    anOrder(secret),
    `{"id":"x","at":"${secret}"}`,
    secret,
    `{"dataset":"${secret}","record":{}}`,
    `{"_aws":{"CloudWatchMetrics":[]},"${secret}":1}`,
  ]
  for (const wrap of [undefined, failing('append'), failing('keep')]) {
    const { age, lines } = aFunction(wrap)
    for (const event of [anEvent(...bodies), anSqsEvent(...bodies)])
      await age(event).catch((error: Error) => {
        expect(error.message).not.toContain(secret)
      })
    expect(lines.length).toBeGreaterThan(0)
    expect(JSON.stringify(lines)).not.toContain(secret)
  }
})

test('each invocation has a line at its start and one for its outcome', async () => {
  const { age, lines } = aFunction()
  await age(anEvent(anOrder('a'), 'poison'))
  expect(lines.filter(({ level }) => level === 'INFO')).toMatchObject([
    { message: 'batch received', messages: 2 },
    { message: 'batch aged', done: 2, failed: 0 },
  ])
})

test('the dataset may be told in the message itself or in its attribute', async () => {
  const { world, age } = aFunction()
  const tickets = aDataset({ name: 'tickets' })
  await age(anSqsEvent({ dataset: tickets.name, record: {} }, anOrder('no dataset')))
  expect(world.quarantine.units().map(({ dataset }) => dataset)).toEqual(['_unknown', '_unknown'])
})

test('a message that takes more time than there is comes again, alone', async () => {
  const { world, lines, age } = aFunction()
  const strewn = Array.from({ length: 50 }, (_, day) => anOrder(`s-${day}`, NOON - day * 86_400_000))
  let segments = 10
  const soonOver = { ...aContext, getRemainingTimeInMillis: () => (segments-- > 0 ? 60_000 : 14_000) }
  const neighbour = anOrder('n', NOON - 99 * 86_400_000)
  expect(await age(anEvent(strewn.join('\n'), neighbour), soonOver)).toEqual({
    batchItemFailures: [{ itemIdentifier: 'm0' }],
  })
  expect((await readAll(world)).map(({ id }) => id)).toContain('n')
  expect(lines.filter(({ level }) => level === 'ERROR')).toHaveLength(1)
})

const received = ({ Records }: SQSEvent, times: number): SQSEvent => ({
  Records: Records.map((record) => ({
    ...record,
    attributes: { ...record.attributes, ApproximateReceiveCount: String(times) },
  })),
})

test('why a message failed again and again is noted, whether or not its neighbours did', async () => {
  const isYesterday = (ref: unknown) => JSON.stringify(ref).includes('2024-03-09')
  const { age, notes } = aFunction(failing('append', isYesterday))
  const yesterday = anOrder('b', NOON - 86_400_000)
  await age(received(anEvent(anOrder('a'), yesterday), 4))
  expect(await notes.find('m0')).toBeUndefined()
  expect(await notes.find('m1')).toEqual({ reason: 'Error', detail: 'append failed' })
  await notes.note('m0', { reason: 'other', detail: '' })
  await expect(age(received(anEvent(yesterday), 4))).rejects.toThrow('no message could be aged')
  expect(await notes.find('m0')).toEqual({ reason: 'Error', detail: 'append failed' })
})
