import * as z from 'zod'
import { accountId, region } from '../../account.ts'
import type { ResourceValues } from './intrinsics.ts'
import { jsonObjectSchema, parseAs } from './json.ts'

export const resourceSchema = z.strictObject({
  Type: z.string(),
  Properties: jsonObjectSchema.default({}),
  DependsOn: z.unknown().optional(),
  DeletionPolicy: z.unknown().optional(),
  UpdateReplacePolicy: z.unknown().optional(),
  Metadata: z.unknown().optional(),
})
export type Resource = z.infer<typeof resourceSchema>

/** These change nothing that the simulated cloud models: who may do what, what is logged, and who is told. */
const WITHOUT_EFFECT_HERE = new Set([
  'AWS::Budgets::Budget',
  'AWS::CodeDeploy::Application',
  'AWS::CloudWatch::Alarm',
  'AWS::CloudWatch::CompositeAlarm',
  'AWS::CloudWatch::Dashboard',
  'AWS::IAM::ManagedPolicy',
  'AWS::IAM::Policy',
  'AWS::KMS::Alias',
  'AWS::Logs::LogGroup',
  'AWS::Logs::MetricFilter',
  'AWS::Logs::QueryDefinition',
  'AWS::S3::BucketPolicy',
  'AWS::SNS::Subscription',
  'AWS::SNS::Topic',
  'AWS::SNS::TopicPolicy',
  'AWS::SQS::QueuePolicy',
])

export const BUCKET = 'AWS::S3::Bucket'
export const QUEUE = 'AWS::SQS::Queue'
export const TABLE = 'AWS::DynamoDB::Table'
const KEY = 'AWS::KMS::Key'
const ROLE = 'AWS::IAM::Role'

type Naming = {
  readonly service: string
  readonly stage: string
  /** Where queue URLs point. */
  readonly endpoint: string
}

/** What others see of a resource by `Ref` and `Fn::GetAtt`. A type that is not known here is an error. */
export const valuesOf = (
  logicalId: string,
  { Type }: Resource,
  /** The name that the definition gives it, if it does. */
  given: string | undefined,
  { service, stage, endpoint }: Naming,
): ResourceValues => {
  const name = given ?? `${service}-${stage}-${logicalId}`
  switch (Type) {
    case BUCKET: {
      const bucket = name.toLowerCase()
      return { ref: bucket, attributes: { Arn: `arn:aws:s3:::${bucket}` } }
    }
    case QUEUE:
      return {
        ref: `${endpoint}/${accountId}/${name}`,
        attributes: { Arn: `arn:aws:sqs:${region}:${accountId}:${name}`, QueueName: name },
      }
    case TABLE:
      return { ref: name, attributes: { Arn: `arn:aws:dynamodb:${region}:${accountId}:table/${name}` } }
    case KEY:
      return { ref: name, attributes: { Arn: `arn:aws:kms:${region}:${accountId}:key/${name}` } }
    // who may do what is not modelled; its name is what others hand on
    case ROLE:
      return { ref: name, attributes: { Arn: `arn:aws:iam::${accountId}:role/${name}` } }
    default:
      if (!WITHOUT_EFFECT_HERE.has(Type)) {
        throw new Error(
          `${logicalId}: the simulated cloud knows no ${Type}; model it in simulator/host/deployment, or list it as without effect there`,
        )
      }
      return { ref: name, attributes: {} }
  }
}

const NAME_PROPERTY = { [BUCKET]: 'BucketName', [QUEUE]: 'QueueName', [TABLE]: 'TableName' } as const

/** The property that names a resource of this type; undefined for types whose name nobody needs here. */
export const namePropertyOf = (type: string): string | undefined =>
  type === BUCKET || type === QUEUE || type === TABLE ? NAME_PROPERTY[type] : undefined

const mergedSchema = z.strictObject({
  Resources: z.record(z.string(), resourceSchema).default({}),
  Outputs: z.record(z.string(), z.object({ Value: z.json() })).default({}),
  // extensions of what osls makes for itself: settings of the API's stage and the like
  extensions: z.unknown().optional(),
  // they decide between settings that are not modelled
  Conditions: z.unknown().optional(),
  Description: z.unknown().optional(),
})

/** The `resources` of serverless.yml, a list of files, as one. A name that is given twice is an error. */
export const mergeResources = (parts: readonly unknown[]) => {
  const resources = new Map<string, Resource>()
  const outputs = new Map<string, z.infer<typeof mergedSchema>['Outputs'][string]>()
  for (const [index, part] of parts.entries()) {
    const { Resources, Outputs } = parseAs(mergedSchema, part, `resources[${index}]`)
    for (const [logicalId, resource] of Object.entries(Resources)) {
      if (resources.has(logicalId)) throw new Error(`${logicalId} is defined twice`)
      resources.set(logicalId, resource)
    }
    for (const [name, output] of Object.entries(Outputs)) outputs.set(name, output)
  }
  return { resources, outputs }
}
