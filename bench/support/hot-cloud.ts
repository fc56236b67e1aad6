import { createReadStream, statSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { CreateTableCommand, DynamoDBClient, waitUntilTableExists } from '@aws-sdk/client-dynamodb'
import { CreateBucketCommand, PutObjectCommand, type S3Client } from '@aws-sdk/client-s3'
import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb'
import { region } from '../../simulator/account.ts'
import { catalogTable, TABLE } from './catalog-table.ts'
import { simulatorOn, withServer } from './child-server.ts'

export const HOT_BUCKET = 'hot'
export const ARCHIVE_BUCKET = 'archive'
/** Of the dataset whose shape the orders have. */
export const HOT_KEY = 'flights/orders.ndjson'

const makeTable = async (dynamodb: DynamoDBClient) => {
  await dynamodb.send(new CreateTableCommand(catalogTable()))
  await waitUntilTableExists({ client: dynamodb, maxWaitTime: 60 }, { TableName: TABLE })
}

export type HotCloud = { readonly s3: S3Client; readonly documents: DynamoDBDocumentClient }

/** Runs `work` on a simulated cloud of its own, in another process: nothing in it but one file as an object of the hot bucket. */
export const withHotObject = async <Result>(
  folder: string,
  path: string,
  work: (cloud: HotCloud) => Promise<Result>,
): Promise<Result> => {
  const dataDir = await mkdtemp(join(folder, 'cloud-'))
  const server = simulatorOn(dataDir)
  try {
    return await withServer(server, async (s3, endpoint) => {
      const dynamodb = new DynamoDBClient({ endpoint, region, credentials: server.credentials })
      try {
        for (const Bucket of [HOT_BUCKET, ARCHIVE_BUCKET]) await s3.send(new CreateBucketCommand({ Bucket }))
        await makeTable(dynamodb)
        const content = { Body: createReadStream(path), ContentLength: statSync(path).size }
        await s3.send(new PutObjectCommand({ Bucket: HOT_BUCKET, Key: HOT_KEY, ...content }))
        const marshallOptions = { removeUndefinedValues: true }
        return await work({ s3, documents: DynamoDBDocumentClient.from(dynamodb, { marshallOptions }) })
      } finally {
        dynamodb.destroy()
      }
    })
  } finally {
    await rm(dataDir, { recursive: true, force: true })
  }
}
