import * as z from 'zod'
import type { BucketDefinition, KeyAttribute, QueueDefinition, TableDefinition } from './definitions.ts'
import { type JsonObject, parseAs } from './json.ts'

const days = z.coerce.number().int().min(0)
/** Has no effect in the simulated cloud: access and encryption. */
const ignored = z.unknown().optional()

const lifecycleRuleSchema = z.strictObject({
  Id: z.string(),
  Status: z.enum(['Enabled', 'Disabled']),
  Prefix: z.string().optional(),
  TagFilters: z.array(z.strictObject({ Key: z.string(), Value: z.string() })).optional(),
  ObjectSizeGreaterThan: z.coerce.number().int().optional(),
  ObjectSizeLessThan: z.coerce.number().int().optional(),
  Transitions: z.array(z.strictObject({ StorageClass: z.string(), TransitionInDays: days })).optional(),
  ExpirationInDays: days.optional(),
  ExpiredObjectDeleteMarker: z.boolean().optional(),
  NoncurrentVersionExpiration: z.strictObject({ NoncurrentDays: days }).optional(),
  AbortIncompleteMultipartUpload: z.strictObject({ DaysAfterInitiation: days }).optional(),
})

const bucketSchema = z.strictObject({
  BucketName: z.string().optional(),
  VersioningConfiguration: z.strictObject({ Status: z.enum(['Enabled', 'Suspended']) }).optional(),
  LifecycleConfiguration: z
    .strictObject({
      TransitionDefaultMinimumObjectSize: z
        .enum(['all_storage_classes_128K', 'varies_by_storage_class'])
        .optional(),
      Rules: z.array(lifecycleRuleSchema),
    })
    .optional(),
  NotificationConfiguration: z
    .strictObject({
      QueueConfigurations: z.array(z.strictObject({ Event: z.string(), Queue: z.string() })),
    })
    .optional(),
  // S3 writes these lists by itself; the tests make them
  InventoryConfigurations: ignored,
  LoggingConfiguration: ignored,
  BucketEncryption: ignored,
  OwnershipControls: ignored,
  PublicAccessBlockConfiguration: ignored,
  Tags: ignored,
})

export const bucketOf = (logicalId: string, name: string, properties: JsonObject): BucketDefinition => {
  const bucket = parseAs(bucketSchema, properties, logicalId)
  return {
    name,
    versioned: bucket.VersioningConfiguration?.Status === 'Enabled',
    lifecycle: bucket.LifecycleConfiguration?.Rules ?? [],
    minimumTransitionSize:
      bucket.LifecycleConfiguration?.TransitionDefaultMinimumObjectSize ?? 'all_storage_classes_128K',
    notifications: (bucket.NotificationConfiguration?.QueueConfigurations ?? []).map(({ Event, Queue }) => ({
      event: Event,
      queueArn: Queue,
    })),
  }
}

/** The simulated SQS checks the attributes' names and values. */
export const queueOf = (name: string, arn: string, url: string, properties: JsonObject): QueueDefinition => {
  const { QueueName, Tags, ...attributes } = properties
  const entries = Object.entries(attributes).map(([key, value]) => [
    key,
    typeof value === 'object' ? JSON.stringify(value) : String(value),
  ])
  return { name, arn, url, attributes: Object.fromEntries(entries) }
}

const keySchema = z.array(z.strictObject({ AttributeName: z.string(), KeyType: z.enum(['HASH', 'RANGE']) }))

const tableSchema = z.strictObject({
  TableName: z.string().optional(),
  AttributeDefinitions: z.array(
    z.strictObject({ AttributeName: z.string(), AttributeType: z.enum(['S', 'N', 'B']) }),
  ),
  KeySchema: keySchema,
  GlobalSecondaryIndexes: z
    .array(
      z.strictObject({
        IndexName: z.string(),
        KeySchema: keySchema,
        Projection: z.strictObject({ ProjectionType: z.enum(['ALL', 'KEYS_ONLY']) }),
      }),
    )
    .default([]),
  BillingMode: z.literal('PAY_PER_REQUEST'),
  DeletionProtectionEnabled: ignored,
  PointInTimeRecoverySpecification: ignored,
  SSESpecification: ignored,
  // items that nobody asks for any more stay here: DynamoDB, too, deletes them when it likes
  TimeToLiveSpecification: ignored,
  Tags: ignored,
})

export const tableOf = (logicalId: string, name: string, properties: JsonObject): TableDefinition => {
  const table = parseAs(tableSchema, properties, logicalId)
  const types = new Map(table.AttributeDefinitions.map((each) => [each.AttributeName, each.AttributeType]))
  const keysOf = (schema: z.infer<typeof keySchema>): KeyAttribute[] =>
    schema.map(({ AttributeName, KeyType }) => {
      const type = types.get(AttributeName)
      if (type === undefined)
        throw new Error(`${logicalId}: the key ${AttributeName} has no attribute definition`)
      return { name: AttributeName, type, role: KeyType }
    })
  return {
    name,
    keys: keysOf(table.KeySchema),
    indexes: table.GlobalSecondaryIndexes.map((index) => ({
      name: index.IndexName,
      keys: keysOf(index.KeySchema),
      projection: index.Projection.ProjectionType,
    })),
  }
}
