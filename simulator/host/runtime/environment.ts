import { randomUUID } from 'node:crypto'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Worker } from 'node:worker_threads'
import type { FunctionDefinition } from '../deployment/definitions.ts'
import type { EnvironmentSetup, WorkerMessage } from './worker-protocol.ts'

/** How an invocation ended. `payload` is the handler's answer in JSON. */
export type InvocationOutcome =
  | { readonly kind: 'answered'; readonly requestId: string; readonly payload: string }
  | {
      readonly kind: 'failed'
      readonly requestId: string
      readonly errorType: string
      readonly message: string
      readonly stack: string
    }

export type OutputLine = {
  readonly functionName: string
  readonly requestId: string
  readonly stream: 'stdout' | 'stderr'
  readonly text: string
}

/** One function's code in a thread of its own; one invocation at a time. */
export type Environment = {
  readonly functionName: string
  /** Never rejects. After a failure that ends the thread, `isAlive` is false and it must not be used again. */
  invoke(event: unknown): Promise<InvocationOutcome>
  isAlive(): boolean
  /** Ends the thread at once, whatever it is doing; a running invocation fails. */
  stop(): Promise<void>
}

export type EnvironmentOptions = {
  readonly definition: FunctionDefinition
  readonly moduleUrl: string
  readonly exportName: string
  readonly clock: SharedArrayBuffer
  /** All that the function sees of `process.env`. */
  readonly variables: Readonly<Record<string, string>>
  readonly onOutput: (line: OutputLine) => void
}

/** Where Node keeps it unless told otherwise; not in the host's own folder, which ends with it. */
const COMPILE_CACHE = join(tmpdir(), 'node-compile-cache')

type Settle = (outcome: InvocationOutcome) => void

/** Starts the thread; it imports the function's module while the first invocation is on its way to it. */
export const startEnvironment = (options: EnvironmentOptions): Environment => {
  const { definition, onOutput } = options
  const { name: functionName, timeoutSeconds } = definition
  const setup: EnvironmentSetup = {
    moduleUrl: options.moduleUrl,
    exportName: options.exportName,
    clock: options.clock,
    functionName: definition.lambdaName,
    functionArn: definition.arn,
    memoryMb: definition.memoryMb,
    compileCache: COMPILE_CACHE,
  }
  const worker = new Worker(new URL('./environment-worker.ts', import.meta.url), {
    workerData: setup,
    env: { ...options.variables },
    execArgv: [],
    resourceLimits: { maxOldGenerationSizeMb: definition.memoryMb },
  })
  let alive = true
  let requestId = ''
  let settle: Settle | undefined
  const partial = { stdout: '', stderr: '' }

  const finish: Settle = (outcome) => {
    const done = settle
    settle = undefined
    done?.(outcome)
  }
  const fail = (errorType: string, message: string, stack = '') =>
    finish({ kind: 'failed', requestId, errorType, message, stack })

  const take = (stream: 'stdout' | 'stderr', text: string) => {
    const lines = (partial[stream] + text).split('\n')
    partial[stream] = lines.pop() ?? ''
    for (const line of lines) onOutput({ functionName, requestId, stream, text: line })
  }

  worker.on('message', (message: WorkerMessage) => {
    if (message.kind === 'output') take(message.stream, message.text)
    if (message.kind === 'answer') finish({ kind: 'answered', requestId, payload: message.payload })
    if (message.kind === 'failure') fail(message.errorType, message.message, message.stack)
  })
  worker.on('error', (error) => {
    alive = false
    const { name, message, stack } = error instanceof Error ? error : new Error(String(error))
    fail(name, message, stack)
  })
  worker.on('exit', (code) => {
    alive = false
    fail('Runtime.ExitError', `the function's runtime exited with code ${code}`)
  })

  return {
    functionName,
    isAlive: () => alive,
    invoke: (event) =>
      new Promise((resolve) => {
        requestId = randomUUID()
        // real time, not virtual: a leap of the clock is no slow function
        const timer = setTimeout(() => {
          alive = false
          fail('Sandbox.Timedout', `task timed out after ${timeoutSeconds.toFixed(2)} seconds`)
          void worker.terminate()
        }, timeoutSeconds * 1000)
        settle = (outcome) => {
          clearTimeout(timer)
          resolve(outcome)
        }
        worker.postMessage({ requestId, event: JSON.stringify(event), timeoutMs: timeoutSeconds * 1000 })
      }),
    stop: async () => {
      alive = false
      await worker.terminate()
    },
  }
}
