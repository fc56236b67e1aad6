import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { DynamoDBClient } from '@aws-sdk/client-dynamodb'
import { GetObjectCommand, paginateListObjectsV2, S3Client } from '@aws-sdk/client-s3'
import { GetQueueAttributesCommand, SQSClient } from '@aws-sdk/client-sqs'
import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb'
import { makeDynamoCommitLog } from '../../shared/adapters/aws/dynamo-commit-log.ts'
import { makeDynamoQuarantineBooks } from '../../shared/adapters/aws/dynamo-quarantine.ts'
import { makeDynamoRegistry } from '../../shared/adapters/aws/dynamo-registry.ts'
import { makeS3SegmentReader } from '../../shared/adapters/aws/s3-segment-reader.ts'
import { readLedger } from '../../shared/use-cases/read-ledger.ts'
import { accountId, region } from '../../simulator/account.ts'
import { loadDeployment } from '../../simulator/host/deployment/load-deployment.ts'
import { DEFAULT_CREDENTIALS } from '../../simulator/host/host.ts'
import { collect } from './archive-facts.ts'
import { makeCliRunner } from './run-icecore.ts'
import { leap } from './simulator-process.ts'

const root = join(import.meta.dirname, '../..')

/** What a client sees of the icecore that is deployed on the simulated cloud at `endpoint`, in a process of its own. */
export const connect = (endpoint: string) => {
  const deployment = loadDeployment(root, { endpoint })
  const config = { endpoint, region, credentials: DEFAULT_CREDENTIALS, maxAttempts: 1 }
  const s3 = new S3Client({ ...config, forcePathStyle: true })
  const sqs = new SQSClient(config)
  const documents = DynamoDBDocumentClient.from(new DynamoDBClient(config))
  const dynamo = { documents, table: deployment.tables[0]?.name ?? '', now: () => Date.now() }
  const output = (name: string) => deployment.outputs.get(name) ?? `no output ${name}`
  const archive = { s3, bucket: output('ArchiveBucketName'), owner: accountId }
  const catalog = { log: makeDynamoCommitLog(dynamo), registry: makeDynamoRegistry(dynamo) }
  return {
    endpoint,
    s3,
    sqs,
    queues: deployment.queues,
    recordsUrl: output('RecordsQueueUrl'),
    hotBucket: output('HotBucketName'),
    rehydratedBucket: output('RehydratedBucketName'),
    archiveBucket: archive.bucket,
    catalog,
    archive: { reader: makeS3SegmentReader(archive) },
    ledger: readLedger({ ...catalog, quarantine: makeDynamoQuarantineBooks(dynamo) }),
    leap: (by: string) => leap(endpoint, by),
    close: () => {
      s3.destroy()
      sqs.destroy()
      documents.destroy()
    },
  }
}

export type Connection = ReturnType<typeof connect>

export const listKeys = async ({ s3 }: Connection, Bucket: string, Prefix = ''): Promise<string[]> => {
  const pages = await collect(paginateListObjectsV2({ client: s3 }, { Bucket, Prefix }))
  return pages.flatMap(({ Contents = [] }) => Contents.map(({ Key = '' }) => Key))
}

export const getText = async ({ s3 }: Connection, Bucket: string, Key: string): Promise<string> => {
  const { Body } = await s3.send(new GetObjectCommand({ Bucket, Key }))
  return (await Body?.transformToString()) ?? ''
}

/** Messages in a queue, those in flight included. */
export const countMessages = async ({ sqs }: Connection, url: string): Promise<number> => {
  const query = new GetQueueAttributesCommand({ QueueUrl: url, AttributeNames: ['All'] })
  const { Attributes = {} } = await sqs.send(query)
  return [
    Attributes.ApproximateNumberOfMessages,
    Attributes.ApproximateNumberOfMessagesNotVisible,
    Attributes.ApproximateNumberOfMessagesDelayed,
  ].reduce((sum, count) => sum + Number(count), 0)
}

/** Dead letters, of one queue or of all, that were not sent again. */
export const countDeadLetters = async (connection: Connection, queue = ''): Promise<number> => {
  const { archiveBucket } = connection
  const folder = queue === '' ? 'dead-letters/' : `dead-letters/queue=${queue}/`
  const kept = await listKeys(connection, archiveBucket, `quarantine/${folder}`)
  const retried = await listKeys(connection, archiveBucket, `quarantine/retried/${folder}`)
  return kept.length - retried.length
}

/** Messages in all queues, those that were given up on, and objects in the hot bucket. */
export const countWaiting = async (connection: Connection): Promise<number> => {
  const counts = await Promise.all(connection.queues.map(({ url }) => countMessages(connection, url)))
  const hot = await listKeys(connection, connection.hotBucket)
  const dead = await countDeadLetters(connection)
  return counts.reduce((sum, count) => sum + count, hot.length + dead)
}

/** What was received too often between two kills, and is kept as a dead letter, is sent again. */
export const redrive = async ({ endpoint, queues }: Connection): Promise<void> => {
  const icecore = makeCliRunner(endpoint)
  for (const name of queues.map((queue) => queue.name).filter(isSource)) {
    const { status, err } = await icecore('quarantine', 'retry', '--all', '--queue', useOf(name))
    if (status !== 0) throw new Error(`dead letters cannot be sent again: ${err}`)
  }
}

const isSource = (queueName: string) => !queueName.includes('dead-letters')

/** `records` of `icecore-dev-records`. */
const useOf = (queueName: string) => queueName.replace(/^icecore-[a-z]+-/, '')

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

/** Lets virtual time pass until nothing waits and `isAtRest`. */
export const drain = async (connection: Connection, isAtRest: () => Promise<boolean>): Promise<void> => {
  for (let look = 1; look < 60; look += 1) {
    await connection.leap('2h')
    await settle(connection)
    if ((await countWaiting(connection)) === 0 && (await isAtRest())) return
    if (look % 2 === 1) await redrive(connection)
  }
  throw new Error('icecore does not come to rest')
}

/** The texts of all that is in quarantine. */
export const quarantinedTexts = async (connection: Connection): Promise<string[]> => {
  const { archiveBucket } = connection
  const keys = await listKeys(connection, archiveBucket, 'quarantine/dataset=')
  const objects = await Promise.all(keys.map((key) => getText(connection, archiveBucket, key)))
  return objects.flatMap((object) =>
    object
      .trim()
      .split('\n')
      // behind the header
      .slice(1)
      .map((line) => String(JSON.parse(line).text)),
  )
}
