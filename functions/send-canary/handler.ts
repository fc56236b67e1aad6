import { randomBytes } from 'node:crypto'
import config from '../../icecore.config.ts'
import { makeClients } from '../../shared/adapters/aws/clients.ts'
import { makeDynamoBudgets } from '../../shared/adapters/aws/dynamo-budgets.ts'
import { makeDynamoCanary } from '../../shared/adapters/aws/dynamo-canary.ts'
import { makeDynamoCommitLog } from '../../shared/adapters/aws/dynamo-commit-log.ts'
import { makeDynamoQuotes } from '../../shared/adapters/aws/dynamo-quotes.ts'
import { makeDynamoRegistry } from '../../shared/adapters/aws/dynamo-registry.ts'
import { makeDynamoRehydrations } from '../../shared/adapters/aws/dynamo-rehydrations.ts'
import { makeDynamoThawHistory } from '../../shared/adapters/aws/dynamo-thaw-history.ts'
import { makeS3SegmentReader } from '../../shared/adapters/aws/s3-segment-reader.ts'
import { makeRecordsQueue, makeThawQueue } from '../../shared/adapters/aws/sqs-queues.ts'
import { readEnv } from '../../shared/runtime/env.ts'
import { makeTelemetry } from '../../shared/runtime/telemetry.ts'
import { readThawTimes } from '../../shared/use-cases/thaw-times.ts'
import { createHandler } from './create-handler.ts'

const env = readEnv(
  'CATALOG_TABLE',
  'ARCHIVE_BUCKET',
  'REHYDRATED_BUCKET',
  'ACCOUNT_ID',
  'RECORDS_QUEUE_URL',
  'THAW_QUEUE_URL',
)
const { s3, sqs, documents } = makeClients()
const dynamo = { documents, table: env.CATALOG_TABLE, now: () => Date.now() }

export const handler = createHandler({
  config,
  telemetry: makeTelemetry(),
  canaries: makeDynamoCanary(dynamo),
  registry: makeDynamoRegistry(dynamo),
  log: makeDynamoCommitLog(dynamo),
  reader: makeS3SegmentReader({ s3, bucket: env.ARCHIVE_BUCKET, owner: env.ACCOUNT_ID }),
  results: makeS3SegmentReader({ s3, bucket: env.REHYDRATED_BUCKET, owner: env.ACCOUNT_ID }),
  rehydrations: makeDynamoRehydrations(dynamo),
  recordsQueue: makeRecordsQueue({ sqs, url: env.RECORDS_QUEUE_URL }),
  budgets: makeDynamoBudgets(dynamo),
  thawTimes: readThawTimes(makeDynamoThawHistory(dynamo), dynamo.now),
  quotes: makeDynamoQuotes(dynamo),
  thawQueue: makeThawQueue({ sqs, url: env.THAW_QUEUE_URL }),
  now: dynamo.now,
  random: randomBytes,
})
