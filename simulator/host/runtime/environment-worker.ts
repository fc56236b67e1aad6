import { enableCompileCache, flushCompileCache } from 'node:module'
import { parentPort, workerData } from 'node:worker_threads'
import { clockView } from '../../clock.ts'
import { installVirtualDate } from './virtual-date.ts'
import type { EnvironmentSetup, Invocation, WorkerMessage } from './worker-protocol.ts'

// what the host passed in the same process: its type is the host's
const setup: EnvironmentSetup = workerData

const post = (message: WorkerMessage) => parentPort?.postMessage(message)

/** Output takes the same port as answers, so that it never arrives after the answer that it precedes. */
const forward = (stream: 'stdout' | 'stderr') => {
  const write = (chunk: unknown, ...rest: unknown[]) => {
    post({
      kind: 'output',
      stream,
      text: chunk instanceof Uint8Array ? new TextDecoder().decode(chunk) : String(chunk),
    })
    const done = rest.at(-1)
    if (typeof done === 'function') queueMicrotask(() => done())
    return true
  }
  process[stream].write = write
}

const contextOf = ({ requestId, timeoutMs }: Invocation) => {
  const deadline = performance.now() + timeoutMs
  return {
    awsRequestId: requestId,
    callbackWaitsForEmptyEventLoop: true,
    functionName: setup.functionName,
    functionVersion: '$LATEST',
    invokedFunctionArn: setup.functionArn,
    logGroupName: `/aws/lambda/${setup.functionName}`,
    logStreamName: 'local',
    memoryLimitInMB: String(setup.memoryMb),
    getRemainingTimeInMillis: () => Math.max(0, Math.round(deadline - performance.now())),
  }
}

const failureOf = (error: unknown): WorkerMessage =>
  error instanceof Error
    ? { kind: 'failure', errorType: error.name, message: error.message, stack: error.stack ?? '' }
    : { kind: 'failure', errorType: typeof error, message: String(error), stack: '' }

forward('stdout')
forward('stderr')
installVirtualDate(clockView(setup.clock))

// halves a cold start: the environments of this host, and of the next, load the same libraries over and over
enableCompileCache(setup.compileCache)
const handlerModule: Record<string, unknown> = await import(setup.moduleUrl)
const handler = handlerModule[setup.exportName]
if (typeof handler !== 'function')
  throw new Error(`${setup.moduleUrl} exports no function ${setup.exportName}`)
flushCompileCache()

parentPort?.on('message', async (invocation: Invocation) => {
  try {
    const answer: unknown = await handler(JSON.parse(invocation.event), contextOf(invocation))
    post({ kind: 'answer', payload: JSON.stringify(answer) ?? 'null' })
  } catch (error) {
    post(failureOf(error))
  }
})
post({ kind: 'ready' })
