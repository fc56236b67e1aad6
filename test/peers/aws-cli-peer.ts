import { deepEqual, equal, match } from 'node:assert/strict'
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import * as z from 'zod'
import { type PeerCheck, runProgram } from './peer.ts'

const restoredSchema = z.object({ Restore: z.exactOptional(z.string()), StorageClass: z.string() })
const queueSchema = z.object({ QueueUrl: z.string() })
const receivedSchema = z.object({
  Messages: z.array(z.object({ Body: z.string(), ReceiptHandle: z.string() })),
})
const tagsSchema = z.object({ TagSet: z.array(z.object({ Key: z.string(), Value: z.string() })) })

export type CliPeer = {
  /** The program, such as `/usr/bin/aws`. */
  readonly program: string
  /** Names of buckets and queues are its own. */
  readonly name: string
  readonly env: Readonly<Record<string, string>>
  readonly endpoint: string
  /** Where it may keep files. */
  readonly folder: string
  leap(ms: number): Promise<void>
}

/** What an AWS CLI sees of the simulator: the older ones speak SQS's Query protocol. */
export const awsCliChecks = (peer: CliPeer): PeerCheck[] => {
  const { name, folder } = peer
  const run = (...args: string[]) =>
    runProgram(peer.program, ['--endpoint-url', peer.endpoint, '--output', 'json', ...args], peer.env)
  const aws = async (...args: string[]) => {
    const { code, stdout, stderr } = await run(...args)
    equal(code, 0, `aws ${args.join(' ')}: ${stderr}`)
    return stdout
  }
  const json = async <Schema extends z.ZodType>(
    schema: Schema,
    ...args: string[]
  ): Promise<z.infer<Schema>> => schema.parse(JSON.parse(await aws(...args)))
  const refused = async (code: string, ...args: string[]) => {
    const outcome = await run(...args)
    match(outcome.stderr, new RegExp(`\\(${code}\\)`))
  }

  const bucket = `peer-${name}`
  const object = (key: string) => ['--bucket', bucket, '--key', key]
  const local = (file: string) => join(folder, `${name}-${file}`)
  const text = 'layer on layer\n'.repeat(1000)
  const restore = (key: string, tier: string) => [
    's3api',
    'restore-object',
    ...object(key),
    '--restore-request',
    `Days=1,GlacierJobParameters={Tier=${tier}}`,
  ]

  return [
    {
      name: 's3 mb, cp, ls',
      run: async () => {
        await writeFile(local('text'), text)
        await aws('s3', 'mb', `s3://${bucket}`)
        await aws('s3', 'cp', local('text'), `s3://${bucket}/a b/text`)
        match(await aws('s3', 'ls', `s3://${bucket}`, '--recursive'), /15000 a b\/text/)
        await aws('s3', 'cp', `s3://${bucket}/a b/text`, local('back'))
        equal(await readFile(local('back'), 'utf8'), text)
      },
    },
    {
      name: 's3 cp of a large file, in parts',
      run: async () => {
        const large = Buffer.alloc(20 * 1024 * 1024, 'ice core')
        await writeFile(local('large'), large)
        await aws('s3', 'cp', local('large'), `s3://${bucket}/large`)
        await aws('s3', 'cp', `s3://${bucket}/large`, local('large-back'))
        equal(large.equals(await readFile(local('large-back'))), true)
      },
    },
    {
      name: 's3api get-object by range, head-object, copy-object',
      run: async () => {
        await aws('s3api', 'get-object', ...object('a b/text'), '--range', 'bytes=0-4', local('range'))
        equal(await readFile(local('range'), 'utf8'), 'layer')
        match(await aws('s3api', 'head-object', ...object('a b/text')), /"ContentLength": 15000/)
        await aws('s3api', 'copy-object', ...object('copy'), '--copy-source', `${bucket}/a b/text`)
        match(await aws('s3api', 'head-object', ...object('copy')), /"ContentLength": 15000/)
        await refused('404', 's3api', 'head-object', ...object('none'))
      },
    },
    {
      name: 's3api put-object-tagging, get-object-tagging',
      run: async () => {
        const tagging = 'TagSet=[{Key=class,Value=GLACIER}]'
        await aws('s3api', 'put-object-tagging', ...object('copy'), '--tagging', tagging)
        const { TagSet } = await json(tagsSchema, 's3api', 'get-object-tagging', ...object('copy'))
        deepEqual(TagSet, [{ Key: 'class', Value: 'GLACIER' }])
      },
    },
    {
      name: 's3api restore-object, through every state',
      run: async () => {
        const cold = ['--storage-class', 'GLACIER', '--body', local('text')]
        await aws('s3api', 'put-object', ...object('cold'), ...cold)
        await refused('InvalidObjectState', 's3api', 'get-object', ...object('cold'), local('cold'))
        await aws(...restore('cold', 'Standard'))
        await refused('RestoreAlreadyInProgress', ...restore('cold', 'Standard'))
        const ongoing = await json(restoredSchema, 's3api', 'head-object', ...object('cold'))
        deepEqual([ongoing.StorageClass, ongoing.Restore], ['GLACIER', 'ongoing-request="true"'])
        await peer.leap(6 * 3_600_000)
        await aws('s3api', 'get-object', ...object('cold'), local('cold'))
        equal(await readFile(local('cold'), 'utf8'), text)
        await refused('InvalidObjectState', ...restore('copy', 'Standard'))
      },
    },
    {
      name: 'sqs create-queue, send-message, receive-message, delete-message',
      run: async () => {
        const { QueueUrl } = await json(queueSchema, 'sqs', 'create-queue', '--queue-name', bucket)
        const queue = ['--queue-url', QueueUrl]
        await aws('sqs', 'send-message', ...queue, '--message-body', 'héllo <&>')
        const wishes = ['--attribute-names', 'All', '--wait-time-seconds', '1']
        const received = await json(receivedSchema, 'sqs', 'receive-message', ...queue, ...wishes)
        deepEqual(
          received.Messages.map(({ Body }) => Body),
          ['héllo <&>'],
        )
        const handle = received.Messages[0]?.ReceiptHandle ?? ''
        await aws('sqs', 'delete-message', ...queue, '--receipt-handle', handle)
        await peer.leap(60_000)
        equal((await aws('sqs', 'receive-message', ...queue)).trim(), '')
        await refused(
          'AWS.SimpleQueueService.NonExistentQueue',
          'sqs',
          'get-queue-url',
          '--queue-name',
          'peer-none',
        )
      },
    },
    {
      name: 'sqs send-message-batch, get-queue-attributes, tag-queue, list-queue-tags',
      run: async () => {
        const { QueueUrl } = await json(queueSchema, 'sqs', 'get-queue-url', '--queue-name', bucket)
        const queue = ['--queue-url', QueueUrl]
        await aws('sqs', 'tag-queue', ...queue, '--tags', 'team=ice')
        match(await aws('sqs', 'list-queue-tags', ...queue), /"team": "ice"/)
        const entries = JSON.stringify([
          { Id: 'a', MessageBody: 'one' },
          { Id: 'b', MessageBody: 'two', DelaySeconds: 60 },
        ])
        match(await aws('sqs', 'send-message-batch', ...queue, '--entries', entries), /"Successful"/)
        const attributes = await aws('sqs', 'get-queue-attributes', ...queue, '--attribute-names', 'All')
        match(attributes, /"ApproximateNumberOfMessages": "1"/)
        match(attributes, /"ApproximateNumberOfMessagesDelayed": "1"/)
      },
    },
    {
      name: 'dynamodb create-table, put-item, get-item',
      run: async () => {
        const attribute = ['--attribute-definitions', 'AttributeName=pk,AttributeType=S']
        const key = ['--key-schema', 'AttributeName=pk,KeyType=HASH', '--billing-mode', 'PAY_PER_REQUEST']
        const table = ['--table-name', bucket]
        await aws('dynamodb', 'create-table', ...table, ...attribute, ...key)
        await aws('dynamodb', 'put-item', ...table, '--item', '{"pk":{"S":"a"},"n":{"N":"1"}}')
        match(await aws('dynamodb', 'get-item', ...table, '--key', '{"pk":{"S":"a"}}'), /"N": "1"/)
      },
    },
  ]
}
