import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { setImmediate as nextTurn } from 'node:timers/promises'
import type { Bill, Invoice } from './bill.ts'
import type { VirtualClock } from './clock.ts'
import { openCloudStore } from './cloud-store.ts'
import { type DynamodbService, openDynamodb } from './dynamodb/dynamodb-service.ts'
import { makeEventBus } from './events/event-bus.ts'
import { type LastingBill, makeLastingBill } from './lasting-bill.ts'
import { type LastingClock, makeLastingClock } from './lasting-clock.ts'
import { makeIds, makeRandom } from './randomness.ts'
import { makeDurableS3Store } from './s3/durable-store.ts'
import { makeControlHandler } from './s3/jobs/control-handler.ts'
import { makeMemoryS3Store } from './s3/memory-store.ts'
import { makeS3Model, type S3Model, type S3ModelOptions } from './s3/s3-model.ts'
import { makeS3Handler } from './s3/wire/s3-handler.ts'
import { makeSqliteSqsStore } from './sqs/sqlite-store.ts'
import { makeSqsModel, type SqsModel } from './sqs/sqs-model.ts'
import { makeMemorySqsStore } from './sqs/store.ts'
import { makeSqsHandler } from './sqs/wire/sqs-handler.ts'
import { makeStsHandler } from './sts/sts-handler.ts'
import { makeControl } from './wire/control.ts'
import { makeFrontDoor, provenSignatureOf } from './wire/front-door.ts'
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
  /** Makes ids and restore times repeat from run to run. */
  readonly seed?: number
  /** 0, any free one, unless given. */
  readonly port?: number
  /** Secrets by access key id; `defaultCredentials` unless given. */
  readonly credentials?: Credentials
  /** Refuse requests that were signed more than 15 minutes from the virtual now. Off: other programs cannot know it. */
  readonly checkSkew?: boolean
  /** How S3 behaves where AWS leaves it open, and faults to plant in it. */
  readonly s3?: Pick<S3ModelOptions, 'knobs' | 'faults'>
  /** Told of faults of the simulator itself. Printed unless given. */
  readonly onFault?: (error: unknown) => void
}

/** The whole simulated cloud in one process, on one virtual clock, behind one port of the loopback address. */
export type Cloud = {
  readonly clock: VirtualClock
  readonly s3: S3Model
  readonly sqs: SqsModel
  readonly bill: Bill
  /** What AWS would have charged until now, stored bytes included. */
  invoice(): Invoice
  /** `http://127.0.0.1:PORT`, for every service, DynamoDB included. */
  readonly endpoint: string
  /** One more service on the same port, at any time. */
  mount(route: Route): void
  /** One more control request, `GET /_simulator/<name>`. */
  tell(name: string, about: () => object): void
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

type Parts = {
  readonly clock: LastingClock
  readonly bill: LastingBill
  readonly s3: S3Model
  readonly sqs: SqsModel
  readonly dynamodb: DynamodbService
  close(): Promise<void>
}

const openParts = async (options: CloudOptions): Promise<Parts> => {
  const { dataDir, start, speed = 1, seed } = options
  if (dataDir !== undefined) mkdirSync(dataDir, { recursive: true })
  const fileOf = (name: string) => (dataDir === undefined ? undefined : join(dataDir, name))
  const store = openCloudStore(fileOf('cloud.sqlite'))
  const bill = makeLastingBill(store)
  const dynamodbPath = fileOf('dynamodb')
  // Before the clock writes: its lock keeps a second simulator off the same directory.
  const dynamodb = await openDynamodb({
    meter: bill,
    ...(dynamodbPath === undefined ? {} : { path: dynamodbPath }),
  })
  const clock = makeLastingClock(store, start, speed)
  const common = { now: clock.now, meter: bill }
  const sqsFile = fileOf('sqs.sqlite')
  const sqsStore = sqsFile === undefined ? makeMemorySqsStore() : makeSqliteSqsStore(sqsFile)
  const sqs = makeSqsModel({ ...common, newId: makeIds(seed), store: sqsStore })
  const s3Folder = fileOf('s3')
  const s3Store = s3Folder === undefined ? makeMemoryS3Store() : makeDurableS3Store(s3Folder)
  const random = makeRandom(seed)
  const s3 = makeS3Model({ ...common, ...options.s3, store: s3Store, random, notify: sqs.deliver })
  const close = async () => {
    await dynamodb.close()
    s3.close()
    sqs.close()
    clock.stop()
    bill.save()
    store.close()
  }
  return { clock, bill, s3, sqs, dynamodb, close }
}

/** The models move on together: an S3 event that is due reaches its queue before anything later happens. */
const makeTimeline = (clock: VirtualClock, { s3, sqs }: Pick<Parts, 's3' | 'sqs'>) => {
  const nextDue = () => {
    const times = [s3.nextDue(), sqs.nextDue()].filter((time) => time !== undefined)
    return times.length === 0 ? undefined : Math.min(...times)
  }
  const runDue = () => {
    s3.runDue()
    sqs.runDue()
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
  return { nextDue, runDue, advance }
}

export const makeCloud = async (options: CloudOptions = {}): Promise<Cloud> => {
  const { port = 0, credentials = defaultCredentials, checkSkew = false } = options
  const { onFault = (error: unknown) => console.error(error) } = options
  const parts = await openParts(options)
  const { clock, bill, s3, sqs, dynamodb } = parts
  const timeline = makeTimeline(clock, parts)
  const invoice = () => {
    s3.meterStorage()
    return bill.invoice()
  }
  const bus = makeEventBus({ now: clock.now, meter: bill })
  const routes: Route[] = []
  const frontDoor = makeFrontDoor({
    credentials,
    now: clock.now,
    checkSkew,
    s3: makeS3Handler(s3, { signingOf: provenSignatureOf }),
    s3Control: makeControlHandler(s3),
    sqs: makeSqsHandler(sqs),
    dynamodb: dynamodb.handle,
    routes,
    sts: makeStsHandler(),
    events: bus.handle,
  })
  const told = new Map<string, () => object>([['events', () => ({ events: bus.events() })]])
  const control = makeControl({ clock, invoice, told, ...timeline })
  const server = await startServer({ port, frontDoor, control, onFault }).catch(async (error: unknown) => {
    await parts.close()
    throw error
  })

  const ticker = setInterval(() => {
    try {
      clock.keep()
      const due = timeline.nextDue()
      if (due !== undefined && due <= clock.now()) timeline.runDue()
    } catch (error) {
      onFault(error)
    }
  }, tickMs)

  return {
    clock,
    bill,
    invoice,
    s3,
    sqs,
    endpoint: server.endpoint,
    mount: (route) => routes.push(route),
    tell: (name, about) => told.set(name, about),
    ...timeline,
    close: async () => {
      clearInterval(ticker)
      await server.close()
      await parts.close()
    },
  }
}
