/**
 * One metric under one set of dimensions. A value may name what is deployed, as CloudFormation's `Fn::Sub` does:
 * `${SweepLambdaFunction}`, `${ThawQueue.QueueName}`.
 */
export type Series = {
  readonly namespace: string
  readonly metric: string
  readonly dimensions: Readonly<Record<string, string>>
}

/** Of the deployment that is looked after. */
export type Place = {
  readonly service: string
  readonly stage: string
  /** Whether the canary flies. */
  readonly canary: boolean
  /** Whether functions are called by aliases, which go from version to version. */
  readonly shifts: boolean
}

/** Where icecore's own metrics go: each stage has its own, so that two in an account do not add up. */
export const namespaceOf = ({ service, stage }: Pick<Place, 'service' | 'stage'>): string =>
  `${service}/${stage}`

/** What the ids of a function's resources begin with, as osls makes it of the function's name. */
export const stemOf = (name: string): string =>
  name.replaceAll('-', 'Dash').replace(/^./, (letter) => letter.toUpperCase())

export const functionId = (name: string): string => `${stemOf(name)}LambdaFunction`
export const logGroupId = (name: string): string => `${stemOf(name)}LogGroup`

const lambda = (metric: string, name: string): Series => ({
  namespace: 'AWS/Lambda',
  metric,
  dimensions: { FunctionName: `\${${functionId(name)}}` },
})

const queue = (metric: string, id: string): Series => ({
  namespace: 'AWS/SQS',
  metric,
  dimensions: { QueueName: `\${${id}.QueueName}` },
})

const table = (metric: string): Series => ({
  namespace: 'AWS/DynamoDB',
  metric,
  dimensions: { TableName: `\${CatalogTable}` },
})

const api = (metric: string): Series => ({
  namespace: 'AWS/ApiGateway',
  metric,
  dimensions: { ApiId: `\${HttpApi}` },
})

/** What a bucket holds, once a day. */
const bucket = (storageType: string): Series => ({
  namespace: 'AWS/S3',
  metric: 'BucketSizeBytes',
  dimensions: { BucketName: `\${ArchiveBucket}`, StorageType: storageType },
})

/** One of icecore's own, as the function of that name emits it. */
const own =
  (place: Pick<Place, 'service' | 'stage'>) =>
  (metric: string, service: string, dimensions: Readonly<Record<string, string>> = {}): Series => ({
    namespace: namespaceOf(place),
    metric,
    dimensions: { service, ...dimensions },
  })

export const series = { lambda, queue, table, api, bucket, own }
