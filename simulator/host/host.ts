import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import type { VirtualClock } from '../clock.ts'
import type { SqsModel } from '../sqs/sqs-model.ts'
import type { Route } from '../wire/service-handler.ts'
import { API_PREFIX, makeHttpApi } from './api/http-api.ts'
import type { Deployment, FunctionDefinition } from './deployment/definitions.ts'
import { makeQueuePoller } from './events/queue-poller.ts'
import { makeScheduler } from './events/scheduler.ts'
import { type HostLog, makeHostLog } from './host-log.ts'
import { type RunOptions, runUntil, type Stop } from './run-until.ts'
import { type InvocationOutcome, startEnvironment } from './runtime/environment.ts'
import { makeEnvironmentPool } from './runtime/environment-pool.ts'
import { lambdaVariables } from './runtime/lambda-variables.ts'

/** What the host needs of a simulated cloud. */
export type HostCloud = {
  readonly clock: VirtualClock
  readonly sqs: SqsModel
  readonly endpoint: string
  mount(route: Route): void
  nextDue(): number | undefined
  runDue(): void
}

export type HostOptions = {
  readonly cloud: HostCloud
  readonly deployment: Deployment
  /** The folder that handlers are relative to. */
  readonly root: string
  /** The handler's file, if it is not `<root>/<handler>.ts`: a bundle, for example. */
  readonly moduleFile?: (definition: FunctionDefinition) => string
  /** Invocations at once; 4 unless given. */
  readonly concurrency?: number
  /** Environments kept warm, busy ones included; 16 unless given. */
  readonly warm?: number
  readonly credentials?: { readonly accessKeyId: string; readonly secretAccessKey: string }
}

/** Runs the deployment's functions: their queues, schedules and routes. */
export type Host = HostLog & {
  readonly deployment: Deployment
  /** Where the HTTP API answers. Requests are signed for `execute-api`. */
  readonly apiUrl: string
  /** Calls a function by its name in the deployment, as `aws lambda invoke` does. */
  invoke(functionName: string, event: unknown): Promise<InvocationOutcome>
  /** Resolves when nothing runs and nothing that could run now is waiting. What waits for a later time does not count. */
  idle(): Promise<void>
  /** Time-lapse: works until idle, leaps to the next due event, and so on. */
  runUntil(stop: Stop, options?: RunOptions): Promise<void>
  /** Messages in dead-letter queues, by queue name; empty ones are left out. */
  deadLetters(): ReadonlyMap<string, number>
  /** Ends everything where it stands: what was in flight comes back in its time. */
  crash(): Promise<void>
  /** Starts nothing more, and ends when what runs has ended. */
  close(): Promise<void>
}

const TICK_MS = 20
/** The simulated cloud's own. */
export const DEFAULT_CREDENTIALS = { accessKeyId: 'icecore', secretAccessKey: 'icecore-local' }

export const makeHost = (options: HostOptions): Host => {
  const { cloud, deployment, root, concurrency = 4, warm = 16, credentials = DEFAULT_CREDENTIALS } = options
  const { clock, sqs, endpoint } = cloud
  const { functions } = deployment
  const tmp = mkdtempSync(join(tmpdir(), 'icecore-host-'))
  const log = makeHostLog(clock.now)
  let stopped = false
  let changed = Promise.withResolvers<void>()

  const pool = makeEnvironmentPool({
    concurrency,
    warm,
    start: (definition) => {
      const dot = definition.handler.lastIndexOf('.')
      const file = options.moduleFile?.(definition) ?? join(root, `${definition.handler.slice(0, dot)}.ts`)
      return startEnvironment({
        definition,
        moduleUrl: pathToFileURL(file).href,
        exportName: definition.handler.slice(dot + 1),
        clock: clock.state,
        variables: lambdaVariables(definition, { endpoint, credentials, root, tmp }),
        onOutput: log.take,
      })
    },
  })

  const onFailure = ({ name }: FunctionDefinition, requestId: string, reason: string) =>
    log.fail({ functionName: name, requestId, reason, at: clock.now() })
  const invoke = async (definition: FunctionDefinition, event: unknown) => {
    const outcome = await pool.invoke(definition, event)
    // after the caller has dealt with the outcome
    setImmediate(pump)
    return outcome
  }

  const pollers = functions.flatMap((definition) =>
    definition.queues.map((trigger) =>
      makeQueuePoller({
        definition,
        trigger,
        sqs,
        now: clock.now,
        canStart: pool.canStart,
        invoke,
        onFailure,
      }),
    ),
  )
  const scheduler = makeScheduler({ definitions: functions, now: clock.now, invoke, onFailure })
  cloud.mount(makeHttpApi({ definitions: functions, now: clock.now, invoke, onFailure }))

  const work = (closeWindows: boolean) => {
    if (stopped) return
    scheduler.fireDue()
    for (const poller of pollers) poller.pump(closeWindows)
  }
  const pump = () => {
    work(false)
    changed.resolve()
    changed = Promise.withResolvers()
  }
  let pumpIsDue = false
  const unsubscribe = sqs.subscribe(() => {
    if (pumpIsDue) return
    pumpIsDue = true
    setImmediate(() => {
      pumpIsDue = false
      pump()
    })
  })
  const ticker = setInterval(pump, TICK_MS)
  ticker.unref()

  /** Lets everything that can happen at this virtual instant happen. */
  const settle = async (closeWindows: boolean) => {
    while (!stopped) {
      cloud.runDue()
      work(closeWindows)
      if (pool.busy() === 0) {
        // whatever the last invocation set off takes a turn to arrive
        await new Promise((resolve) => setImmediate(resolve))
        const due = cloud.nextDue()
        work(closeWindows)
        if (pool.busy() === 0 && (due === undefined || due > clock.now())) return
      } else await changed.promise
    }
  }

  const nextDue = () => {
    const times = [cloud.nextDue(), ...pollers.map((poller) => poller.windowEnds())]
    return times.filter((time) => time !== undefined).sort((a, b) => a - b)[0]
  }

  const deadLetterArns = deployment.queues
    .filter(({ arn }) =>
      deployment.queues.some(({ attributes }) => attributes.RedrivePolicy?.includes(JSON.stringify(arn))),
    )
    .map(({ name, arn }) => ({ name, arn }))

  const stop = async () => {
    stopped = true
    clearInterval(ticker)
    unsubscribe()
    await pool.stop()
    changed.resolve()
    rmSync(tmp, { recursive: true, force: true })
  }

  return {
    ...log.view,
    deployment,
    apiUrl: `${endpoint}${API_PREFIX}`,
    invoke: async (functionName, event) => {
      const definition = functions.find(({ name }) => name === functionName)
      if (definition === undefined) throw new Error(`there is no function ${functionName}`)
      return invoke(definition, event)
    },
    idle: () => settle(true),
    runUntil: (target, run = {}) =>
      runUntil({ clock, settle: () => settle(false), nextDue, nextSchedule: scheduler.nextDue }, target, run),
    deadLetters: () =>
      new Map(
        deadLetterArns
          .map(({ name, arn }): [string, number] => {
            const { visible, inFlight, delayed } = sqs.counts(arn)
            return [name, visible + inFlight + delayed]
          })
          .filter(([, count]) => count > 0),
      ),
    crash: stop,
    close: async () => {
      stopped = true
      while (pool.busy() > 0) await new Promise((resolve) => setTimeout(resolve, 5))
      await stop()
    },
  }
}
