import { DynamoDBClient } from '@aws-sdk/client-dynamodb'
import { S3Client } from '@aws-sdk/client-s3'
import { SQSClient } from '@aws-sdk/client-sqs'
import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb'

export type Clients = {
  readonly s3: S3Client
  readonly sqs: SQSClient
  readonly documents: DynamoDBDocumentClient
}

const retry = { maxAttempts: 6 } as const

/**
 * The AWS clients of one function, made once per cold start. Region, credentials and endpoint come from the environment,
 * as everywhere in AWS.
 */
export const makeClients = (): Clients => ({
  s3: new S3Client(retry),
  sqs: new SQSClient(retry),
  documents: DynamoDBDocumentClient.from(new DynamoDBClient(retry), {
    marshallOptions: { removeUndefinedValues: true },
  }),
})
