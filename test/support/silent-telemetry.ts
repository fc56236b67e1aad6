import { Logger } from '@aws-lambda-powertools/logger'
import { Metrics } from '@aws-lambda-powertools/metrics'
import { makeMemoryFailureNotes } from '../../shared/adapters/memory/memory-failure-notes.ts'
import type { QueueTelemetry } from '../../shared/runtime/telemetry.ts'

const ignore = () => undefined

export type LogLine = Readonly<Record<string, unknown>>

/** Logger and metrics whose lines are kept instead of printed. */
export const keptTelemetry = (): { telemetry: QueueTelemetry; lines: LogLine[] } => {
  const lines: LogLine[] = []
  const keep = (text: string) => {
    lines.push(JSON.parse(text))
  }
  const logger = new Logger({ serviceName: 'test', logLevel: 'INFO' })
  // a logger takes no sink of its own: its console is where its lines go
  Reflect.set(logger, 'console', { info: keep, warn: keep, error: keep, debug: keep, log: keep })
  const metrics = new Metrics({
    namespace: 'icecore',
    serviceName: 'test',
    logger: { trace: ignore, debug: ignore, info: ignore, warn: ignore, error: ignore },
  })
  Reflect.set(metrics, 'console', { log: keep })
  const single = metrics.singleMetric.bind(metrics)
  metrics.singleMetric = () => {
    const one = single()
    Reflect.set(one, 'console', { log: keep })
    return one
  }
  return { telemetry: { logger, metrics, notes: makeMemoryFailureNotes() }, lines }
}
