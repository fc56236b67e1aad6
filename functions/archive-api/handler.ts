import { randomBytes } from 'node:crypto'
import config from '../../icecore.config.ts'
import { makeClients } from '../../shared/adapters/aws/clients.ts'
import { makeDynamoBudgets } from '../../shared/adapters/aws/dynamo-budgets.ts'
import { makeDynamoCommitLog } from '../../shared/adapters/aws/dynamo-commit-log.ts'
import { makeDynamoQuarantineBooks } from '../../shared/adapters/aws/dynamo-quarantine.ts'
import { makeDynamoQuotes } from '../../shared/adapters/aws/dynamo-quotes.ts'
import { makeDynamoRegistry } from '../../shared/adapters/aws/dynamo-registry.ts'
import { makeDynamoTaskList } from '../../shared/adapters/aws/dynamo-rehydration-tasks.ts'
import {
  makeDynamoRehydrationChecks,
  makeDynamoRehydrationIndex,
  makeDynamoRehydrations,
} from '../../shared/adapters/aws/dynamo-rehydrations.ts'
import { makeDynamoThawHistory } from '../../shared/adapters/aws/dynamo-thaw-history.ts'
import { makeS3FileSigner } from '../../shared/adapters/aws/s3-file-signer.ts'
import { makeS3SegmentReader } from '../../shared/adapters/aws/s3-segment-reader.ts'
import { makeThawQueue } from '../../shared/adapters/aws/sqs-queues.ts'
import { readEnv } from '../../shared/runtime/env.ts'
import { makeTelemetry } from '../../shared/runtime/telemetry.ts'
import { readLedger } from '../../shared/use-cases/read-ledger.ts'
import { readThawTimes } from '../../shared/use-cases/thaw-times.ts'
import { createHandler } from './create-handler.ts'

const env = readEnv(
  'CATALOG_TABLE',
  'ARCHIVE_BUCKET',
  'REHYDRATED_BUCKET',
  'ACCOUNT_ID',
  'THAW_QUEUE_URL',
  'JWT_ISSUER',
)
const { s3, sqs, documents } = makeClients()
const dynamo = { documents, table: env.CATALOG_TABLE, now: () => Date.now() }
const registry = makeDynamoRegistry(dynamo)
const rehydrated = { s3, bucket: env.REHYDRATED_BUCKET, owner: env.ACCOUNT_ID }
const log = makeDynamoCommitLog(dynamo)

export const handler = createHandler({
  config,
  telemetry: makeTelemetry(),
  tokens: env.JWT_ISSUER === '' ? undefined : { issuer: env.JWT_ISSUER, account: env.ACCOUNT_ID },
  // IAM, or a token's scopes, decide which routes of this account's API a caller may use; callers of other accounts see nothing
  mayRead: ({ account }) => account === env.ACCOUNT_ID,
  registry,
  log,
  reader: makeS3SegmentReader({ s3, bucket: env.ARCHIVE_BUCKET, owner: env.ACCOUNT_ID }),
  results: makeS3SegmentReader(rehydrated),
  signer: makeS3FileSigner(rehydrated),
  rehydrations: makeDynamoRehydrations(dynamo),
  taskList: makeDynamoTaskList(dynamo),
  index: makeDynamoRehydrationIndex(dynamo),
  readLedger: readLedger({ registry, log, quarantine: makeDynamoQuarantineBooks(dynamo) }),
  budgets: makeDynamoBudgets(dynamo),
  thawTimes: readThawTimes(makeDynamoThawHistory(dynamo), dynamo.now),
  quotes: makeDynamoQuotes(dynamo),
  checks: makeDynamoRehydrationChecks(dynamo),
  thawQueue: makeThawQueue({ sqs, url: env.THAW_QUEUE_URL }),
  now: dynamo.now,
  random: randomBytes,
})
