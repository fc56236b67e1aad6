import type { SqsModel } from '../sqs-model.ts'

/**
 * Waiting for messages without asking again and again. The promise resolves when `queueArn` may have something to
 * receive, after `ms` real milliseconds, or when `signal` aborts.
 */
export const makeArrivals = (sqs: Pick<SqsModel, 'subscribe'>) => {
  const sleepers = new Map<string, Set<() => void>>()
  sqs.subscribe((queueArn) => {
    const woken = sleepers.get(queueArn)
    sleepers.delete(queueArn)
    for (const wake of woken ?? []) wake()
  })
  return (queueArn: string, ms: number, signal: AbortSignal) =>
    new Promise<void>((resolve) => {
      const queueSleepers = sleepers.get(queueArn) ?? new Set()
      sleepers.set(queueArn, queueSleepers)
      const wake = () => {
        clearTimeout(timer)
        signal.removeEventListener('abort', wake)
        queueSleepers.delete(wake)
        resolve()
      }
      const timer = setTimeout(wake, Math.ceil(ms))
      queueSleepers.add(wake)
      signal.addEventListener('abort', wake)
      if (signal.aborted) wake()
    })
}
