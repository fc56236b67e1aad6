import { expect, test } from 'vitest'
import { createHandler } from '../../functions/sweep/create-handler.ts'
import { anArchiveWorld, type Wrap } from '../support/archive-world.ts'
import { expectEmf, metricLines } from '../support/emf.ts'
import { failing } from '../support/failing.ts'
import { aMessage, anOrder } from '../support/orders.ts'
import { keptTelemetry } from '../support/silent-telemetry.ts'
import { aContext } from '../support/sqs-event.ts'

type Options = {
  wrap?: Wrap
  remaining?: number
  checkRehydrations?: () => Promise<{ sent: number; failed: number }>
}

const aFunction = async (options: Options = {}) => {
  const { wrap = (port) => port, remaining = 600_000 } = options
  const world = anArchiveWorld()
  await world.age([aMessage([anOrder('hunter2')])])
  world.clock.now = Date.parse('2024-03-11T01:00:00Z')
  const { telemetry, lines } = keptTelemetry()
  const handler = createHandler({
    ...world.ports(wrap),
    holdings: world.catalog.holdings,
    thawHistory: world.thawHistory,
    lister: world.archive.lister,
    tagger: world.archive.tagger,
    sealQueue: world.sealQueue,
    expireQueue: world.expireQueue,
    resumeWaiters: async () => undefined,
    reconcileBudgets: async () => ({ settled: 3 }),
    checkRehydrations: options.checkRehydrations ?? (async () => ({ sent: 2, failed: 1 })),
    remindOfHotObjects: async () => ({ reminded: 3 }),
    telemetry,
  })
  const sweep = () => handler({ any: 'event' }, { ...aContext, getRemainingTimeInMillis: () => remaining })
  return { world, lines, sweep }
}

test('a sweep sends what is due to be sealed and says what it did, in valid EMF', async () => {
  const { world, lines, sweep } = await aFunction()
  expect(await sweep()).toEqual({
    partitions: 1,
    partitionsBehind: 0,
    hotObjectsReminded: 3,
    rehydrationsSent: 2,
    rehydrationsFailed: 1,
    reservationsSettled: 3,
  })
  expect(world.sealQueue.receive()).toEqual([{ dataset: 'orders', partition: '2024-03-10' }])
  expectEmf(metricLines(lines))
  expect(metricLines(lines)).toMatchObject([{ partitionsSwept: 1, partitionsOverdue: 0, segmentsMissing: 0 }])
  expect(JSON.stringify(lines)).not.toContain('hunter2')
})

test('a sweep that Lambda is about to stop takes on nothing, and tells what is overdue', async () => {
  const { world, lines, sweep } = await aFunction({ remaining: 29_000 })
  expect(await sweep()).toMatchObject({ partitions: 0 })
  expect(world.sealQueue.receive()).toEqual([])
  expect(metricLines(lines)).toMatchObject([{ partitionsSwept: 0, partitionsOverdue: 1 }])
})

test('a sweep that fails on a partition is an error, with its metrics told all the same', async () => {
  const { lines, sweep } = await aFunction({ wrap: failing('read') })
  await expect(sweep()).rejects.toThrow('sweep failed on 1 partitions')
  expect(metricLines(lines)).toMatchObject([{ partitionsSwept: 1 }])
})

test('when one step fails, the others still do their work, and the sweep is an error', async () => {
  const checkRehydrations = () => Promise.reject(new Error('no table'))
  const { world, sweep } = await aFunction({ checkRehydrations })
  await expect(sweep()).rejects.toThrow('no table')
  expect(world.sealQueue.receive()).toEqual([{ dataset: 'orders', partition: '2024-03-10' }])
})
