import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { setImmediate as nextTurn } from 'node:timers/promises'
import type { Bill } from './bill.ts'
import type { VirtualClock } from './clock.ts'
import { openCloudStore } from './cloud-store.ts'
import { openDynamodb } from './dynamodb/dynamodb-service.ts'
import { makeLastingBill } from './lasting-bill.ts'
import { makeLastingClock } from './lasting-clock.ts'
import { makeIds } from './seeded-ids.ts'
import { makeSqliteSqsStore } from './sqs/sqlite-store.ts'
import { makeSqsModel, type SqsModel } from './sqs/sqs-model.ts'
import { makeMemorySqsStore } from './sqs/store.ts'
import { makeSqsHandler } from './sqs/wire/sqs-handler.ts'
import { makeControl } from './wire/control.ts'
import { makeFrontDoor } from './wire/front-door.ts'
import { startServer } from './wire/server.ts'
import type { Route } from './wire/service-handler.ts'
import type { Credentials } from './wire/signature.ts'

export type CloudOptions = {
  /** Where everything is kept; in memory without it. */
  readonly dataDir?: string
  /** The first virtual time, in ms; the real time unless given. A saved later time wins. */
  readonly start?: number
  /** Virtual ms in a real one; 1 unless given, 0 stands still between leaps. */
  readonly speed?: number
  /** Makes ids repeat from run to run. */
  readonly seed?: number
  /** 0, any free one, unless given. */
  readonly port?: number
  /** Secrets by access key id; `defaultCredentials` unless given. */
  readonly credentials?: Credentials
  /** Refuse requests that were signed more than 15 minutes from the virtual now. Off: other programs cannot know it. */
  readonly checkSkew?: boolean
  /** Told of faults of the simulator itself. Printed unless given. */
  readonly onFault?: (error: unknown) => void
}

/** The whole simulated cloud in one process, on one virtual clock, behind one port of the loopback address. */
export type Cloud = {
  readonly clock: VirtualClock
  readonly bill: Bill
  readonly sqs: SqsModel
  /** `http://127.0.0.1:PORT`, for every service, DynamoDB included. */
  readonly endpoint: string
  /** One more service on the same port, at any time. */
  mount(route: Route): void
  /** When something next happens by itself, in virtual ms. */
  nextDue(): number | undefined
  /** Do what is due. A ticker does so too, as the clock moves. */
  runDue(): void
  /** Move on to `to`, stopping at each due event on the way; what it sets off in other turns gets one before the next. */
  advance(to: number): Promise<void>
  close(): Promise<void>
}

export const defaultCredentials: Credentials = new Map([['icecore', 'icecore-local']])

const tickMs = 20
/** So often may something new be due at the very same moment, before `advance` gives up. */
const maxRepeats = 10_000

export const makeCloud = async (options: CloudOptions = {}): Promise<Cloud> => {
  const { dataDir, start, speed = 1, seed, port = 0, credentials = defaultCredentials } = options
  const { checkSkew = false, onFault = (error: unknown) => console.error(error) } = options
  if (dataDir !== undefined) mkdirSync(dataDir, { recursive: true })
  const fileOf = (name: string) => (dataDir === undefined ? undefined : join(dataDir, name))

  const store = openCloudStore(fileOf('cloud.sqlite'))
  const bill = makeLastingBill(store)
  const dynamodbPath = fileOf('dynamodb')
  // First of all: its lock keeps a second simulator off the same directory.
  const dynamodb = await openDynamodb({
    meter: bill,
    ...(dynamodbPath === undefined ? {} : { path: dynamodbPath }),
  })
  const clock = makeLastingClock(store, start, speed)
  const sqsFile = fileOf('sqs.sqlite')
  const sqs = makeSqsModel({
    now: clock.now,
    meter: bill,
    newId: makeIds(seed),
    store: sqsFile === undefined ? makeMemorySqsStore() : makeSqliteSqsStore(sqsFile),
  })

  const models = [sqs]
  const nextDue = () =>
    models
      .map((model) => model.nextDue())
      .reduce(
        (first, due) => (due !== undefined && (first === undefined || due < first) ? due : first),
        undefined,
      )
  const runDue = () => {
    for (const model of models) model.runDue()
  }
  const advance = async (to: number) => {
    let last: number | undefined
    let repeats = 0
    for (let due = nextDue(); due !== undefined && due <= to; due = nextDue()) {
      repeats = due === last ? repeats + 1 : 0
      last = due
      if (repeats > maxRepeats)
        throw new Error(`what is due at ${new Date(due).toISOString()} does not get done`)
      clock.leap(due)
      runDue()
      await nextTurn()
    }
    clock.leap(to)
    runDue()
  }

  const routes: Route[] = []
  const frontDoor = makeFrontDoor({
    credentials,
    now: clock.now,
    checkSkew,
    s3: async (_request, response) => {
      response.writeHead(501).end()
    },
    sqs: makeSqsHandler(sqs),
    dynamodb: dynamodb.handle,
    routes,
  })
  const control = makeControl({ clock, bill, nextDue, advance })
  const server = await startServer({ port, frontDoor, control, onFault })

  const ticker = setInterval(() => {
    try {
      clock.keep()
      const due = nextDue()
      if (due !== undefined && due <= clock.now()) runDue()
    } catch (error) {
      onFault(error)
    }
  }, tickMs)

  return {
    clock,
    bill,
    sqs,
    endpoint: server.endpoint,
    mount: (route) => routes.push(route),
    nextDue,
    runDue,
    advance,
    close: async () => {
      clearInterval(ticker)
      await server.close()
      await dynamodb.close()
      sqs.close()
      clock.stop()
      bill.save()
      store.close()
    },
  }
}
