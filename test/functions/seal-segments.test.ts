import { expect, test } from 'vitest'
import { createHandler } from '../../functions/seal-segments/create-handler.ts'
import { segmentsOf } from '../support/archive-facts.ts'
import { anArchiveWorld, type Wrap } from '../support/archive-world.ts'
import { aDataset } from '../support/builders.ts'
import { expectEmf, metricLines } from '../support/emf.ts'
import { failing } from '../support/failing.ts'
import { aMessage, anOrder } from '../support/orders.ts'
import { keptTelemetry } from '../support/silent-telemetry.ts'
import { aContext, anSqsEvent } from '../support/sqs-event.ts'

const ref = { dataset: 'orders', partition: '2024-03-10' }

const LONG = { ...aContext, getRemainingTimeInMillis: () => 900_000 }

const aFunction = async (wrap: Wrap = (port) => port, dataset = aDataset()) => {
  const world = anArchiveWorld([dataset])
  await world.age([aMessage([anOrder('hunter2')])])
  await world.age([aMessage([anOrder('hunter2'), anOrder('b')])])
  world.clock.now = Date.parse('2024-03-11T01:00:00Z')
  const { telemetry, lines } = keptTelemetry()
  const handler = createHandler({ ...world.ports(wrap), reader: world.archive.reader, telemetry })
  const sealIn = (context: typeof aContext, ...tasks: unknown[]) => handler(anSqsEvent(...tasks), context)
  return { world, lines, sealIn, seal: (...tasks: unknown[]) => sealIn(aContext, ...tasks) }
}

test('the partition of a message is sealed, and told of in valid EMF without any record', async () => {
  const { world, lines, seal } = await aFunction()
  expect(await seal(ref)).toEqual({ batchItemFailures: [] })
  expect(await segmentsOf(world)).toMatchObject([{ kind: 'sealed', records: { count: 2 } }])
  expectEmf(metricLines(lines))
  expect(metricLines(lines)).toMatchObject([{ segmentsSealed: 1, duplicatesDropped: 1 }])
  expect(lines.find(({ message }) => message === 'task done')).toMatchObject({ outcome: 'sealed' })
  expect(JSON.stringify(lines)).not.toContain('hunter2')
})

test('what one seal leaves to the next is sealed as long as there is time', async () => {
  // a seal takes on 64 times as many bytes as a segment is to have: here one landing segment
  const small = aDataset({ seal: { after: 0, targetBytes: 10 } })
  const kindsAfter = async (context: typeof aContext) => {
    const { world, sealIn } = await aFunction(undefined, small)
    await sealIn(context, ref)
    return (await segmentsOf(world)).map(({ kind }) => kind)
  }
  expect(await kindsAfter({ ...LONG, getRemainingTimeInMillis: () => 400_000 })).toContain('landing')
  expect(await kindsAfter(LONG)).not.toContain('landing')
})

test('a partition with nothing to seal is done', async () => {
  const { seal } = await aFunction()
  expect(await seal({ ...ref, partition: '1999-01-01' })).toEqual({ batchItemFailures: [] })
})

test.each([
  ['of a dataset that is gone from the configuration', { ...ref, dataset: 'tickets' }],
  ['of a dataset named like a member of every object', { ...ref, dataset: 'constructor' }],
  ['that is no task', 'orders'],
])('a message %s is an error', async (_, task) => {
  const { world, seal } = await aFunction()
  await expect(seal(task)).rejects.toThrow()
  expect((await segmentsOf(world)).map(({ kind }) => kind)).toEqual(['landing', 'landing'])
})

test('a seal that fails is tried again', async () => {
  const { seal } = await aFunction(failing('append'))
  await expect(seal(ref)).rejects.toThrow()
})
