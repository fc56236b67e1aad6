import { randomBytes } from 'node:crypto'
import { tmpdir } from 'node:os'
import { setTimeout } from 'node:timers/promises'
import config from '../../icecore.config.ts'
import { makeClients } from '../../shared/adapters/aws/clients.ts'
import { makeDynamoCommitLog } from '../../shared/adapters/aws/dynamo-commit-log.ts'
import { makeDynamoFailureNotes } from '../../shared/adapters/aws/dynamo-failure-notes.ts'
import { makeDynamoWaiters } from '../../shared/adapters/aws/dynamo-holdings.ts'
import { makeDynamoRegistry } from '../../shared/adapters/aws/dynamo-registry.ts'
import {
  makeDynamoRehydrationTasks,
  makeDynamoTaskList,
} from '../../shared/adapters/aws/dynamo-rehydration-tasks.ts'
import { makeDynamoRehydrations } from '../../shared/adapters/aws/dynamo-rehydrations.ts'
import { makeS3Delivery } from '../../shared/adapters/aws/s3-delivery.ts'
import { makeS3SegmentReader } from '../../shared/adapters/aws/s3-segment-reader.ts'
import { makeThawQueue } from '../../shared/adapters/aws/sqs-queues.ts'
import { makeSqsReplay, queueUrlOf } from '../../shared/adapters/aws/sqs-replay.ts'
import { readEnv, readQueueArn } from '../../shared/runtime/env.ts'
import { makeTelemetry } from '../../shared/runtime/telemetry.ts'
import { createHandler } from './create-handler.ts'

const env = readEnv('CATALOG_TABLE', 'ARCHIVE_BUCKET', 'REHYDRATED_BUCKET', 'ACCOUNT_ID', 'THAW_QUEUE_URL')
const { s3, sqs, documents } = makeClients()
const dynamo = { documents, table: env.CATALOG_TABLE, now: () => Date.now() }

export const handler = createHandler({
  config,
  telemetry: { ...makeTelemetry(), notes: makeDynamoFailureNotes(dynamo) },
  rehydrations: makeDynamoRehydrations(dynamo),
  tasks: makeDynamoRehydrationTasks(dynamo),
  taskList: makeDynamoTaskList(dynamo),
  log: makeDynamoCommitLog(dynamo),
  waiters: makeDynamoWaiters(dynamo),
  reader: makeS3SegmentReader({ s3, bucket: env.ARCHIVE_BUCKET, owner: env.ACCOUNT_ID }),
  delivery: makeS3Delivery({ s3, bucket: env.REHYDRATED_BUCKET, owner: env.ACCOUNT_ID, folder: tmpdir() }),
  registry: makeDynamoRegistry(dynamo),
  replay: makeSqsReplay({ sqs, urlOf: (queue) => queueUrlOf(readQueueArn(queue), env.THAW_QUEUE_URL) }),
  wait: async (ms) => setTimeout(ms),
  thawQueue: makeThawQueue({ sqs, url: env.THAW_QUEUE_URL }),
  now: () => Date.now(),
  random: randomBytes,
})
