import { CreateTableCommand, DynamoDBClient } from '@aws-sdk/client-dynamodb'
import { S3Client } from '@aws-sdk/client-s3'
import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb'
import { onTestFinished } from 'vitest'
import { makeControlClient } from '../../shared/adapters/aws/control-client.ts'
import { accountId } from '../../simulator/account.ts'
import { type CloudOptions, makeCloud } from '../../simulator/cloud.ts'

const TABLE = 'catalog'

/** A simulated cloud, and SDK clients for it; all closed with the test. */
export const aCloudWithClients = async (options: CloudOptions = {}) => {
  const cloud = await makeCloud(options)
  const credentials = { accessKeyId: 'icecore', secretAccessKey: 'icecore-local' }
  const config = { endpoint: cloud.endpoint, region: 'us-east-1', credentials }
  const s3 = new S3Client({ ...config, forcePathStyle: true })
  const dynamodb = new DynamoDBClient(config)
  const control = makeControlClient(config)
  onTestFinished(async () => {
    s3.destroy()
    control.destroy()
    dynamodb.destroy()
    await cloud.close()
  })
  return { cloud, s3, control, dynamodb, owner: accountId }
}

/** The catalog's table, with its `due` index. */
export const aCatalogTable = async () => {
  const { dynamodb } = await aCloudWithClients()
  const text = (AttributeName: string) => ({ AttributeName, AttributeType: 'S' }) as const
  await dynamodb.send(
    new CreateTableCommand({
      TableName: TABLE,
      BillingMode: 'PAY_PER_REQUEST',
      AttributeDefinitions: [
        text('pk'),
        text('sk'),
        text('duePool'),
        { AttributeName: 'dueAt', AttributeType: 'N' },
      ],
      KeySchema: [
        { AttributeName: 'pk', KeyType: 'HASH' },
        { AttributeName: 'sk', KeyType: 'RANGE' },
      ],
      GlobalSecondaryIndexes: [
        {
          IndexName: 'due',
          KeySchema: [
            { AttributeName: 'duePool', KeyType: 'HASH' },
            { AttributeName: 'dueAt', KeyType: 'RANGE' },
          ],
          Projection: { ProjectionType: 'ALL' },
        },
      ],
    }),
  )
  const documents = DynamoDBDocumentClient.from(dynamodb, {
    marshallOptions: { removeUndefinedValues: true },
  })
  return { documents, table: TABLE }
}
