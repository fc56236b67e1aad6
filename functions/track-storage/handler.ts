import { makeClients } from '../../shared/adapters/aws/clients.ts'
import { makeDynamoCommitLog } from '../../shared/adapters/aws/dynamo-commit-log.ts'
import { makeDynamoFailureNotes } from '../../shared/adapters/aws/dynamo-failure-notes.ts'
import { makeDynamoHoldings } from '../../shared/adapters/aws/dynamo-holdings.ts'
import { makeDynamoThawHistory } from '../../shared/adapters/aws/dynamo-thaw-history.ts'
import { makeS3SegmentReader } from '../../shared/adapters/aws/s3-segment-reader.ts'
import { makeHydrateQueue, makeThawQueue } from '../../shared/adapters/aws/sqs-queues.ts'
import { readEnv } from '../../shared/runtime/env.ts'
import { makeTelemetry } from '../../shared/runtime/telemetry.ts'
import { createHandler } from './create-handler.ts'

const env = readEnv('CATALOG_TABLE', 'ARCHIVE_BUCKET', 'ACCOUNT_ID', 'THAW_QUEUE_URL', 'HYDRATE_QUEUE_URL')
const { s3, sqs, documents } = makeClients()
const dynamo = { documents, table: env.CATALOG_TABLE, now: () => Date.now() }

export const handler = createHandler({
  telemetry: { ...makeTelemetry(), notes: makeDynamoFailureNotes(dynamo) },
  bucket: env.ARCHIVE_BUCKET,
  log: makeDynamoCommitLog(dynamo),
  holdings: makeDynamoHoldings(dynamo),
  thawHistory: makeDynamoThawHistory(dynamo),
  reader: makeS3SegmentReader({ s3, bucket: env.ARCHIVE_BUCKET, owner: env.ACCOUNT_ID }),
  thawQueue: makeThawQueue({ sqs, url: env.THAW_QUEUE_URL }),
  hydrateQueue: makeHydrateQueue({ sqs, url: env.HYDRATE_QUEUE_URL }),
  now: dynamo.now,
})
