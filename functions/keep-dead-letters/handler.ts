import { makeClients } from '../../shared/adapters/aws/clients.ts'
import { makeDynamoFailureNotes } from '../../shared/adapters/aws/dynamo-failure-notes.ts'
import { makeDynamoSetAside } from '../../shared/adapters/aws/dynamo-hot-objects.ts'
import { makeS3Lister } from '../../shared/adapters/aws/s3-archive-admin.ts'
import { makeS3SegmentReader } from '../../shared/adapters/aws/s3-segment-reader.ts'
import { makeS3SegmentWriter } from '../../shared/adapters/aws/s3-segment-writer.ts'
import { makeDeadLetters } from '../../shared/adapters/dead-letter-store.ts'
import { readEnv } from '../../shared/runtime/env.ts'
import { makeTelemetry } from '../../shared/runtime/telemetry.ts'
import { createHandler } from './create-handler.ts'

const env = readEnv('CATALOG_TABLE', 'ARCHIVE_BUCKET', 'HOT_BUCKET', 'ACCOUNT_ID', 'QUEUE_PREFIX')
const { s3, documents } = makeClients()
const dynamo = { documents, table: env.CATALOG_TABLE, now: () => Date.now() }
const archive = { s3, bucket: env.ARCHIVE_BUCKET, owner: env.ACCOUNT_ID }

export const handler = createHandler({
  telemetry: makeTelemetry(),
  queuePrefix: env.QUEUE_PREFIX,
  hotBucket: env.HOT_BUCKET,
  letters: makeDeadLetters({ writer: makeS3SegmentWriter(archive), reader: makeS3SegmentReader(archive) }),
  notes: makeDynamoFailureNotes(dynamo),
  register: makeDynamoSetAside(dynamo),
  hotLister: makeS3Lister({ s3, bucket: env.HOT_BUCKET, owner: env.ACCOUNT_ID }),
  now: dynamo.now,
})
