import { randomBytes } from 'node:crypto'
import { tmpdir } from 'node:os'
import config from '../../icecore.config.ts'
import { makeClients } from '../../shared/adapters/aws/clients.ts'
import { makeDiskScratch } from '../../shared/adapters/aws/disk-scratch.ts'
import { makeDynamoCommitLog } from '../../shared/adapters/aws/dynamo-commit-log.ts'
import { makeDynamoFailureNotes } from '../../shared/adapters/aws/dynamo-failure-notes.ts'
import { makeDynamoRegistry } from '../../shared/adapters/aws/dynamo-registry.ts'
import { makeS3Documents } from '../../shared/adapters/aws/s3-documents.ts'
import { makeS3SegmentReader } from '../../shared/adapters/aws/s3-segment-reader.ts'
import { makeS3SegmentWriter } from '../../shared/adapters/aws/s3-segment-writer.ts'
import { makeSnapshots } from '../../shared/adapters/snapshot-store.ts'
import { readEnv } from '../../shared/runtime/env.ts'
import { makeTelemetry } from '../../shared/runtime/telemetry.ts'
import { createHandler } from './create-handler.ts'

const env = readEnv('CATALOG_TABLE', 'ARCHIVE_BUCKET', 'ACCOUNT_ID')
const { s3, documents } = makeClients()
const dynamo = { documents, table: env.CATALOG_TABLE, now: () => Date.now() }
const archive = { s3, bucket: env.ARCHIVE_BUCKET, owner: env.ACCOUNT_ID }

export const handler = createHandler({
  config,
  telemetry: { ...makeTelemetry(), notes: makeDynamoFailureNotes(dynamo) },
  registry: makeDynamoRegistry(dynamo),
  log: makeDynamoCommitLog(dynamo),
  snapshots: makeSnapshots(makeS3Documents(archive)),
  reader: makeS3SegmentReader(archive),
  writer: makeS3SegmentWriter(archive),
  scratch: makeDiskScratch(tmpdir()),
  now: dynamo.now,
  random: randomBytes,
})
