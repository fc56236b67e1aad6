import { afterEach, expect, test, vi } from 'vitest'
import { readEnv, readQueueArn } from '../../shared/runtime/env.ts'

afterEach(() => {
  vi.unstubAllEnvs()
})

test('the named variables come back, and no others', () => {
  vi.stubEnv('STAGE', 'dev')
  vi.stubEnv('ACCOUNT_ID', '000000000000')
  vi.stubEnv('HOT_BUCKET', 'icecore-dev-hot')
  expect(readEnv('STAGE', 'HOT_BUCKET')).toEqual({ STAGE: 'dev', HOT_BUCKET: 'icecore-dev-hot' })
})

test('every missing or malformed variable is named in one error', () => {
  vi.stubEnv('ARCHIVE_BUCKET', 'Not_A_Bucket')
  vi.stubEnv('SEAL_QUEUE_URL', 'seal')
  vi.stubEnv('ACCOUNT_ID', '12')
  vi.stubEnv('STAGE', undefined)
  const reading = () => readEnv('STAGE', 'ACCOUNT_ID', 'ARCHIVE_BUCKET', 'SEAL_QUEUE_URL')
  for (const name of ['STAGE', 'ACCOUNT_ID', 'ARCHIVE_BUCKET', 'SEAL_QUEUE_URL'])
    expect(reading).toThrow(new RegExp(`environment has mistakes:.*${name}: `))
})

test('a queue is given by its ARN, or by the variable that holds it', () => {
  const arn = 'arn:aws-cn:sqs:cn-north-1:123456789012:orders.fifo'
  vi.stubEnv('MY_QUEUE', arn)
  expect(readQueueArn(arn)).toBe(arn)
  expect(readQueueArn('MY_QUEUE')).toBe(arn)
})

test.each([
  undefined,
  '',
  'https://sqs.us-east-1.amazonaws.com/1/q',
  'arn:aws:sns:us-east-1:123456789012:topic',
])('a variable that holds %j is no queue', (value) => {
  vi.stubEnv('MY_QUEUE', value)
  expect(() => readQueueArn('MY_QUEUE')).toThrow('MY_QUEUE: expected the ARN of an SQS queue')
})
