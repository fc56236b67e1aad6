import { createServer } from 'node:http'
import { SendMessageCommand } from '@aws-sdk/client-sqs'
import { afterEach, expect, test, vi } from 'vitest'
import { makeClients } from '../../shared/adapters/aws/clients.ts'

const TRACE = 'Root=1-5759e988-bd862e3fe1be46a994272793;Parent=53995c3f42cd8ad8;Sampled=1'

afterEach(() => vi.unstubAllEnvs())

/** The trace that the client of a function with this environment names to SQS. */
const tracedAs = async (environment: Readonly<Record<string, string>>) => {
  const seen: unknown[] = []
  const server = createServer((request, response) => {
    seen.push(request.headers['x-amzn-trace-id'])
    response.end('{}')
  })
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve)
  })
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('the server has no port')
  const endpoint = `http://127.0.0.1:${address.port}`
  vi.stubEnv('AWS_ENDPOINT_URL', endpoint)
  vi.stubEnv('AWS_REGION', 'us-east-1')
  vi.stubEnv('AWS_ACCESS_KEY_ID', 'icecore')
  vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'icecore-local')
  for (const [name, value] of Object.entries(environment)) vi.stubEnv(name, value)
  const { sqs, s3, documents } = makeClients()
  try {
    const message = { QueueUrl: `${endpoint}/000000000000/thaw`, MessageBody: '{}' }
    // that SQS answers with nothing at all is of no interest here
    await sqs.send(new SendMessageCommand(message)).catch((error: unknown) => String(error))
  } finally {
    for (const client of [sqs, s3, documents]) client.destroy()
    await new Promise((resolve) => {
      server.close(resolve)
    })
  }
  return seen
}

// SQS keeps it with the message, and Lambda takes it from there for whoever works on it:
// https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-x-ray-tracing.html
test('a function hands its trace on with each message', async () => {
  expect(await tracedAs({ AWS_LAMBDA_FUNCTION_NAME: 'archive-api', _X_AMZN_TRACE_ID: TRACE })).toEqual([
    TRACE,
  ])
})

test('where nothing is traced nothing is handed on', async () => {
  expect(await tracedAs({})).toEqual([undefined])
})
