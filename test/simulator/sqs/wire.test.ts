import {
  ChangeMessageVisibilityCommand,
  CreateQueueCommand,
  DeleteMessageBatchCommand,
  DeleteMessageCommand,
  GetQueueAttributesCommand,
  GetQueueUrlCommand,
  ListQueuesCommand,
  ListQueueTagsCommand,
  ReceiveMessageCommand,
  SendMessageBatchCommand,
  SendMessageCommand,
  TagQueueCommand,
} from '@aws-sdk/client-sqs'
import { describe, expect, test } from 'vitest'
import { aCloud } from '../wire/cloud-fixture.ts'

const aQueue = async (attributes: Record<string, string> = {}, name = 'orders') => {
  const { cloud, sqs } = await aCloud()
  const { QueueUrl } = await sqs.send(new CreateQueueCommand({ QueueName: name, Attributes: attributes }))
  return { cloud, sqs, QueueUrl }
}

describe('the AWS SDK', () => {
  test('sends, receives and deletes, and agrees on every MD5', async () => {
    const { sqs, QueueUrl } = await aQueue()
    const sent = await sqs.send(
      new SendMessageCommand({
        QueueUrl,
        MessageBody: 'héllo ❄',
        MessageAttributes: {
          kind: { DataType: 'String', StringValue: 'order' },
          raw: { DataType: 'Binary.gzip', BinaryValue: Uint8Array.of(0, 255) },
        },
        MessageSystemAttributes: { AWSTraceHeader: { DataType: 'String', StringValue: 'Root=1' } },
      }),
    )
    const { Messages = [] } = await sqs.send(
      new ReceiveMessageCommand({
        QueueUrl,
        MessageAttributeNames: ['All'],
        MessageSystemAttributeNames: ['All'],
      }),
    )
    expect(Messages).toEqual([
      {
        MessageId: sent.MessageId,
        Body: 'héllo ❄',
        MD5OfBody: sent.MD5OfMessageBody,
        MD5OfMessageAttributes: sent.MD5OfMessageAttributes,
        ReceiptHandle: expect.any(String),
        Attributes: expect.objectContaining({ AWSTraceHeader: 'Root=1', ApproximateReceiveCount: '1' }),
        MessageAttributes: {
          kind: { DataType: 'String', StringValue: 'order' },
          raw: { DataType: 'Binary.gzip', BinaryValue: Uint8Array.of(0, 255) },
        },
      },
    ])
    await sqs.send(new DeleteMessageCommand({ QueueUrl, ReceiptHandle: Messages[0]?.ReceiptHandle }))
    const left = await sqs.send(new GetQueueAttributesCommand({ QueueUrl, AttributeNames: ['All'] }))
    expect(left.Attributes).toMatchObject({
      ApproximateNumberOfMessages: '0',
      ApproximateNumberOfMessagesNotVisible: '0',
      QueueArn: 'arn:aws:sqs:us-east-1:000000000000:orders',
    })
  })

  test('sends and deletes batches, each entry with its own outcome', async () => {
    const { sqs, QueueUrl } = await aQueue()
    const sent = await sqs.send(
      new SendMessageBatchCommand({
        QueueUrl,
        Entries: [
          { Id: 'good', MessageBody: 'one' },
          { Id: 'bad', MessageBody: '\u0000' },
        ],
      }),
    )
    expect(sent.Successful).toMatchObject([{ Id: 'good' }])
    expect(sent.Failed).toMatchObject([{ Id: 'bad', Code: 'InvalidMessageContents', SenderFault: true }])
    const { Messages = [] } = await sqs.send(new ReceiveMessageCommand({ QueueUrl, MaxNumberOfMessages: 10 }))
    const deleted = await sqs.send(
      new DeleteMessageBatchCommand({
        QueueUrl,
        Entries: [
          { Id: 'a', ReceiptHandle: Messages[0]?.ReceiptHandle },
          { Id: 'b', ReceiptHandle: 'bm9uc2Vuc2U=' },
        ],
      }),
    )
    expect(deleted.Successful).toEqual([{ Id: 'a' }])
    expect(deleted.Failed).toMatchObject([{ Id: 'b', Code: 'ReceiptHandleIsInvalid' }])
  })

  test('is woken from a long poll by a message, and by the clock', async () => {
    const { cloud, sqs, QueueUrl } = await aQueue()
    const poll = () => sqs.send(new ReceiveMessageCommand({ QueueUrl, WaitTimeSeconds: 20 }))
    const first = poll()
    await new Promise((resolve) => setTimeout(resolve, 50))
    await sqs.send(new SendMessageCommand({ QueueUrl, MessageBody: 'sent' }))
    const { Messages = [] } = await first
    expect(Messages).toMatchObject([{ Body: 'sent' }])
    const second = poll()
    await new Promise((resolve) => setTimeout(resolve, 50))
    await cloud.advance(cloud.clock.now() + 30_000)
    expect((await second).Messages).toMatchObject([{ Body: 'sent' }])
  })

  test('ends an empty long poll after its wait', async () => {
    const { sqs, QueueUrl } = await aQueue({ ReceiveMessageWaitTimeSeconds: '1' })
    const started = performance.now()
    const { Messages } = await sqs.send(new ReceiveMessageCommand({ QueueUrl }))
    expect(Messages).toBeUndefined()
    expect(performance.now() - started).toBeGreaterThan(900)
  })

  test.each([
    {
      what: 'an unknown queue',
      command: () => new GetQueueUrlCommand({ QueueName: 'none' }),
      name: 'QueueDoesNotExist',
      queryCode: 'AWS.SimpleQueueService.NonExistentQueue',
    },
    {
      what: 'a bad receipt handle',
      command: (QueueUrl?: string) => new DeleteMessageCommand({ QueueUrl, ReceiptHandle: 'x' }),
      name: 'ReceiptHandleIsInvalid',
      queryCode: 'ReceiptHandleIsInvalid',
    },
    {
      what: 'a visibility above 12 hours',
      command: (QueueUrl?: string) =>
        new ChangeMessageVisibilityCommand({ QueueUrl, ReceiptHandle: 'x', VisibilityTimeout: 43_201 }),
      name: 'InvalidParameterValue',
      queryCode: 'InvalidParameterValue',
    },
    {
      what: 'too long a batch',
      command: (QueueUrl?: string) =>
        new SendMessageBatchCommand({
          QueueUrl,
          Entries: ['a', 'b'].map((Id) => ({ Id, MessageBody: 'x'.repeat(600_000) })),
        }),
      name: 'BatchRequestTooLong',
      queryCode: 'AWS.SimpleQueueService.BatchRequestTooLong',
    },
    {
      what: 'two entries of one id',
      command: (QueueUrl?: string) =>
        new SendMessageBatchCommand({
          QueueUrl,
          Entries: ['a', 'a'].map((Id) => ({ Id, MessageBody: 'x' })),
        }),
      name: 'BatchEntryIdsNotDistinct',
      queryCode: 'AWS.SimpleQueueService.BatchEntryIdsNotDistinct',
    },
    {
      what: 'a parameter that is not simulated',
      command: (QueueUrl?: string) => new ReceiveMessageCommand({ QueueUrl, ReceiveRequestAttemptId: 'x' }),
      name: 'UnsupportedOperation',
      queryCode: 'AWS.SimpleQueueService.UnsupportedOperation',
    },
  ])('gets $name for $what', async ({ command, name, queryCode }) => {
    const { sqs, QueueUrl } = await aQueue()
    // Each row is another command type; the client's overloads do not take their union.
    const send: (command: never) => Promise<unknown> = (wanted) => sqs.send(wanted)
    const outcome: Promise<unknown> = send(command(QueueUrl) as never)
    await expect(outcome).rejects.toSatisfy((error: { name: string; Code?: string }) =>
      [name, queryCode].includes(error.name),
    )
  })

  test('lists queues and keeps tags', async () => {
    const { sqs, QueueUrl } = await aQueue()
    await sqs.send(new CreateQueueCommand({ QueueName: 'other' }))
    await sqs.send(new TagQueueCommand({ QueueUrl, Tags: { team: 'ice' } }))
    expect((await sqs.send(new ListQueuesCommand({ QueueNamePrefix: 'ord' }))).QueueUrls).toEqual([QueueUrl])
    expect((await sqs.send(new ListQueueTagsCommand({ QueueUrl }))).Tags).toEqual({ team: 'ice' })
    const page = await sqs.send(new ListQueuesCommand({ MaxResults: 1 }))
    const rest = await sqs.send(new ListQueuesCommand({ MaxResults: 1, NextToken: page.NextToken }))
    expect([page.QueueUrls, rest.QueueUrls, rest.NextToken]).toEqual([
      [QueueUrl],
      [expect.stringMatching(/other$/)],
      undefined,
    ])
  })
})
