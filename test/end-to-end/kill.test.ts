import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { DynamoDBClient } from '@aws-sdk/client-dynamodb'
import { GetObjectCommand, ListObjectsV2Command, PutObjectCommand, S3Client } from '@aws-sdk/client-s3'
import {
  GetQueueAttributesCommand,
  SendMessageCommand,
  SQSClient,
  StartMessageMoveTaskCommand,
} from '@aws-sdk/client-sqs'
import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { makeDynamoCommitLog } from '../../shared/adapters/aws/dynamo-commit-log.ts'
import { makeDynamoQuarantineBooks } from '../../shared/adapters/aws/dynamo-quarantine.ts'
import { makeDynamoRegistry } from '../../shared/adapters/aws/dynamo-registry.ts'
import { makeS3SegmentReader } from '../../shared/adapters/aws/s3-segment-reader.ts'
import { formatDigest } from '../../shared/domain/digest.ts'
import { readLedger } from '../../shared/use-cases/read-ledger.ts'
import { accountId, region } from '../../simulator/account.ts'
import { loadDeployment } from '../../simulator/host/deployment/load-deployment.ts'
import { DEFAULT_CREDENTIALS } from '../../simulator/host/host.ts'
import { bodiesOf, digestOf, expectCatalogTrue, readAll, segmentsOf } from '../support/archive-facts.ts'
import { type SimulatorProcess, startSimulator } from '../support/simulator-process.ts'

const START = '2030-01-02T12:00:00Z'
const KILLS = 10

let dataDir: string
beforeAll(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'icecore-kill-'))
})
let running: SimulatorProcess | undefined
afterAll(async () => {
  await running?.kill()
  await rm(dataDir, { recursive: true, force: true })
})

const start = async () => {
  running = await startSimulator({ dataDir, start: START, speed: 60 })
  return running
}

/** A clients' view of the process that runs now. */
const connect = ({ endpoint }: SimulatorProcess) => {
  const deployment = loadDeployment(join(import.meta.dirname, '../..'), { endpoint })
  const config = { endpoint, region, credentials: DEFAULT_CREDENTIALS, maxAttempts: 1 }
  const s3 = new S3Client({ ...config, forcePathStyle: true })
  const sqs = new SQSClient(config)
  const documents = DynamoDBDocumentClient.from(new DynamoDBClient(config))
  const dynamo = { documents, table: deployment.tables[0]?.name ?? '', now: () => Date.now() }
  const output = (name: string) => deployment.outputs.get(name) ?? `no output ${name}`
  const archive = { s3, bucket: output('ArchiveBucketName'), owner: accountId }
  const catalog = { log: makeDynamoCommitLog(dynamo), registry: makeDynamoRegistry(dynamo) }
  return {
    s3,
    sqs,
    queues: deployment.queues,
    recordsUrl: deployment.queues.find(({ name }) => name.endsWith('-records'))?.url ?? '',
    hotBucket: output('HotBucketName'),
    archiveBucket: archive.bucket,
    catalog,
    archive: { reader: makeS3SegmentReader(archive) },
    ledger: () => readLedger({ ...catalog, quarantine: makeDynamoQuarantineBooks(dynamo) })('flights'),
  }
}
type Connection = ReturnType<typeof connect>

let flights = 0
const nextFlight = () => {
  flights += 1
  return `F${flights}`
}
const aFlight = () => {
  const id = nextFlight()
  const day = 1 + (flights % 2)
  return `{"flight":"${id}","date":"2030-01-0${day}T10:00:00Z","delay":${flights},"origin":"LIS"}`
}
const someFlights = (count: number) => Array.from({ length: count }, aFlight)
const aPoison = () => `{"flight":"${nextFlight()}"`

/** What was given to icecore, and what of it was acknowledged: only that is promised to be kept. */
const given = new Set<string>()
const acknowledged = new Set<string>()

const give = async (lines: readonly string[], send: () => Promise<unknown>) => {
  for (const line of lines) given.add(line)
  await send()
  for (const line of lines) acknowledged.add(line)
}

const sendMessage = ({ sqs, recordsUrl }: Connection) => {
  const lines = [...someFlights(10), aPoison()]
  const MessageAttributes = { dataset: { DataType: 'String', StringValue: 'flights' } }
  const message = { QueueUrl: recordsUrl, MessageBody: lines.join('\n'), MessageAttributes }
  return give(lines, () => sqs.send(new SendMessageCommand(message)))
}

const putObject = ({ s3, hotBucket }: Connection) => {
  const lines = someFlights(200)
  const Key = `flights/${flights}.ndjson`
  return give(lines, () => s3.send(new PutObjectCommand({ Bucket: hotBucket, Key, Body: lines.join('\n') })))
}

/** Sends until the process is gone. */
const keepSending = async (connection: Connection) => {
  for (let round = 0; ; round += 1) {
    try {
      await sendMessage(connection)
      if (round % 8 === 1) await putObject(connection)
    } catch {
      // the process was killed: what was on its way is not acknowledged
      return
    }
    await sleep(100)
  }
}

const countWaiting = async ({ sqs, queues, s3, hotBucket }: Connection) => {
  const counts = await Promise.all(
    queues.map(async ({ url }) => {
      const { Attributes = {} } = await sqs.send(
        new GetQueueAttributesCommand({ QueueUrl: url, AttributeNames: ['All'] }),
      )
      return (
        Number(Attributes.ApproximateNumberOfMessages) +
        Number(Attributes.ApproximateNumberOfMessagesNotVisible)
      )
    }),
  )
  const { KeyCount = 0 } = await s3.send(new ListObjectsV2Command({ Bucket: hotBucket }))
  return counts.reduce((sum, count) => sum + count, KeyCount)
}

/** What was received too often between two kills comes back from the dead-letter queues. */
const redrive = async ({ sqs, queues }: Connection) => {
  for (const { arn, name } of queues)
    if (name.includes('dead-letters') && !name.endsWith('.fifo'))
      await sqs.send(new StartMessageMoveTaskCommand({ SourceArn: arn }))
}

/** Everything is sealed, and no repeat of a record is left: a slow invocation may land what another has landed before. */
const isSealed = async (connection: Connection) => {
  const segments = await segmentsOf(connection, 'flights')
  if (segments.some(({ kind }) => kind === 'landing')) return false
  const { archived } = await connection.ledger()
  return archived.count === (await readAll(connection, 'flights')).length
}

/** Until nothing changes by itself any more: what is left waits for a later virtual time. */
const settle = async (connection: Connection) => {
  let last = -1
  for (let quiet = 0; quiet < 5; ) {
    const waiting = await countWaiting(connection)
    quiet = waiting === last ? quiet + 1 : 0
    last = waiting
    if (waiting === 0) return
    await sleep(150)
  }
}

const drain = async (simulator: SimulatorProcess, connection: Connection) => {
  for (let look = 1; look < 40; look += 1) {
    await simulator.leap('2h')
    await settle(connection)
    if ((await countWaiting(connection)) === 0 && (await isSealed(connection))) return
    if (look % 2 === 1) await redrive(connection)
  }
  throw new Error('icecore does not come to rest')
}

const countArchived = async ({ s3, archiveBucket: Bucket }: Connection) => {
  const { KeyCount = 0 } = await s3.send(new ListObjectsV2Command({ Bucket }))
  return KeyCount
}

/** Until something new is in the archive: then work is in full swing. */
const untilWorking = async (connection: Connection) => {
  const before = await countArchived(connection)
  for (let look = 0; look < 200; look += 1) {
    if ((await countArchived(connection)) > before) return
    await sleep(20)
  }
}

const quarantinedTexts = async ({ s3, archiveBucket: Bucket }: Connection) => {
  const { Contents = [] } = await s3.send(new ListObjectsV2Command({ Bucket, Prefix: 'quarantine/' }))
  const objects = await Promise.all(
    Contents.map(async ({ Key }) => {
      const { Body } = await s3.send(new GetObjectCommand({ Bucket, Key }))
      return (await Body?.transformToString()) ?? ''
    }),
  )
  return objects.flatMap((object) =>
    object
      .trim()
      .split('\n')
      // behind the header
      .slice(1)
      .map((line) => String(JSON.parse(line).text)),
  )
}

test('what was acknowledged is kept, once, through ten kills in the middle of work', async () => {
  for (let kill = 0; kill < KILLS; kill += 1) {
    const simulator = await start()
    const connection = connect(simulator)
    const sending = keepSending(connection)
    // what was in flight at the last kill becomes visible again
    await simulator.leap('2h')
    await untilWorking(connection)
    await sleep(Math.random() * 400)
    await simulator.kill()
    await sending
  }
  const simulator = await start()
  const connection = connect(simulator)
  await drain(simulator, connection)
  const records = await readAll(connection, 'flights')
  const kept = bodiesOf(records)
  const quarantined = await quarantinedTexts(connection)
  const everywhere = new Set([...kept, ...quarantined])
  expect(acknowledged.size).toBeGreaterThan(300)
  expect([...acknowledged].filter((line) => !everywhere.has(line))).toEqual([])
  expect([...everywhere].filter((line) => !given.has(line))).toEqual([])
  expect(new Set(kept).size).toBe(kept.length)
  await expectCatalogTrue(connection, 'flights')
  const ledger = await connection.ledger()
  expect(ledger.balanced).toBe(true)
  expect(formatDigest(ledger.archived)).toBe(formatDigest(digestOf(records)))
}, 180_000)
