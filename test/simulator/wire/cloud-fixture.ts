import { DynamoDBClient } from '@aws-sdk/client-dynamodb'
import { SQSClient } from '@aws-sdk/client-sqs'
import { onTestFinished } from 'vitest'
import { type CloudOptions, makeCloud } from '../../../simulator/cloud.ts'

export const goodCredentials = { accessKeyId: 'icecore', secretAccessKey: 'icecore-local' }

/** A cloud on a free port, and a way to make SDK clients for it; all closed with the test. */
export const aCloud = async (options: CloudOptions = {}) => {
  const cloud = await makeCloud(options)
  onTestFinished(() => cloud.close())
  return { cloud, ...clientsOf(cloud.endpoint) }
}

export const clientsOf = (endpoint: string, credentials = goodCredentials) => {
  const config = { endpoint, region: 'us-east-1', credentials, maxAttempts: 1 }
  return { sqs: new SQSClient(config), dynamodb: new DynamoDBClient(config) }
}
