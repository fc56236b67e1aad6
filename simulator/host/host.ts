import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import type { VirtualClock } from '../clock.ts'
import type { SqsModel } from '../sqs/sqs-model.ts'
import type { Route } from '../wire/service-handler.ts'
import { makeActivity } from './activity.ts'
import { API_PREFIX, makeHttpApi } from './api/http-api.ts'
import type { Deployment, FunctionDefinition } from './deployment/definitions.ts'
import { makeQueuePoller } from './events/queue-poller.ts'
import { makeScheduler } from './events/scheduler.ts'
import { type HostLog, makeHostLog } from './host-log.ts'
import { type RunOptions, runUntil, type Stop } from './run-until.ts'
import {
  type Environment,
  type EnvironmentOptions,
  type InvocationOutcome,
  startEnvironment,
} from './runtime/environment.ts'
import { makeEnvironmentPool } from './runtime/environment-pool.ts'
import { lambdaVariables } from './runtime/lambda-variables.ts'

/** What the host needs of a simulated cloud. */
export type HostCloud = {
  readonly clock: VirtualClock
  readonly sqs: SqsModel
  readonly endpoint: string
  mount(route: Route): void
  tell(name: string, about: () => object): void
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
  /** Where a function runs; in a thread of its own unless given. */
  readonly startEnvironment?: (options: EnvironmentOptions) => Environment
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

/** The simulated cloud's own. */
export const DEFAULT_CREDENTIALS = { accessKeyId: 'icecore', secretAccessKey: 'icecore-local' }

export const makeHost = (options: HostOptions): Host => {
  const { cloud, deployment, root, concurrency = 4, warm = 16, credentials = DEFAULT_CREDENTIALS } = options
  const { clock, sqs, endpoint } = cloud
  const begin = options.startEnvironment ?? startEnvironment
  const { functions } = deployment
  const tmp = mkdtempSync(join(tmpdir(), 'icecore-host-'))
  const log = makeHostLog(clock.now)

  const pool = makeEnvironmentPool({
    concurrency,
    warm,
    start: (definition) => {
      const dot = definition.handler.lastIndexOf('.')
      const file = options.moduleFile?.(definition) ?? join(root, `${definition.handler.slice(0, dot)}.ts`)
      return begin({
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
  const pumpAfter =
    (start: typeof pool.invoke): typeof pool.invoke =>
    async (definition, event) => {
      const outcome = await start(definition, event)
      // after the caller has dealt with the outcome
      setImmediate(() => activity.pump())
      return outcome
    }
  const invoke = pumpAfter(pool.invoke)

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
  cloud.mount(
    makeHttpApi({
      definitions: functions,
      cors: deployment.cors,
      now: clock.now,
      invoke: pumpAfter(pool.invokeNow),
      onFailure,
    }),
  )

  cloud.tell('functions', () => ({ running: pool.running() }))

  const activity = makeActivity({
    cloud,
    busy: pool.busy,
    startWork: (closeWindows) => {
      scheduler.fireDue()
      for (const poller of pollers) poller.pump(closeWindows)
    },
  })

  const nextDue = () => {
    const times = [cloud.nextDue(), ...pollers.map((poller) => poller.windowEnds())]
    return times.filter((time) => time !== undefined).sort((a, b) => a - b)[0]
  }

  const stop = async () => {
    activity.stop()
    await pool.stop()
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
    idle: () => activity.settle(true),
    runUntil: (target, run = {}) =>
      runUntil(
        { clock, settle: () => activity.settle(false), nextDue, nextSchedule: scheduler.nextDue },
        target,
        run,
      ),
    deadLetters: () => countDeadLetters(deployment, sqs),
    crash: stop,
    close: async () => {
      activity.stop()
      while (pool.busy() > 0) await new Promise((resolve) => setTimeout(resolve, 5))
      await stop()
    },
  }
}

const countDeadLetters = ({ queues }: Deployment, sqs: SqsModel): Map<string, number> => {
  const isTarget = (arn: string) =>
    queues.some(({ attributes }) => attributes.RedrivePolicy?.includes(JSON.stringify(arn)))
  const counts = queues
    .filter(({ arn }) => isTarget(arn))
    .map(({ name, arn }): [string, number] => {
      const { visible, inFlight, delayed } = sqs.counts(arn)
      return [name, visible + inFlight + delayed]
    })
  return new Map(counts.filter(([, count]) => count > 0))
}
