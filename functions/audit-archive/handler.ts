import config from '../../icecore.config.ts'
import { makeAuditReports } from '../../shared/adapters/audit-report-store.ts'
import { makeClients } from '../../shared/adapters/aws/clients.ts'
import { makeDynamoCommitLog } from '../../shared/adapters/aws/dynamo-commit-log.ts'
import { makeDynamoHoldings } from '../../shared/adapters/aws/dynamo-holdings.ts'
import { makeDynamoRegistry } from '../../shared/adapters/aws/dynamo-registry.ts'
import { makeS3FolderLister, makeS3Lister } from '../../shared/adapters/aws/s3-archive-admin.ts'
import { makeS3Documents } from '../../shared/adapters/aws/s3-documents.ts'
import { makeS3Inventory } from '../../shared/adapters/aws/s3-inventory.ts'
import { makeS3SegmentReader } from '../../shared/adapters/aws/s3-segment-reader.ts'
import { makeExpireQueue } from '../../shared/adapters/aws/sqs-queues.ts'
import { makeSnapshots } from '../../shared/adapters/snapshot-store.ts'
import { HOUR } from '../../shared/domain/duration.ts'
import { readEnv } from '../../shared/runtime/env.ts'
import { makeTelemetry } from '../../shared/runtime/telemetry.ts'
import { createHandler } from './create-handler.ts'

const env = readEnv(
  'CATALOG_TABLE',
  'ARCHIVE_BUCKET',
  'ACCOUNT_ID',
  'EXPIRE_QUEUE_URL',
  'AUDIT_PARTITIONS',
  'AUDIT_BYTES',
  'AUDIT_SEGMENTS',
  'AUDIT_COMPARE_EVERY_HOURS',
  'AUDIT_READ_EVERY_HOURS',
)
const { s3, sqs, documents: table } = makeClients()
const dynamo = { documents: table, table: env.CATALOG_TABLE, now: () => Date.now() }
const archive = { s3, bucket: env.ARCHIVE_BUCKET, owner: env.ACCOUNT_ID }
const documents = makeS3Documents(archive)

export const handler = createHandler({
  config,
  telemetry: makeTelemetry(),
  registry: makeDynamoRegistry(dynamo),
  log: makeDynamoCommitLog(dynamo),
  holdings: makeDynamoHoldings(dynamo),
  documents,
  snapshots: makeSnapshots(documents),
  reports: makeAuditReports(documents),
  lister: makeS3Lister(archive),
  folders: makeS3FolderLister(archive),
  reader: makeS3SegmentReader(archive),
  inventory: makeS3Inventory(archive),
  expireQueue: makeExpireQueue({ sqs, url: env.EXPIRE_QUEUE_URL }),
  budget: {
    partitions: Number(env.AUDIT_PARTITIONS),
    bytes: Number(env.AUDIT_BYTES),
    segments: Number(env.AUDIT_SEGMENTS),
    compareEvery: Number(env.AUDIT_COMPARE_EVERY_HOURS) * HOUR,
    readEvery: Number(env.AUDIT_READ_EVERY_HOURS) * HOUR,
  },
  now: dynamo.now,
})
