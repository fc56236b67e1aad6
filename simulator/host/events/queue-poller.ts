import type { ReceivedMessage } from '../../sqs/message.ts'
import type { SqsModel } from '../../sqs/sqs-model.ts'
import type { FunctionDefinition, QueueTrigger } from '../deployment/definitions.ts'
import type { InvocationOutcome } from '../runtime/environment.ts'
import { type BatchResult, readBatchAnswer } from './batch-result.ts'
import { payloadBytes, sqsEvent } from './sqs-event.ts'

/** "The maximum payload of an invocation is 6 MB"; Lambda starts the function before a message would exceed it. */
const MAX_PAYLOAD_BYTES = 6 * 1024 * 1024
const RECEIVE_AT_ONCE = 10

/** One event source mapping: takes messages off a queue, hands them to its function, deletes what succeeded. */
export type QueuePoller = {
  readonly queueArn: string
  /** Starts every batch that can start now. `closeWindow`: do not wait for a batch to fill up. */
  pump(closeWindow: boolean): void
  /** When a gathered batch stops waiting for more, in virtual ms. */
  windowEnds(): number | undefined
}

export type PollerOptions = {
  readonly definition: FunctionDefinition
  readonly trigger: QueueTrigger
  readonly sqs: SqsModel
  readonly now: () => number
  readonly canStart: (definition: FunctionDefinition) => boolean
  readonly invoke: (definition: FunctionDefinition, event: unknown) => Promise<InvocationOutcome>
  /** Told of every batch that was not a full success. */
  readonly onFailure: (definition: FunctionDefinition, requestId: string, reason: string) => void
}

type Gathered = { readonly message: ReceivedMessage; readonly bytes: number }

/**
 * The mapping as Lambda runs it: batch size, window, 6 MB, partial failures, concurrency. What failed stays in flight
 * until its visibility timeout ends, and goes to the dead letters by the queue's own redrive policy.
 * https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-configure.html
 */
export const makeQueuePoller = (options: PollerOptions): QueuePoller => {
  const { definition, trigger, sqs, now } = options
  const { queueArn, batchSize } = trigger
  const most = trigger.maximumConcurrency ?? Number.POSITIVE_INFINITY
  let running = 0
  let gathered: Gathered[] = []
  let gatheredSince = 0

  const gather = () => {
    while (gathered.length < batchSize && !isFull(gathered) && sqs.counts(queueArn).visible > 0) {
      const max = Math.min(RECEIVE_AT_ONCE, batchSize - gathered.length)
      const received = sqs.receive(queueArn, { max })
      if (received.length === 0) return
      if (gathered.length === 0) gatheredSince = now()
      gathered.push(...received.map((message) => ({ message, bytes: payloadBytes(queueArn, message) })))
    }
  }

  const windowEnds = () => (gathered.length === 0 ? undefined : gatheredSince + trigger.windowSeconds * 1000)
  const isReady = (closeWindow: boolean) =>
    gathered.length > 0 &&
    (closeWindow || gathered.length >= batchSize || isFull(gathered) || now() >= (windowEnds() ?? 0))

  const settle = (messages: readonly ReceivedMessage[], outcome: InvocationOutcome) => {
    const { result, reason } = judge(messages, outcome, trigger.reportBatchItemFailures)
    if (reason !== undefined) options.onFailure(definition, outcome.requestId, reason)
    const done = messages.filter(({ id }) => isDone(result, id)).map(({ receiptHandle }) => receiptHandle)
    for (let from = 0; from < done.length; from += RECEIVE_AT_ONCE) {
      for (const outcomeOfOne of sqs.deleteBatch(queueArn, done.slice(from, from + RECEIVE_AT_ONCE))) {
        if ('error' in outcomeOfOne) {
          options.onFailure(definition, outcome.requestId, `not deleted: ${outcomeOfOne.error.message}`)
        }
      }
    }
  }

  const run = async (messages: readonly ReceivedMessage[]) => {
    running += 1
    const outcome = await options.invoke(definition, sqsEvent(queueArn, messages))
    running -= 1
    settle(messages, outcome)
  }

  return {
    queueArn,
    windowEnds,
    pump: (closeWindow) => {
      while (running < most && options.canStart(definition)) {
        gather()
        if (!isReady(closeWindow)) return
        const count = fitting(gathered)
        const batch = gathered.slice(0, count).map(({ message }) => message)
        gathered = gathered.slice(count)
        gatheredSince = now()
        void run(batch)
      }
    },
  }
}

const isFull = (gathered: readonly Gathered[]) => fitting(gathered) < gathered.length

/** How many of the first messages fit into one payload; at least one. */
const fitting = (gathered: readonly Gathered[]): number => {
  let total = 0
  const tooMuch = gathered.findIndex(({ bytes }) => {
    total += bytes
    return total > MAX_PAYLOAD_BYTES
  })
  return tooMuch < 0 ? gathered.length : Math.max(1, tooMuch)
}

const isDone = (result: BatchResult, id: string) =>
  result.kind === 'succeeded' || (result.kind === 'partly' && !result.failedIds.has(id))

const judge = (
  messages: readonly ReceivedMessage[],
  outcome: InvocationOutcome,
  reportsItems: boolean,
): { readonly result: BatchResult; readonly reason?: string } => {
  if (outcome.kind === 'failed') {
    const reason = `${outcome.errorType}: ${outcome.message}`
    return { result: { kind: 'failed', reason }, reason }
  }
  if (!reportsItems) return { result: { kind: 'succeeded' } }
  const result = readBatchAnswer(outcome.payload, new Set(messages.map(({ id }) => id)))
  if (result.kind === 'failed') return { result, reason: result.reason }
  if (result.kind === 'succeeded') return { result }
  return { result, reason: `${result.failedIds.size} of ${messages.length} messages failed` }
}
