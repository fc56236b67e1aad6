import { describe, expect, test } from 'vitest'
import { makeMemoryArchive } from '../../shared/adapters/memory/memory-archive.ts'
import { makeMemoryCanary } from '../../shared/adapters/memory/memory-canary.ts'
import { makeMemoryQueue } from '../../shared/adapters/memory/memory-queue.ts'
import { parseJsonRecord } from '../../shared/codec/parse-record.ts'
import { isRejection } from '../../shared/codec/rejection.ts'
import { canaryRecord } from '../../shared/domain/canary.ts'
import { DAY, HOUR } from '../../shared/domain/duration.ts'
import type { StorageClass } from '../../shared/domain/storage-class.ts'
import type { RecordsMessage } from '../../shared/ports/queues.ts'
import { type SendCanaryDeps, sendCanary } from '../../shared/use-cases/send-canary.ts'
import { aDataset, NOON } from '../support/builders.ts'
import { aWorld } from '../support/rehydration-world.ts'

const RETENTION = 7 * DAY

const aPipeline = (datasetParts: Parameters<typeof aDataset>[0] = { retention: RETENTION }) => {
  const world = aWorld()
  const dataset = aDataset(datasetParts)
  const config = {
    ...world.ports.config,
    datasets: new Map([['orders', dataset]]),
    canary: { dataset: 'orders', destination: 'analysts' },
  }
  const recordsQueue = makeMemoryQueue<RecordsMessage>()
  const canaries = makeMemoryCanary()
  const told: unknown[][] = []
  const metrics = {
    canaryArchived: (latency: number) => void told.push(['archived', latency]),
    canaryRehydrated: (latency: number) => void told.push(['rehydrated', latency]),
    canariesChecked: ({ missing, failed }: { missing: number; failed: number }) =>
      void told.push(['checked', missing, failed]),
  }
  const results = makeMemoryArchive(world.s3, 'rehydrated').reader
  const deps: SendCanaryDeps = { ...world.ports, config, recordsQueue, canaries, results, metrics }
  const land = async (body: string, storageClass: StorageClass = 'STANDARD') => {
    const record = parseJsonRecord(dataset, body, world.now())
    if (isRejection(record)) throw new Error(record.detail)
    await world.land([record], { storageClass })
  }
  return {
    ...world,
    deps,
    config,
    canaries,
    recordsQueue,
    told,
    land,
    send: (parts: Partial<SendCanaryDeps> = {}) => sendCanary({ ...deps, ...parts })(),
    /** What `age-records` does. */
    age: async () => {
      for (const { body } of recordsQueue.receive()) await land(body)
    },
    canaryOf: (hour: number) => canaryRecord(dataset, hour),
  }
}

type Pipeline = ReturnType<typeof aPipeline>

/** Up to the moment when the canary of noon is asked for. */
const untilAsked = async (pipeline: Pipeline) => {
  await pipeline.send()
  pipeline.advance(1000)
  await pipeline.age()
  pipeline.advance(HOUR)
  await pipeline.send()
  pipeline.told.splice(0)
  const open = (await pipeline.canaries.read())?.open.find(({ hour }) => hour === NOON)
  return open?.rehydrationId ?? ''
}

const problems = (hour: number, problem: string) => [{ hour, problem }]

test('a canary is archived, comes back to the byte, and is over', async () => {
  const pipeline = aPipeline()
  expect(await pipeline.send()).toEqual({ outcome: 'sent', missing: [], failed: [] })
  pipeline.advance(2000)
  await pipeline.age()
  pipeline.advance(HOUR)
  await pipeline.send()
  await pipeline.drain()
  pipeline.advance(HOUR)
  await pipeline.age()
  await pipeline.send()
  expect(pipeline.told).toEqual([
    ['checked', 0, 0],
    ['archived', 2000],
    ['checked', 0, 0],
    ['rehydrated', 0],
    ['archived', HOUR],
    ['checked', 0, 0],
  ])
  expect((await pipeline.canaries.read())?.open.map(({ hour }) => hour)).toEqual([
    NOON + HOUR,
    NOON + 2 * HOUR,
  ])
})

test('two runs in an hour do no more than one', async () => {
  const pipeline = aPipeline()
  await pipeline.send()
  pipeline.advance(60_000)
  await pipeline.send()
  const sent = pipeline.recordsQueue.receive()
  expect(sent[0]).toEqual({ body: pipeline.canaryOf(NOON).body, dataset: 'orders' })
  expect(new Set(sent.map(({ body }) => body)).size).toBe(1)
  expect((await pipeline.canaries.read())?.open).toHaveLength(1)
})

test('without a canary in the configuration nothing is sent', async () => {
  const pipeline = aPipeline()
  const { canary: _, ...config } = pipeline.config
  expect(await pipeline.send({ config })).toEqual({ outcome: 'off', missing: [], failed: [] })
  expect([pipeline.recordsQueue.receive(), pipeline.told]).toEqual([[], []])
})

test('a canary of a dataset that is not declared is an error', async () => {
  const pipeline = aPipeline()
  const config = { ...pipeline.config, canary: { dataset: 'gone', destination: 'analysts' } }
  await expect(pipeline.send({ config })).rejects.toThrow('gone is not declared')
})

describe('a canary that does not arrive', () => {
  test('is missing in each run, for two days', async () => {
    const pipeline = aPipeline()
    await pipeline.send()
    for (let hours = 1; hours <= 50; hours += 1) {
      pipeline.advance(HOUR)
      const { missing, failed } = await pipeline.send()
      expect(failed).toEqual([])
      expect(missing.length).toBe(Math.min(hours, 49))
      expect(missing.at(-1)).toEqual({
        hour: NOON + (hours - 1) * HOUR,
        problem: 'it is not in the archive',
      })
    }
  })

  test('because it cannot be sent is missing too', async () => {
    const pipeline = aPipeline()
    const recordsQueue = {
      send: async () => {
        throw new Error('no such queue')
      },
    }
    expect(await pipeline.send({ recordsQueue })).toMatchObject({
      failed: problems(NOON, 'Error: no such queue'),
    })
    pipeline.advance(HOUR)
    expect(await pipeline.send()).toMatchObject({ missing: problems(NOON, 'it is not in the archive') })
  })

  test('as it was sent has failed', async () => {
    const pipeline = aPipeline()
    await pipeline.send()
    pipeline.recordsQueue.receive()
    await pipeline.land(pipeline.canaryOf(NOON).body.replace('"twice": 1, ', ''))
    pipeline.advance(HOUR)
    expect(await pipeline.send()).toMatchObject({
      failed: problems(NOON, 'the archive has another body of it'),
      missing: [],
    })
    pipeline.advance(60_000)
    expect((await pipeline.send()).failed).toEqual([])
  })

  test('because the archive cannot be asked has failed, and is looked for again', async () => {
    const pipeline = aPipeline({})
    await pipeline.send()
    await pipeline.age()
    const failing = (error: unknown) => ({
      log: {
        ...pipeline.deps.log,
        read: async () => {
          throw error
        },
      },
    })
    pipeline.advance(HOUR)
    expect((await pipeline.send(failing(new Error('no table')))).failed).toContainEqual({
      hour: NOON,
      problem: 'Error: no table',
    })
    expect((await pipeline.send(failing('no answer'))).failed.map(({ problem }) => problem)).toContain(
      'no answer',
    )
    expect((await pipeline.send()).failed).toEqual([])
  })
})

describe('a canary that does not come back', () => {
  test('is missing after two hours', async () => {
    const pipeline = aPipeline()
    await untilAsked(pipeline)
    pipeline.advance(2 * HOUR)
    expect((await pipeline.send()).missing).not.toContainEqual(expect.objectContaining({ hour: NOON }))
    pipeline.advance(HOUR)
    expect((await pipeline.send()).missing).toContainEqual({
      hour: NOON,
      problem: 'its rehydration is accepted',
    })
  })

  test.each([
    [{ name: 'failed', failedAt: NOON, reason: 'too large' }, 'its rehydration failed: too large'],
    [{ name: 'cancelled', cancelledAt: NOON }, 'its rehydration was cancelled'],
  ] as const)('because of %j has failed', async (state, problem) => {
    const pipeline = aPipeline()
    const id = await untilAsked(pipeline)
    const { rehydrations } = pipeline.deps
    const before = await rehydrations.find(id)
    if (before === undefined) throw new Error('nothing was asked for')
    await rehydrations.put({ ...before, state }, before)
    expect((await pipeline.send()).failed).toEqual(problems(NOON, problem))
    expect((await pipeline.send()).failed).toEqual([])
  })

  test('as it was sent has failed', async () => {
    const pipeline = aPipeline()
    await untilAsked(pipeline)
    await pipeline.drain()
    const part = pipeline.files().find((key) => key.endsWith('.ndjson')) ?? ''
    pipeline.s3.putObject({ bucket: 'rehydrated', key: part, body: Buffer.from('{}\n') })
    expect((await pipeline.send()).failed).toEqual(problems(NOON, 'what was delivered is not what was sent'))
  })

  test('because its file is gone has failed', async () => {
    const pipeline = aPipeline()
    await untilAsked(pipeline)
    await pipeline.drain()
    const part = pipeline.files().find((key) => key.endsWith('.ndjson')) ?? ''
    pipeline.s3.deleteObject({ bucket: 'rehydrated', key: part })
    expect((await pipeline.send()).failed).toEqual(problems(NOON, 'what was delivered is not what was sent'))
  })

  test('to a destination that is not declared has failed', async () => {
    const pipeline = aPipeline()
    await pipeline.send()
    await pipeline.age()
    const config = { ...pipeline.config, canary: { dataset: 'orders', destination: 'gone' } }
    expect((await pipeline.send({ config })).failed).toEqual(
      problems(NOON, 'Error: it cannot be rehydrated: unknown-destination'),
    )
  })

  test('is asked for again when the catalog has forgotten that it was', async () => {
    const pipeline = aPipeline()
    await untilAsked(pipeline)
    const rehydrations = { ...pipeline.deps.rehydrations, find: async () => undefined }
    expect((await pipeline.send({ rehydrations })).failed.map(({ hour }) => hour)).toEqual([NOON])
    await pipeline.drain()
    await pipeline.send()
    expect(pipeline.told).toContainEqual(['rehydrated', 0])
  })
})

describe('a canary that is older than its dataset keeps records', () => {
  test('must be gone', async () => {
    const pipeline = aPipeline()
    await pipeline.send()
    await pipeline.age()
    pipeline.advance(RETENTION + 2 * DAY)
    const { failed } = await pipeline.send()
    // of its partition, the last hour is looked for
    expect(failed).toEqual([])
    await pipeline.land(pipeline.canaryOf(NOON + 11 * HOUR).body)
    expect((await pipeline.send()).failed).toEqual(problems(NOON + 11 * HOUR, 'it has not expired'))
  })

  test('must be gone from a class that has to be thawed, too, where it is not found', async () => {
    const pipeline = aPipeline()
    const hour = NOON + 11 * HOUR
    pipeline.advance(RETENTION + 2 * DAY)
    await pipeline.land(pipeline.canaryOf(hour).body, 'DEEP_ARCHIVE')
    expect((await pipeline.send()).failed).toEqual(
      problems(hour, 'what cannot be read and may hold it has not expired'),
    )
  })

  test('may stay where records are kept for ever', async () => {
    const pipeline = aPipeline({ retention: null })
    await pipeline.land(pipeline.canaryOf(NOON + 11 * HOUR).body)
    pipeline.advance(RETENTION + 2 * DAY)
    expect((await pipeline.send()).failed).toEqual([])
  })
})
