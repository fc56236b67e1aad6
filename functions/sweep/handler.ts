import { randomBytes } from 'node:crypto'
import { EventBridgeClient } from '@aws-sdk/client-eventbridge'
import config from '../../icecore.config.ts'
import { makeClients } from '../../shared/adapters/aws/clients.ts'
import { makeDynamoBudgets } from '../../shared/adapters/aws/dynamo-budgets.ts'
import { makeDynamoCommitLog } from '../../shared/adapters/aws/dynamo-commit-log.ts'
import { makeDynamoHoldings } from '../../shared/adapters/aws/dynamo-holdings.ts'
import { makeDynamoSetAside } from '../../shared/adapters/aws/dynamo-hot-objects.ts'
import { makeDynamoRegistry } from '../../shared/adapters/aws/dynamo-registry.ts'
import {
  makeDynamoRehydrationTasks,
  makeDynamoTaskList,
} from '../../shared/adapters/aws/dynamo-rehydration-tasks.ts'
import {
  makeDynamoRehydrationIndex,
  makeDynamoRehydrations,
} from '../../shared/adapters/aws/dynamo-rehydrations.ts'
import { makeDynamoThawHistory } from '../../shared/adapters/aws/dynamo-thaw-history.ts'
import { makeEventNotices } from '../../shared/adapters/aws/event-notices.ts'
import { makeS3ClassTagger, makeS3Lister } from '../../shared/adapters/aws/s3-archive-admin.ts'
import { makeS3Documents } from '../../shared/adapters/aws/s3-documents.ts'
import { makeS3SegmentReader } from '../../shared/adapters/aws/s3-segment-reader.ts'
import {
  makeExpireQueue,
  makeHydrateQueue,
  makeObjectsQueue,
  makeSealQueue,
  makeThawQueue,
} from '../../shared/adapters/aws/sqs-queues.ts'
import { makeSnapshots } from '../../shared/adapters/snapshot-store.ts'
import { readEnv } from '../../shared/runtime/env.ts'
import { makeTelemetry } from '../../shared/runtime/telemetry.ts'
import { checkRehydrations } from '../../shared/use-cases/check-rehydrations.ts'
import { reconcileBudgets } from '../../shared/use-cases/reconcile-budgets.ts'
import { remindOfHotObjects } from '../../shared/use-cases/remind-of-hot-objects.ts'
import { resumeWaiters } from '../../shared/use-cases/resume-waiters.ts'
import { readThawTimes } from '../../shared/use-cases/thaw-times.ts'
import { createHandler } from './create-handler.ts'

const env = readEnv(
  'CATALOG_TABLE',
  'ARCHIVE_BUCKET',
  'ACCOUNT_ID',
  'HOT_BUCKET',
  'OBJECTS_QUEUE_URL',
  'SEAL_QUEUE_URL',
  'EXPIRE_QUEUE_URL',
  'HYDRATE_QUEUE_URL',
  'THAW_QUEUE_URL',
  'STAGE',
)
const { s3, sqs, documents } = makeClients()
const dynamo = { documents, table: env.CATALOG_TABLE, now: () => Date.now() }
const archive = { s3, bucket: env.ARCHIVE_BUCKET, owner: env.ACCOUNT_ID }
const log = makeDynamoCommitLog(dynamo)
const thawHistory = makeDynamoThawHistory(dynamo)
const rehydrations = makeDynamoRehydrations(dynamo)
const taskList = makeDynamoTaskList(dynamo)
const budgets = makeDynamoBudgets(dynamo)
const thawQueue = makeThawQueue({ sqs, url: env.THAW_QUEUE_URL })

export const handler = createHandler({
  config,
  telemetry: makeTelemetry(),
  registry: makeDynamoRegistry(dynamo),
  log,
  snapshots: makeSnapshots(makeS3Documents(archive)),
  holdings: makeDynamoHoldings(dynamo),
  thawHistory,
  lister: makeS3Lister(archive),
  tagger: makeS3ClassTagger(archive),
  sealQueue: makeSealQueue({ sqs, url: env.SEAL_QUEUE_URL }),
  expireQueue: makeExpireQueue({ sqs, url: env.EXPIRE_QUEUE_URL }),
  resumeWaiters: resumeWaiters({
    log,
    reader: makeS3SegmentReader(archive),
    thawQueue,
    hydrateQueue: makeHydrateQueue({ sqs, url: env.HYDRATE_QUEUE_URL }),
    now: dynamo.now,
  }),
  checkRehydrations: checkRehydrations({
    rehydrations,
    index: makeDynamoRehydrationIndex(dynamo),
    tasks: makeDynamoRehydrationTasks(dynamo),
    taskList,
    budgets,
    thawQueue,
    notices: makeEventNotices({
      events: new EventBridgeClient({ maxAttempts: 6 }),
      source: 'icecore',
      stage: env.STAGE,
    }),
    config,
    log,
    thawTimes: readThawTimes(thawHistory, dynamo.now),
    random: randomBytes,
    now: dynamo.now,
  }),
  reconcileBudgets: reconcileBudgets({
    config,
    budgets,
    rehydrations,
    taskList,
    now: dynamo.now,
  }),
  remindOfHotObjects: remindOfHotObjects({
    config,
    lister: makeS3Lister({ s3, bucket: env.HOT_BUCKET, owner: env.ACCOUNT_ID }),
    register: makeDynamoSetAside(dynamo),
    objectsQueue: makeObjectsQueue({ sqs, url: env.OBJECTS_QUEUE_URL }),
    now: dynamo.now,
  }),
  now: dynamo.now,
})
