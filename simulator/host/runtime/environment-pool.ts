import type { FunctionDefinition } from '../deployment/definitions.ts'
import type { Environment, InvocationOutcome } from './environment.ts'

/** Runs invocations in environments, kept warm for the next one, and never more at once than it may. */
export type EnvironmentPool = {
  /** Whether an invocation of this function would start at once. */
  canStart(definition: FunctionDefinition): boolean
  /** Starts at once, or as soon as there is room. Never rejects. */
  invoke(definition: FunctionDefinition, event: unknown): Promise<InvocationOutcome>
  /** Starts at once, however many run: somebody waits for the answer. Only the function's own limit holds. */
  invokeNow(definition: FunctionDefinition, event: unknown): Promise<InvocationOutcome>
  /** Invocations under way or waiting for room. */
  busy(): number
  /** Names of the functions under way, one for each invocation. */
  running(): readonly string[]
  /** Ends every thread at once: invocations under way fail. */
  stop(): Promise<void>
}

export type PoolOptions = {
  readonly start: (definition: FunctionDefinition) => Environment
  /** Invocations at once, of all functions together. */
  readonly concurrency: number
  /** Environments kept, busy ones included. */
  readonly warm: number
}

const notStarted: InvocationOutcome = {
  kind: 'failed',
  requestId: '',
  errorType: 'Host.Stopped',
  message: 'the host was stopped before the invocation began',
  stack: '',
}

export const makeEnvironmentPool = ({ start, concurrency, warm }: PoolOptions): EnvironmentPool => {
  const running = new Map<Environment, FunctionDefinition>()
  /** Least recently used first. */
  const resting = new Set<Environment>()
  const waiting: { readonly definition: FunctionDefinition; readonly begin: () => void }[] = []
  let stopped = false

  const runningOf = ({ name }: FunctionDefinition) =>
    running
      .values()
      .filter((each) => each.name === name)
      .toArray().length

  const mayStart = (definition: FunctionDefinition) =>
    runningOf(definition) < (definition.reservedConcurrency ?? Number.POSITIVE_INFINITY)
  const canStart = (definition: FunctionDefinition) => running.size < concurrency && mayStart(definition)

  const environmentFor = (definition: FunctionDefinition): Environment => {
    for (const environment of resting) {
      if (!environment.isAlive()) resting.delete(environment)
      else if (environment.functionName === definition.name) {
        resting.delete(environment)
        return environment
      }
    }
    for (const oldest of resting) {
      if (resting.size + running.size < warm) break
      resting.delete(oldest)
      void oldest.stop()
    }
    return start(definition)
  }

  const run = async (definition: FunctionDefinition, event: unknown): Promise<InvocationOutcome> => {
    if (stopped) return notStarted
    const environment = environmentFor(definition)
    running.set(environment, definition)
    const outcome = await environment.invoke(event)
    running.delete(environment)
    if (environment.isAlive()) resting.add(environment)
    const next = waiting.findIndex((each) => canStart(each.definition))
    if (next >= 0) waiting.splice(next, 1)[0]?.begin()
    return outcome
  }

  const runLater = (definition: FunctionDefinition, event: unknown) =>
    new Promise<InvocationOutcome>((resolve) => {
      waiting.push({ definition, begin: () => resolve(run(definition, event)) })
    })

  return {
    canStart,
    busy: () => running.size + waiting.length,
    running: () => [...running.values()].map(({ name }) => name),
    invoke: async (definition, event) =>
      canStart(definition) ? run(definition, event) : runLater(definition, event),
    invokeNow: async (definition, event) =>
      mayStart(definition) ? run(definition, event) : runLater(definition, event),
    stop: async () => {
      stopped = true
      for (const { begin } of waiting.splice(0)) begin()
      await Promise.all([...running.keys(), ...resting].map((environment) => environment.stop()))
      resting.clear()
    },
  }
}
