import { join } from 'node:path'
import { DynamoDBClient } from '@aws-sdk/client-dynamodb'
import { S3Client } from '@aws-sdk/client-s3'
import { SQSClient } from '@aws-sdk/client-sqs'
import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb'
import { makeDynamoCommitLog } from '../../shared/adapters/aws/dynamo-commit-log.ts'
import { makeDynamoFailureNotes } from '../../shared/adapters/aws/dynamo-failure-notes.ts'
import { makeDynamoHoldings, makeDynamoWaiters } from '../../shared/adapters/aws/dynamo-holdings.ts'
import { makeDynamoHotObjects, makeDynamoSetAside } from '../../shared/adapters/aws/dynamo-hot-objects.ts'
import {
  makeDynamoQuarantineBooks,
  makeDynamoQuarantineRegister,
  makeDynamoQuarantineUnits,
} from '../../shared/adapters/aws/dynamo-quarantine.ts'
import { makeDynamoRegistry } from '../../shared/adapters/aws/dynamo-registry.ts'
import {
  makeS3ClassTagger,
  makeS3FolderLister,
  makeS3Lister,
  makeS3Remover,
} from '../../shared/adapters/aws/s3-archive-admin.ts'
import { makeS3Documents } from '../../shared/adapters/aws/s3-documents.ts'
import { makeS3HotDrop, makeS3HotStore } from '../../shared/adapters/aws/s3-hot-store.ts'
import { makeS3Quarantine } from '../../shared/adapters/aws/s3-quarantine.ts'
import { makeS3SegmentReader } from '../../shared/adapters/aws/s3-segment-reader.ts'
import { makeS3SegmentWriter } from '../../shared/adapters/aws/s3-segment-writer.ts'
import type { MemoryArchive } from '../../shared/adapters/memory/memory-archive.ts'
import type { MemoryCatalog } from '../../shared/adapters/memory/memory-catalog.ts'
import { makeMemoryFailureNotes } from '../../shared/adapters/memory/memory-failure-notes.ts'
import { makeMemoryHotDrop } from '../../shared/adapters/memory/memory-hot-store.ts'
import type { MemoryQuarantine } from '../../shared/adapters/memory/memory-quarantine.ts'
import { makeQuarantineMarks, makeQuarantineObjects } from '../../shared/adapters/quarantine-store.ts'
import { makeSnapshots } from '../../shared/adapters/snapshot-store.ts'
import type { FailureNotes } from '../../shared/ports/dead-letters.ts'
import type { HotDrop, HotObjectRegister, HotStore, SetAsideRegister } from '../../shared/ports/hot-store.ts'
import { accountId, region } from '../../simulator/account.ts'
import { makeCloud } from '../../simulator/cloud.ts'
import { loadDeployment } from '../../simulator/host/deployment/load-deployment.ts'
import { DEFAULT_CREDENTIALS } from '../../simulator/host/host.ts'
import { provision } from '../../simulator/host/provision.ts'
import type { S3Model } from '../../simulator/s3/s3-model.ts'
import { anArchiveWorld } from '../support/archive-world.ts'
import { NOON } from '../support/builders.ts'

/** The archive side's ports, and the hand of god on what is behind them. */
export type ArchiveBackend = {
  readonly catalog: MemoryCatalog
  readonly archive: MemoryArchive
  readonly hot: HotStore
  readonly hotDrop: HotDrop
  readonly register: HotObjectRegister & SetAsideRegister
  readonly quarantine: Omit<MemoryQuarantine, 'units'>
  readonly notes: FailureNotes
  readonly s3: S3Model
  readonly archiveBucket: string
  readonly hotBucket: string
  now(): number
  /** Lets time pass, and S3 do what falls due in it. */
  advance(to: number): Promise<void>
  close(): Promise<void>
}

const openMemory = async (): Promise<ArchiveBackend> => {
  const world = anArchiveWorld()
  return {
    ...world,
    notes: makeMemoryFailureNotes(),
    hotDrop: makeMemoryHotDrop(world.s3, 'hot'),
    archiveBucket: 'archive',
    hotBucket: 'hot',
    now: () => world.clock.now,
    advance: async (to) => world.advance(to),
    close: async () => undefined,
  }
}

const root = join(import.meta.dirname, '../..')

/** The deployment's own tables, buckets and queues on the simulated cloud, and clients for them. */
export const openWire = async () => {
  const cloud = await makeCloud({ start: NOON, speed: 0, seed: 1 })
  const { endpoint, clock, s3: s3Model, sqs: sqsModel } = cloud
  const deployment = loadDeployment(root, { endpoint })
  await provision({ endpoint, sqs: sqsModel, credentials: DEFAULT_CREDENTIALS }, deployment)
  const config = { endpoint, region, credentials: DEFAULT_CREDENTIALS }
  const [table] = deployment.tables
  const s3 = new S3Client({ ...config, forcePathStyle: true })
  const sqs = new SQSClient(config)
  const client = new DynamoDBClient(config)
  const dynamo = { documents: DynamoDBDocumentClient.from(client), table: table?.name ?? '', now: clock.now }
  const output = (name: string) => deployment.outputs.get(name) ?? `no output ${name}`
  const queueUrl = (suffix: string) =>
    deployment.queues.find(({ name }) => name.endsWith(suffix))?.url ?? `no queue ${suffix}`
  const close = async () => {
    for (const each of [s3, sqs, client]) each.destroy()
    await cloud.close()
  }
  return { cloud, s3, sqs, dynamo, output, queueUrl, s3Model, close }
}

const openAws = async (): Promise<ArchiveBackend> => {
  const { cloud, s3, dynamo, output, s3Model, close } = await openWire()
  const archive = { s3, bucket: output('ArchiveBucketName'), owner: accountId }
  const hot = { s3, bucket: output('HotBucketName'), owner: accountId }
  const writer = makeS3SegmentWriter(archive)
  const documents = makeS3Documents(archive)
  const reader = makeS3SegmentReader(archive)
  const lister = makeS3Lister(archive)
  const register = makeDynamoQuarantineRegister(dynamo)
  return {
    catalog: {
      log: makeDynamoCommitLog(dynamo),
      holdings: makeDynamoHoldings(dynamo),
      waiters: makeDynamoWaiters(dynamo),
      registry: makeDynamoRegistry(dynamo),
    },
    archive: {
      writer,
      reader,
      lister,
      tagger: makeS3ClassTagger(archive),
      folders: makeS3FolderLister(archive),
      remover: makeS3Remover(archive),
      documents,
      snapshots: makeSnapshots(documents),
    },
    hot: makeS3HotStore(hot),
    hotDrop: makeS3HotDrop(hot),
    register: { ...makeDynamoHotObjects(dynamo), ...makeDynamoSetAside(dynamo) },
    quarantine: {
      ...makeS3Quarantine({ ...dynamo, writer }),
      ...makeDynamoQuarantineBooks(dynamo),
      register,
      index: makeDynamoQuarantineUnits(dynamo),
      marks: makeQuarantineMarks({ writer, register }),
      objects: makeQuarantineObjects({ reader, lister }),
    },
    notes: makeDynamoFailureNotes(dynamo),
    s3: s3Model,
    archiveBucket: archive.bucket,
    hotBucket: hot.bucket,
    now: cloud.clock.now,
    advance: cloud.advance,
    close,
  }
}

export const ARCHIVE_BACKENDS = [
  ['in memory', openMemory],
  ['on AWS', openAws],
] as const
