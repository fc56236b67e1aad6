import { expect, test } from 'vitest'
import { createHandler } from '../../functions/audit-archive/create-handler.ts'
import { makeAuditReports } from '../../shared/adapters/audit-report-store.ts'
import { HOUR } from '../../shared/domain/duration.ts'
import { segmentsOf } from '../support/archive-facts.ts'
import { anArchiveWorld, type Wrap } from '../support/archive-world.ts'
import { expectEmf, metricLines } from '../support/emf.ts'
import { failing } from '../support/failing.ts'
import { aMessage, anOrder } from '../support/orders.ts'
import { keptTelemetry } from '../support/silent-telemetry.ts'
import { aContext } from '../support/sqs-event.ts'

const aFunction = async ({
  remaining = 900_000,
  wrap = (port) => port,
}: {
  remaining?: number
  wrap?: Wrap
} = {}) => {
  const world = anArchiveWorld()
  await world.age([aMessage([anOrder('hunter2')])])
  world.clock.now += 2 * HOUR
  const { telemetry, lines } = keptTelemetry()
  const handler = createHandler({
    ...world.ports(wrap),
    ...world.archive,
    holdings: world.catalog.holdings,
    expireQueue: world.expireQueue,
    inventory: { latest: async () => undefined },
    reports: makeAuditReports(world.archive.documents),
    budget: { partitions: 10, bytes: 1e6, segments: 10, compareEvery: 0, readEvery: 0 },
    telemetry,
  })
  const audit = () => handler({ any: 'event' }, { ...aContext, getRemainingTimeInMillis: () => remaining })
  return { world, lines, audit }
}

test('an audit says what it looked into and found, in valid EMF, and nothing of any record', async () => {
  const { world, lines, audit } = await aFunction()
  const [segment] = await segmentsOf(world)
  await world.archive.remover.remove(segment?.indexKey ?? '')
  expect(await audit()).toMatchObject({ partitions: 1, segments: 1, findings: 1, repaired: 1 })
  const emitted = metricLines(lines)
  expectEmf(emitted)
  expect(emitted).toContainEqual(expect.objectContaining({ segmentsAudited: 1 }))
  expect(emitted).toContainEqual(expect.objectContaining({ kind: 'mismatch', auditFindings: 1 }))
  expect(emitted).toContainEqual(expect.objectContaining({ kind: 'phantom', auditFindings: 0 }))
  expect(JSON.stringify(lines)).not.toContain('hunter2')
})

test('an audit that Lambda is about to stop takes on nothing', async () => {
  const { audit } = await aFunction({ remaining: 119_000 })
  expect(await audit()).toMatchObject({ partitions: 0, segments: 0 })
})

test('an audit that cannot find the partitions is an error', async () => {
  const { audit } = await aFunction({ wrap: failing('list') })
  await expect(audit()).rejects.toThrow('list failed')
})
