import {
  CreateTableCommand,
  DescribeTableCommand,
  DynamoDBClient,
  ResourceInUseException,
} from '@aws-sdk/client-dynamodb'
import {
  CreateBucketCommand,
  PutBucketLifecycleConfigurationCommand,
  PutBucketNotificationConfigurationCommand,
  PutBucketVersioningCommand,
  S3Client,
} from '@aws-sdk/client-s3'
import { region } from '../account.ts'
import type { SqsModel } from '../sqs/sqs-model.ts'
import type {
  BucketDefinition,
  Deployment,
  QueueDefinition,
  TableDefinition,
} from './deployment/definitions.ts'
import { lifecycleRule, notificationConfiguration } from './deployment/s3-settings.ts'

export type ProvisionTarget = {
  readonly endpoint: string
  readonly sqs: SqsModel
  readonly credentials: { readonly accessKeyId: string; readonly secretAccessKey: string }
}

/** Makes what the deployment says: queues, buckets, table. What is there already is brought up to date, data untouched. */
export const provision = async (target: ProvisionTarget, deployment: Deployment): Promise<void> => {
  const { endpoint, sqs, credentials } = target
  const config = { endpoint, credentials, region }
  const s3 = new S3Client({ ...config, forcePathStyle: true })
  const dynamodb = new DynamoDBClient(config)
  try {
    // dead-letter queues first: a redrive policy is refused while its target is missing
    for (const queue of deployment.queues.toSorted((a, b) => rank(a) - rank(b))) putQueue(sqs, queue)
    for (const bucket of deployment.buckets) await putBucket(s3, bucket)
    for (const table of deployment.tables) await putTable(dynamodb, table)
  } finally {
    s3.destroy()
    dynamodb.destroy()
  }
}

const rank = ({ attributes }: QueueDefinition) => (attributes.RedrivePolicy === undefined ? 0 : 1)

const putQueue = (sqs: SqsModel, { name, arn, attributes }: QueueDefinition) => {
  if (!sqs.queueExists(arn)) sqs.createQueue(name, attributes)
  else sqs.setQueueAttributes(arn, attributes)
}

const putBucket = async (s3: S3Client, bucket: BucketDefinition) => {
  const { name: Bucket, versioned, lifecycle, minimumTransitionSize, notifications } = bucket
  await s3.send(new CreateBucketCommand({ Bucket }))
  if (versioned) {
    const VersioningConfiguration = { Status: 'Enabled' } as const
    await s3.send(new PutBucketVersioningCommand({ Bucket, VersioningConfiguration }))
  }
  if (lifecycle.length > 0) {
    await s3.send(
      new PutBucketLifecycleConfigurationCommand({
        Bucket,
        LifecycleConfiguration: { Rules: lifecycle.map(lifecycleRule) },
        TransitionDefaultMinimumObjectSize: minimumTransitionSize,
      }),
    )
  }
  if (notifications.length > 0) {
    const NotificationConfiguration = notificationConfiguration(notifications)
    await s3.send(new PutBucketNotificationConfigurationCommand({ Bucket, NotificationConfiguration }))
  }
}

/** What DynamoDB is asked for to make a table like this one. */
export const tableInput = ({ name: TableName, keys, indexes }: TableDefinition) => {
  const attributes = new Map(
    [...keys, ...indexes.flatMap((index) => index.keys)].map((key) => [key.name, key.type]),
  )
  const keySchema = (of: TableDefinition['keys']) =>
    of.map(({ name, role }) => ({ AttributeName: name, KeyType: role }))
  return {
    TableName,
    BillingMode: 'PAY_PER_REQUEST' as const,
    KeySchema: keySchema(keys),
    AttributeDefinitions: [...attributes].map(([AttributeName, AttributeType]) => ({
      AttributeName,
      AttributeType,
    })),
    ...(indexes.length > 0 && {
      GlobalSecondaryIndexes: indexes.map((index) => ({
        IndexName: index.name,
        KeySchema: keySchema(index.keys),
        Projection: { ProjectionType: index.projection },
      })),
    }),
  }
}

const putTable = async (dynamodb: DynamoDBClient, table: TableDefinition) => {
  try {
    await dynamodb.send(new CreateTableCommand(tableInput(table)))
  } catch (error) {
    if (!(error instanceof ResourceInUseException)) throw error
  }
  await untilActive(dynamodb, table.name)
}

const untilActive = async (dynamodb: DynamoDBClient, TableName: string) => {
  for (let attempt = 0; attempt < 200; attempt += 1) {
    const { Table } = await dynamodb.send(new DescribeTableCommand({ TableName }))
    const states = [
      Table?.TableStatus,
      ...(Table?.GlobalSecondaryIndexes ?? []).map((each) => each.IndexStatus),
    ]
    if (states.every((state) => state === 'ACTIVE')) return
    await new Promise((resolve) => setTimeout(resolve, 10))
  }
  throw new Error(`the table ${TableName} does not become active`)
}
