import type { OutputLine } from './runtime/environment.ts'
import { type MetricPoint, parseMetricLine } from './runtime/metric-point.ts'

export type LogLine = OutputLine & { /** Virtual ms. */ readonly at: number }

export type Failure = {
  readonly functionName: string
  readonly requestId: string
  readonly reason: string
  /** Virtual ms. */
  readonly at: number
}

/** What the functions said, and what went wrong. Only the last of each is kept. */
export type HostLog = {
  /** Failed invocations and batches with failures in them, oldest first. */
  readonly failures: readonly Failure[]
  /** Metrics from EMF lines, oldest first. */
  readonly metrics: readonly MetricPoint[]
  /** All other lines, oldest first. */
  readonly lines: readonly LogLine[]
  /** Called with every metric from now on; returns the way to unsubscribe. */
  onMetric(listener: (point: MetricPoint, functionName: string) => void): () => void
  onLine(listener: (line: LogLine) => void): () => void
  onFailure(listener: (failure: Failure) => void): () => void
}

const KEPT = 10_000

const keep = <T>(list: T[], item: T) => {
  list.push(item)
  if (list.length > 2 * KEPT) list.splice(0, list.length - KEPT)
}

export const makeHostLog = (now: () => number) => {
  const failures: Failure[] = []
  const metrics: MetricPoint[] = []
  const lines: LogLine[] = []
  const metricListeners = new Set<(point: MetricPoint, functionName: string) => void>()
  const lineListeners = new Set<(line: LogLine) => void>()
  const failureListeners = new Set<(failure: Failure) => void>()

  const subscribe =
    <T>(listeners: Set<T>) =>
    (listener: T) => {
      listeners.add(listener)
      return () => {
        listeners.delete(listener)
      }
    }

  const view: HostLog = {
    failures,
    metrics,
    lines,
    onMetric: subscribe(metricListeners),
    onLine: subscribe(lineListeners),
    onFailure: subscribe(failureListeners),
  }
  return {
    view,
    take: (output: OutputLine) => {
      const points = parseMetricLine(output.text)
      for (const point of points ?? []) {
        keep(metrics, point)
        for (const listener of metricListeners) listener(point, output.functionName)
      }
      if (points !== undefined || output.text === '') return
      const line = { ...output, at: now() }
      keep(lines, line)
      for (const listener of lineListeners) listener(line)
    },
    fail: (failure: Failure) => {
      keep(failures, failure)
      for (const listener of failureListeners) listener(failure)
    },
  }
}
