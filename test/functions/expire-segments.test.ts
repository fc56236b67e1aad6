import type { SQSEvent } from 'aws-lambda'
import { expect, test } from 'vitest'
import { createHandler } from '../../functions/expire-segments/create-handler.ts'
import { DAY } from '../../shared/domain/duration.ts'
import { collect, readAll } from '../support/archive-facts.ts'
import { anArchiveWorld } from '../support/archive-world.ts'
import { aMessage, anOrder } from '../support/orders.ts'
import { keptTelemetry } from '../support/silent-telemetry.ts'
import { aContext, anSqsEvent } from '../support/sqs-event.ts'

const ref = { dataset: 'orders', partition: '2024-03-10' }

const aFunction = async () => {
  const world = anArchiveWorld()
  await world.age([aMessage([anOrder('a')])])
  await world.age([aMessage([anOrder('b')])])
  world.clock.now = Date.parse('2024-03-11T01:00:00Z')
  await world.seal(ref)
  world.clock.now += 2 * DAY
  const { telemetry, lines } = keptTelemetry()
  const handler = createHandler({
    ...world.catalog,
    ...world.archive,
    now: () => world.clock.now,
    telemetry,
  })
  const commitIds = (await world.catalog.log.read(ref)).commits.map(({ id }) => id)
  const run = (event: SQSEvent) => handler(event, aContext)
  return {
    world,
    lines,
    commitIds,
    run,
    notes: telemetry.notes,
    expire: (...tasks: unknown[]) => run(anSqsEvent(...tasks)),
  }
}

test('[S13] what a message names is removed where it is dead, whatever else it names', async () => {
  const { world, commitIds, expire } = await aFunction()
  expect(await expire({ ...ref, commitIds, orphanKeys: [] })).toEqual({ batchItemFailures: [] })
  expect(await collect(world.archive.lister.list(''))).toHaveLength(3)
  expect(await readAll(world)).toHaveLength(2)
})

test('a message that is no task fails alone', async () => {
  const { world, commitIds, expire } = await aFunction()
  const broken = { ...ref, commitIds: 'L#a', orphanKeys: [] }
  expect(await expire(broken, { ...ref, commitIds, orphanKeys: [] }, ref, 'x')).toEqual({
    batchItemFailures: [{ itemIdentifier: 'm0' }, { itemIdentifier: 'm2' }, { itemIdentifier: 'm3' }],
  })
  expect(await collect(world.archive.lister.list(''))).toHaveLength(3)
})

test('a task says how much it removed', async () => {
  const { lines, commitIds, expire } = await aFunction()
  await expire({ ...ref, commitIds, orphanKeys: [] })
  expect(lines.find(({ message }) => message === 'task done')).toMatchObject({
    outcome: { commits: 2, objects: 4, adopted: 0 },
  })
})

test('why a message failed again and again is noted, without what is in it', async () => {
  const { run, notes } = await aFunction()
  const { Records } = anSqsEvent('hunter2', ref)
  const often = Records.map((record) => ({
    ...record,
    attributes: { ...record.attributes, ApproximateReceiveCount: '9' },
  }))
  await expect(run({ Records: often })).rejects.toThrow()
  expect(await notes.find('m0')).toEqual({
    reason: 'MalformedTask',
    detail: 'message: expected a JSON document',
  })
  expect(await notes.find('m1')).toMatchObject({ reason: 'MalformedTask' })
})
