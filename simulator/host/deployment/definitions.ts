import type { JsonValue } from './json.ts'

/** What the deployment says, with every variable and reference resolved: all that the host and its cloud need to know. */
export type Deployment = {
  readonly service: string
  readonly stage: string
  readonly functions: readonly FunctionDefinition[]
  /** Which pages may call the HTTP API; null: those of other origins may not. */
  readonly cors: Cors | null
  readonly buckets: readonly BucketDefinition[]
  readonly queues: readonly QueueDefinition[]
  readonly tables: readonly TableDefinition[]
  /** The stack's outputs by name, such as `RecordsQueueUrl`. */
  readonly outputs: ReadonlyMap<string, string>
}

/** https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-cors.html */
export type Cors = {
  readonly allowOrigins: readonly string[]
  readonly allowMethods: readonly string[]
  readonly allowHeaders: readonly string[]
  readonly exposeHeaders: readonly string[]
  /** s */
  readonly maxAge: number
}

export type FunctionDefinition = {
  /** As in `functions/<name>/`. */
  readonly name: string
  readonly lambdaName: string
  readonly arn: string
  /** Module without extension, a dot, the export: `functions/sweep/handler.handler`. */
  readonly handler: string
  readonly memoryMb: number
  readonly timeoutSeconds: number
  /** At most this many at once; undefined when the account's limit is the only one. */
  readonly reservedConcurrency: number | undefined
  readonly environment: Readonly<Record<string, string>>
  readonly queues: readonly QueueTrigger[]
  readonly schedules: readonly ScheduleTrigger[]
  readonly routes: readonly RouteTrigger[]
}

export type QueueTrigger = {
  readonly queueArn: string
  readonly batchSize: number
  readonly windowSeconds: number
  readonly maximumConcurrency: number | undefined
  readonly reportBatchItemFailures: boolean
}

export type ScheduleTrigger = { readonly expression: string; readonly input: JsonValue | undefined }

export type RouteTrigger = {
  readonly method: string
  readonly path: string
  /** `none` is a route open to everyone. */
  readonly authorizer: 'aws_iam' | 'none'
}

export type BucketDefinition = {
  readonly name: string
  readonly versioned: boolean
  readonly lifecycle: readonly LifecycleRule[]
  /** S3's `TransitionDefaultMinimumObjectSize`. */
  readonly minimumTransitionSize: 'all_storage_classes_128K' | 'varies_by_storage_class'
  readonly notifications: readonly BucketNotification[]
}

/** One lifecycle rule, in the words of CloudFormation. */
export type LifecycleRule = {
  readonly Id: string
  readonly Status: 'Enabled' | 'Disabled'
  readonly Prefix?: string | undefined
  readonly TagFilters?: readonly { readonly Key: string; readonly Value: string }[] | undefined
  readonly ObjectSizeGreaterThan?: number | undefined
  readonly ObjectSizeLessThan?: number | undefined
  readonly Transitions?:
    | readonly { readonly StorageClass: string; readonly TransitionInDays: number }[]
    | undefined
  readonly ExpirationInDays?: number | undefined
  readonly ExpiredObjectDeleteMarker?: boolean | undefined
  readonly NoncurrentVersionExpiration?: { readonly NoncurrentDays: number } | undefined
  readonly AbortIncompleteMultipartUpload?: { readonly DaysAfterInitiation: number } | undefined
}

export type BucketNotification = { readonly event: string; readonly queueArn: string }

export type QueueDefinition = {
  readonly name: string
  readonly arn: string
  readonly url: string
  /** As `CreateQueue` takes them. */
  readonly attributes: Readonly<Record<string, string>>
}

export type KeyAttribute = {
  readonly name: string
  readonly type: 'S' | 'N' | 'B'
  readonly role: 'HASH' | 'RANGE'
}

export type TableDefinition = {
  readonly name: string
  readonly keys: readonly KeyAttribute[]
  readonly indexes: readonly {
    readonly name: string
    readonly keys: readonly KeyAttribute[]
    readonly projection: 'ALL' | 'KEYS_ONLY'
  }[]
}
