import { randomUUID } from 'node:crypto'
import { join } from 'node:path'
import { PutObjectCommand } from '@aws-sdk/client-s3'
import { SendMessageCommand } from '@aws-sdk/client-sqs'
import { makeCloud } from '../../simulator/cloud.ts'
import type {
  Environment,
  EnvironmentOptions,
  InvocationOutcome,
} from '../../simulator/host/runtime/environment.ts'
import { startHost } from '../../simulator/host/start-host.ts'
import { makeClient } from '../kill/client.ts'
import { DATASETS, readLedger } from '../kill/look.ts'
import { makeProducer } from '../kill/producer.ts'
import { makeDraw } from '../simulation/draw.ts'
import { makeHostile } from './hostile.ts'
import type { ToFunctions, ToWorld, Work } from './protocol.ts'

/**
 * The cloud, its host and its users: everything but the functions, which run in the parent process. What is stored, and whatever
 * the users remember, is in this process or on its disk.
 */
const [dataDir = '', seed = '1'] = process.argv.slice(2)
const root = join(import.meta.dirname, '../..')
const START = Date.parse('2018-02-07T02:00:00Z')
const HOUR = 3_600_000
const draw = makeDraw(Number(seed))
const producer = makeProducer(draw)
const hostile = makeHostile(draw)

const send = (message: ToFunctions) => process.send?.(message)
const waiting = new Map<string, (outcome: InvocationOutcome) => void>()
let answered = Promise.withResolvers<'next' | 'end'>()
process.on('message', (message: ToWorld) => {
  if (message.kind === 'next' || message.kind === 'end') return answered.resolve(message.kind)
  const { requestId } = message
  const settle = waiting.get(requestId)
  waiting.delete(requestId)
  settle?.(
    message.kind === 'answer'
      ? { kind: 'answered', requestId, payload: message.payload }
      : { ...message, kind: 'failed', stack: '' },
  )
})
process.on('disconnect', () => process.exit())

const invocations: Record<string, number> = {}
const cloud = await makeCloud({ dataDir, start: START, speed: 0 })

const startEnvironment = ({
  definition,
  moduleUrl,
  exportName,
  variables,
}: EnvironmentOptions): Environment => ({
  functionName: definition.name,
  isAlive: () => true,
  stop: async () => undefined,
  invoke: (event) => {
    invocations[definition.name] = (invocations[definition.name] ?? 0) + 1
    const requestId = randomUUID()
    const outcome = new Promise<InvocationOutcome>((resolve) => waiting.set(requestId, resolve))
    const timeoutMs = definition.timeoutSeconds * 1000
    const invocation = { requestId, moduleUrl, exportName, variables, timeoutMs, now: cloud.clock.now() }
    send({ kind: 'invoke', ...invocation, event: JSON.stringify(event) })
    return outcome
  },
})

const host = await startHost(cloud, root, { concurrency: 1, startEnvironment })
let failures = 0
host.onFailure(() => {
  failures += 1
})
const client = makeClient(cloud.endpoint)
const { sqs, s3, recordsUrl, hotBucket } = client
let sent = 0

const sendText = async (text: string, dataset: string | undefined) => {
  sent += 1
  const attributes = dataset && {
    MessageAttributes: { dataset: { DataType: 'String', StringValue: dataset } },
  }
  await sqs.send(new SendMessageCommand({ QueueUrl: recordsUrl, MessageBody: text, ...attributes }))
}
const put = async ({ key, data }: { readonly key: string; readonly data: Uint8Array }) => {
  sent += 1
  await s3.send(new PutObjectCommand({ Bucket: hotBucket, Key: key, Body: data }))
}

/** Asks for some of what was just sent, at once and as a rehydration, hot, warm or cold. */
const ask = async (now: number) => {
  const day = (at: number) => new Date(at).toISOString().slice(0, 10)
  const age = (draw.pick([0, 1, 30, 180, 6000]) ?? 0) * 24 * HOUR
  const select = { from: `${day(now - age)}T00:00:00Z`, to: `${day(now - age + 24 * HOUR)}T00:00:00Z` }
  const body = {
    dataset: draw.pick(DATASETS),
    select,
    destination: 'analysts',
    format: draw.pick(['ndjson', 'parquet']),
    tier: draw.pick(['Expedited', 'Standard', 'Bulk']),
  }
  await client.call('POST', '/quotes', { dataset: body.dataset, select })
  await client.call('POST', '/rehydrations', body)
  await client.call('GET', `/datasets/flights/records/K${draw.below(1000)}?time=${now - age}`)
  await client.call('GET', `/datasets/${body.dataset}/segments?limit=20`)
}

const oneRound = async () => {
  const now = cloud.clock.now()
  for (let index = 0; index < 8; index += 1) {
    const { text, dataset } = producer.message(now)
    await sendText(text, dataset)
  }
  for (let index = 0; index < 2; index += 1) await put(producer.file(now))
  await sendText(hostile.text(), draw.pick(['flights', undefined]))
  if (draw.chance(0.3)) await put(hostile.file())
  await ask(now)
  await host.runUntil(now + (2 + draw.below(5)) * HOUR, { stride: HOUR })
}

const workDone = (rounds: number): Work => ({
  rounds,
  sent,
  invocations,
  failures,
  virtualDays: (cloud.clock.now() - START) / (24 * HOUR),
})

let rounds = 0
for (let goOn = true; goOn; ) {
  await oneRound()
  rounds += 1
  answered = Promise.withResolvers()
  send({ kind: 'round', work: workDone(rounds) })
  goOn = (await answered.promise) === 'next'
}
const ledgers = []
for (const dataset of DATASETS) ledgers.push(await readLedger(client, dataset))
send({ kind: 'ended', work: workDone(rounds), balanced: ledgers.every(({ balanced }) => balanced) })
