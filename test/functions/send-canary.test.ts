import { expect, test } from 'vitest'
import { createHandler } from '../../functions/send-canary/create-handler.ts'
import { makeMemoryArchive } from '../../shared/adapters/memory/memory-archive.ts'
import { makeMemoryCanary } from '../../shared/adapters/memory/memory-canary.ts'
import { makeMemoryQueue } from '../../shared/adapters/memory/memory-queue.ts'
import { HOUR } from '../../shared/domain/duration.ts'
import type { RecordsMessage } from '../../shared/ports/queues.ts'
import { expectEmf, metricLines } from '../support/emf.ts'
import { aWorld } from '../support/rehydration-world.ts'
import { keptTelemetry } from '../support/silent-telemetry.ts'
import { aContext } from '../support/sqs-event.ts'

test('a run sends a canary, and tells of those that are missing, in valid EMF', async () => {
  const world = aWorld()
  const { telemetry, lines } = keptTelemetry()
  const recordsQueue = makeMemoryQueue<RecordsMessage>()
  const run = createHandler({
    ...world.ports,
    config: { ...world.ports.config, canary: { dataset: 'orders', destination: 'analysts' } },
    telemetry,
    canaries: makeMemoryCanary(),
    recordsQueue,
    results: makeMemoryArchive(world.s3, 'rehydrated').reader,
  })
  expect(await run({}, aContext)).toEqual({ outcome: 'sent', missing: 0, failed: 0 })
  expect(recordsQueue.receive()).toHaveLength(1)
  world.advance(HOUR)
  expect(await run({}, aContext)).toEqual({ outcome: 'sent', missing: 1, failed: 0 })
  expectEmf(metricLines(lines))
  expect(metricLines(lines)).toMatchObject([
    { canaryMissing: 0, canaryFailed: 0 },
    { canaryMissing: 1, canaryFailed: 0 },
  ])
  expect(lines.find(({ message }) => message === 'canary missing')).toMatchObject({
    hour: '2024-03-10T12:00:00.000Z',
    problem: 'it is not in the archive',
  })
})
