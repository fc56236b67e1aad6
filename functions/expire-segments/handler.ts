import { makeClients } from '../../shared/adapters/aws/clients.ts'
import { makeDynamoCommitLog } from '../../shared/adapters/aws/dynamo-commit-log.ts'
import { makeS3Remover } from '../../shared/adapters/aws/s3-archive-admin.ts'
import { readEnv } from '../../shared/runtime/env.ts'
import { makeTelemetry } from '../../shared/runtime/telemetry.ts'
import { createHandler } from './create-handler.ts'

const env = readEnv('CATALOG_TABLE', 'ARCHIVE_BUCKET', 'ACCOUNT_ID')
const { s3, documents } = makeClients()

export const handler = createHandler({
  telemetry: makeTelemetry(),
  log: makeDynamoCommitLog({ documents, table: env.CATALOG_TABLE }),
  remover: makeS3Remover({ s3, bucket: env.ARCHIVE_BUCKET, owner: env.ACCOUNT_ID }),
  now: () => Date.now(),
})
