import { makeClients } from '../../shared/adapters/aws/clients.ts'
import { makeDynamoCommitLog } from '../../shared/adapters/aws/dynamo-commit-log.ts'
import { makeDynamoFailureNotes } from '../../shared/adapters/aws/dynamo-failure-notes.ts'
import { makeDynamoRegistry } from '../../shared/adapters/aws/dynamo-registry.ts'
import { makeS3Lister, makeS3Remover } from '../../shared/adapters/aws/s3-archive-admin.ts'
import { makeS3Documents } from '../../shared/adapters/aws/s3-documents.ts'
import { makeS3SegmentReader } from '../../shared/adapters/aws/s3-segment-reader.ts'
import { makeSnapshots } from '../../shared/adapters/snapshot-store.ts'
import { readEnv } from '../../shared/runtime/env.ts'
import { makeTelemetry } from '../../shared/runtime/telemetry.ts'
import { createHandler } from './create-handler.ts'

const env = readEnv('CATALOG_TABLE', 'ARCHIVE_BUCKET', 'ACCOUNT_ID')
const { s3, documents } = makeClients()
const dynamo = { documents, table: env.CATALOG_TABLE, now: () => Date.now() }
const archive = { s3, bucket: env.ARCHIVE_BUCKET, owner: env.ACCOUNT_ID }

export const handler = createHandler({
  telemetry: { ...makeTelemetry(), notes: makeDynamoFailureNotes(dynamo) },
  registry: makeDynamoRegistry(dynamo),
  log: makeDynamoCommitLog(dynamo),
  snapshots: makeSnapshots(makeS3Documents(archive)),
  lister: makeS3Lister(archive),
  reader: makeS3SegmentReader(archive),
  remover: makeS3Remover(archive),
  now: dynamo.now,
})
