import { randomBytes } from 'node:crypto'
import config from '../../icecore.config.ts'
import { makeClients } from '../../shared/adapters/aws/clients.ts'
import { makeDynamoCommitLog } from '../../shared/adapters/aws/dynamo-commit-log.ts'
import { makeDynamoFailureNotes } from '../../shared/adapters/aws/dynamo-failure-notes.ts'
import { makeDynamoRegistry } from '../../shared/adapters/aws/dynamo-registry.ts'
import { makeS3Quarantine } from '../../shared/adapters/aws/s3-quarantine.ts'
import { makeS3SegmentWriter } from '../../shared/adapters/aws/s3-segment-writer.ts'
import { readEnv } from '../../shared/runtime/env.ts'
import { makeTelemetry } from '../../shared/runtime/telemetry.ts'
import { createHandler } from './create-handler.ts'

const env = readEnv('CATALOG_TABLE', 'ARCHIVE_BUCKET', 'ACCOUNT_ID')
const { s3, documents } = makeClients()
const dynamo = { documents, table: env.CATALOG_TABLE, now: () => Date.now() }
const writer = makeS3SegmentWriter({ s3, bucket: env.ARCHIVE_BUCKET, owner: env.ACCOUNT_ID })

export const handler = createHandler({
  config,
  telemetry: { ...makeTelemetry(), notes: makeDynamoFailureNotes(dynamo) },
  registry: makeDynamoRegistry(dynamo),
  log: makeDynamoCommitLog(dynamo),
  writer,
  quarantine: makeS3Quarantine({ ...dynamo, writer }),
  now: dynamo.now,
  random: randomBytes,
})
