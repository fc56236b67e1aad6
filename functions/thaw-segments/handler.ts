import { randomBytes } from 'node:crypto'
import config from '../../icecore.config.ts'
import { makeClients } from '../../shared/adapters/aws/clients.ts'
import { makeControlClient } from '../../shared/adapters/aws/control-client.ts'
import { makeDynamoBudgets } from '../../shared/adapters/aws/dynamo-budgets.ts'
import { makeDynamoCommitLog } from '../../shared/adapters/aws/dynamo-commit-log.ts'
import { makeDynamoFailureNotes } from '../../shared/adapters/aws/dynamo-failure-notes.ts'
import { makeDynamoHoldings, makeDynamoWaiters } from '../../shared/adapters/aws/dynamo-holdings.ts'
import { makeDynamoRegistry } from '../../shared/adapters/aws/dynamo-registry.ts'
import {
  makeDynamoRehydrationTasks,
  makeDynamoTaskList,
} from '../../shared/adapters/aws/dynamo-rehydration-tasks.ts'
import { makeDynamoRehydrations } from '../../shared/adapters/aws/dynamo-rehydrations.ts'
import { makeDynamoThawHistory } from '../../shared/adapters/aws/dynamo-thaw-history.ts'
import { makeS3Lister } from '../../shared/adapters/aws/s3-archive-admin.ts'
import { makeS3SegmentReader } from '../../shared/adapters/aws/s3-segment-reader.ts'
import { makeS3ThawJobs } from '../../shared/adapters/aws/s3-thaw-jobs.ts'
import { makeS3ThawManifests } from '../../shared/adapters/aws/s3-thaw-manifests.ts'
import { makeS3Thawer } from '../../shared/adapters/aws/s3-thawer.ts'
import { makeHydrateQueue, makeThawQueue } from '../../shared/adapters/aws/sqs-queues.ts'
import { makePacedThawer } from '../../shared/adapters/paced-thawer.ts'
import { readEnv } from '../../shared/runtime/env.ts'
import { makeTelemetry } from '../../shared/runtime/telemetry.ts'
import { readThawTimes } from '../../shared/use-cases/thaw-times.ts'
import { createHandler } from './create-handler.ts'

const env = readEnv(
  'CATALOG_TABLE',
  'ARCHIVE_BUCKET',
  'ACCOUNT_ID',
  'THAW_QUEUE_URL',
  'HYDRATE_QUEUE_URL',
  'THAWS_PER_SECOND',
  'THAW_JOBS_ROLE_ARN',
)
const { s3, sqs, documents } = makeClients()
const dynamo = { documents, table: env.CATALOG_TABLE, now: () => Date.now() }
const jobs = { account: env.ACCOUNT_ID, bucket: env.ARCHIVE_BUCKET, roleArn: env.THAW_JOBS_ROLE_ARN }
const archive = { s3, bucket: env.ARCHIVE_BUCKET, owner: env.ACCOUNT_ID }

export const handler = createHandler({
  config,
  telemetry: { ...makeTelemetry(), notes: makeDynamoFailureNotes(dynamo) },
  rehydrations: makeDynamoRehydrations(dynamo),
  tasks: makeDynamoRehydrationTasks(dynamo),
  taskList: makeDynamoTaskList(dynamo),
  registry: makeDynamoRegistry(dynamo),
  log: makeDynamoCommitLog(dynamo),
  holdings: makeDynamoHoldings(dynamo),
  waiters: makeDynamoWaiters(dynamo),
  reader: makeS3SegmentReader(archive),
  lister: makeS3Lister(archive),
  thawer: makePacedThawer(makeS3Thawer(archive), Number(env.THAWS_PER_SECOND)),
  manifests: makeS3ThawManifests(archive),
  thawJobs: makeS3ThawJobs({ control: makeControlClient(), ...jobs }),
  budgets: makeDynamoBudgets(dynamo),
  thawTimes: readThawTimes(makeDynamoThawHistory(dynamo), dynamo.now),
  thawQueue: makeThawQueue({ sqs, url: env.THAW_QUEUE_URL }),
  hydrateQueue: makeHydrateQueue({ sqs, url: env.HYDRATE_QUEUE_URL }),
  now: dynamo.now,
  random: randomBytes,
})
