import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { loadDeployment } from '../../../simulator/host/deployment/load-deployment.ts'
import { tinyService } from '../../support/tiny-host.ts'

const root = join(import.meta.dirname, '../../..')
const scratch = mkdtempSync(join(tmpdir(), 'icecore-deployment-'))
afterAll(() => rmSync(scratch, { recursive: true }))

const loading = (yaml: string) => {
  writeFileSync(join(scratch, 'serverless.yml'), yaml)
  return () => loadDeployment(scratch)
}
const service = 'service: s\nprovider: { name: aws }\n'
const withResource = (resource: string) => `${service}resources: [{ Resources: { Thing: ${resource} } }]\n`

describe('the tiny service', () => {
  const deployment = loadDeployment(tinyService, { stage: 'test', endpoint: 'http://127.0.0.1:4566' })

  it('has its functions, with variables and references resolved', () => {
    expect(deployment.functions.map(({ name }) => name)).toEqual(['obey', 'line-up', 'tick', 'answer'])
    expect(deployment.functions[0]).toEqual({
      name: 'obey',
      lambdaName: 'tiny-test-obey',
      arn: 'arn:aws:lambda:us-east-1:000000000000:function:tiny-test-obey',
      handler: 'functions/obey/handler.handler',
      memoryMb: 256,
      timeoutSeconds: 1,
      reservedConcurrency: undefined,
      environment: {
        STAGE: 'test',
        NEXT_QUEUE_URL: 'http://127.0.0.1:4566/000000000000/line-up.fifo',
      },
      queues: [
        {
          queueArn: 'arn:aws:sqs:us-east-1:000000000000:tiny-us-east-1-obey',
          batchSize: 20,
          windowSeconds: 10,
          maximumConcurrency: 2,
          reportBatchItemFailures: true,
        },
      ],
      schedules: [],
      routes: [],
    })
  })

  it('has its queues, their policies as SQS takes them', () => {
    const [source, dead] = deployment.queues
    expect(source?.attributes).toEqual({
      VisibilityTimeout: '60',
      RedrivePolicy: JSON.stringify({ deadLetterTargetArn: dead?.arn, maxReceiveCount: 2 }),
    })
    expect(dead?.attributes.RedriveAllowPolicy).toContain(`["${source?.arn}"]`)
  })

  it('has its outputs', () => {
    expect(deployment.outputs.get('ObeyQueueUrl')).toBe(
      'http://127.0.0.1:4566/000000000000/tiny-us-east-1-obey',
    )
  })
})

describe('this repository’s own deployment', () => {
  const deployment = loadDeployment(root)

  it('is understood whole', () => {
    expect(deployment.functions.length).toBeGreaterThanOrEqual(9)
    expect(deployment.buckets).toHaveLength(4)
    expect(deployment.tables).toHaveLength(1)
    const routes = deployment.functions.flatMap(({ routes }) => routes)
    expect(routes.length).toBeGreaterThanOrEqual(9)
    expect(routes.filter(({ authorizer }) => authorizer !== 'aws_iam')).toEqual([])
  })

  it('has a lifecycle rule for every class that a tag can ask for', () => {
    const archive = deployment.buckets.find(({ name }) => name.includes('archive'))
    const moves = archive?.lifecycle.flatMap(({ TagFilters, Transitions }) =>
      (Transitions ?? []).map(({ StorageClass }) => [TagFilters?.[0]?.Value, StorageClass]),
    )
    expect(moves).toEqual(['GLACIER_IR', 'GLACIER', 'DEEP_ARCHIVE'].map((name) => [name, name]))
  })

  it('names everything after its stage', () => {
    const staging = loadDeployment(root, { stage: 'staging' })
    const names = ({ buckets, queues, tables }: typeof staging) =>
      [...buckets, ...queues, ...tables].map(({ name }) => name)
    expect(new Set([...names(deployment), ...names(staging)]).size).toBe(names(deployment).length * 2)
  })
})

describe('what cannot be resolved', () => {
  it.each([
    ['a variable of another kind', `${service}custom: \${ssm:/a/b}\n`, 'ssm:/a/b} is not a variable'],
    ['a variable without a value', `${service}custom: \${self:nothing.here}\n`, 'self:nothing.here} has no'],
    ['text that is neither true nor false', `${service}custom: \${strToBool(maybe)}\n`, 'got maybe'],
    ['a variable that goes in circles', `${service}custom: \${self:custom}\n`, 'refers to itself'],
    ['a file that is not there', `${service}custom: \${file(no.yml)}\n`, 'no.yml'],
    ['a tag of another kind', `${service}custom: !Select [0, [a]]\n`, '!Select'],
    [
      'a resource type that nobody models',
      withResource('{ Type: AWS::EFS::FileSystem }'),
      'AWS::EFS::FileSystem',
    ],
    [
      'a setting of a bucket that nobody models',
      withResource('{ Type: AWS::S3::Bucket, Properties: { ReplicationConfiguration: {} } }'),
      'ReplicationConfiguration',
    ],
    [
      'a reference to nothing',
      withResource('{ Type: AWS::SQS::Queue, Properties: { RedrivePolicy: { a: !Ref Nobody } } }'),
      'Thing.RedrivePolicy.a: nothing is known of a resource Nobody',
    ],
    [
      'a function of CloudFormation that nobody models',
      withResource('{ Type: AWS::SQS::Queue, Properties: { DelaySeconds: { "Fn::If": [a, b, c] } } }'),
      'Fn::If',
    ],
    [
      'an event of another kind',
      `${service}functions: { f: { handler: a.b, events: [{ s3: x }] } }\n`,
      'functions.f',
    ],
    [
      'a filter on a queue',
      `${service}functions: { f: { handler: a.b, events: [{ sqs: { arn: x, filterPatterns: [] } }] } }\n`,
      'functions.f',
    ],
  ])('is an error: %s', (_what, yaml, message) => {
    expect(loading(yaml)).toThrow(message)
  })
})
