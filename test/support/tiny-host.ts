import { join } from 'node:path'
import { makeVirtualClock } from '../../simulator/clock.ts'
import { loadDeployment } from '../../simulator/host/deployment/load-deployment.ts'
import { makeHost } from '../../simulator/host/host.ts'
import { makeSqsModel } from '../../simulator/sqs/sqs-model.ts'

export const tinyService = join(import.meta.dirname, 'tiny-service')
export const obeyQueue = 'arn:aws:sqs:us-east-1:000000000000:tiny-us-east-1-obey'
export const obeyDeadLetters = 'tiny-dev-ObeyDeadLetters'
export const lineUpQueue = 'arn:aws:sqs:us-east-1:000000000000:line-up.fifo'
export const tinyStart = Date.parse('2030-01-01T00:00:00Z')

/**
 * The tiny service on queues alone, without a port. The clock stands still between leaps. Its functions have half a minute of real
 * time, which is enough on a busy machine too, unless `timeoutSeconds` says less.
 */
export const startTinyHost = (
  options: { concurrency?: number; warm?: number; timeoutSeconds?: number } = {},
) => {
  const { timeoutSeconds = 30, ...hostOptions } = options
  const clock = makeVirtualClock(tinyStart, 0)
  const sqs = makeSqsModel({ now: clock.now, meter: { add: () => undefined } })
  const loaded = loadDeployment(tinyService)
  const functions = loaded.functions.map((definition) => ({ ...definition, timeoutSeconds }))
  const deployment = { ...loaded, functions }
  const bySource = deployment.queues.toSorted(
    (a, b) => Number('RedrivePolicy' in a.attributes) - Number('RedrivePolicy' in b.attributes),
  )
  for (const { name, attributes } of bySource) sqs.createQueue(name, attributes)
  const told = new Map<string, () => object>()
  const cloud = {
    clock,
    sqs,
    endpoint: 'http://127.0.0.1:9',
    mount: () => undefined,
    tell: (name: string, about: () => object) => told.set(name, about),
    nextDue: sqs.nextDue,
    runDue: sqs.runDue,
  }
  const host = makeHost({ cloud, deployment, root: tinyService, ...hostOptions })
  const saw = (): unknown[] =>
    host.lines.filter(({ functionName }) => functionName === 'obey').map(({ text }) => JSON.parse(text).saw)
  return { clock, sqs, host, saw, told }
}
