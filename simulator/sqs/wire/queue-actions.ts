import * as z from 'zod'
import type { MoveTask } from '../move-task.ts'
import { SqsError } from '../sqs-error.ts'
import { type Action, makeAction } from './action.ts'
import { integer } from './message-shapes.ts'
import { arnOfUrl } from './queue-url.ts'

const QueueUrl = z.string()
const textMap = z.record(z.string(), z.string())

const createQueue = makeAction(
  z.strictObject({
    QueueName: z.string(),
    Attributes: z.exactOptional(textMap),
    tags: z.exactOptional(textMap),
  }),
  ({ QueueName, Attributes = {}, tags = {} }, { sqs, urlOf }) => {
    sqs.createQueue(QueueName, Attributes, new Map(Object.entries(tags)))
    return { QueueUrl: urlOf(QueueName) }
  },
)

const getQueueUrl = makeAction(
  z.strictObject({ QueueName: z.string(), QueueOwnerAWSAccountId: z.exactOptional(z.string()) }),
  ({ QueueName }, { sqs, urlOf }) => {
    sqs.queueArn(QueueName)
    return { QueueUrl: urlOf(QueueName) }
  },
)

/** A page, and the token of the next: the last name that was given. */
const pageOf = (names: readonly string[], max: number | undefined, token: string | undefined) => {
  const rest = token === undefined ? names : names.filter((name) => name > token)
  const page = rest.slice(0, max)
  const last = page.at(-1)
  // "You must set MaxResults to receive a value for NextToken" (API_ListQueues); 1,000 at most without it.
  return { page, next: max !== undefined && rest.length > page.length ? last : undefined }
}

const pageFields = { MaxResults: z.exactOptional(integer), NextToken: z.exactOptional(z.string()) }

const listQueues = makeAction(
  z.strictObject({ QueueNamePrefix: z.exactOptional(z.string()), ...pageFields }),
  ({ QueueNamePrefix, MaxResults, NextToken }, { sqs, urlOf }) => {
    const { page, next } = pageOf(sqs.listQueues(QueueNamePrefix).slice(0), MaxResults, NextToken)
    const urls = page.slice(0, 1000).map(urlOf)
    return {
      ...(urls.length === 0 ? {} : { QueueUrls: urls }),
      ...(next === undefined ? {} : { NextToken: next }),
    }
  },
)

const listDeadLetterSourceQueues = makeAction(
  z.strictObject({ QueueUrl, ...pageFields }),
  ({ QueueUrl, MaxResults, NextToken }, { sqs, urlOf }) => {
    const { page, next } = pageOf(sqs.deadLetterSources(arnOfUrl(QueueUrl)), MaxResults, NextToken)
    return { queueUrls: page.map(urlOf), ...(next === undefined ? {} : { NextToken: next }) }
  },
)

const deleteQueue = makeAction(z.strictObject({ QueueUrl }), ({ QueueUrl }, { sqs }) => {
  sqs.deleteQueue(arnOfUrl(QueueUrl))
  return {}
})

const purgeQueue = makeAction(z.strictObject({ QueueUrl }), ({ QueueUrl }, { sqs }) => {
  sqs.purgeQueue(arnOfUrl(QueueUrl))
  return {}
})

const getQueueAttributes = makeAction(
  z.strictObject({ QueueUrl, AttributeNames: z.array(z.string()).default([]) }),
  ({ QueueUrl, AttributeNames }, { sqs }) => {
    const all = sqs.queueAttributes(arnOfUrl(QueueUrl))
    const unknown = AttributeNames.find((name) => name !== 'All' && !attributeNames.has(name))
    if (unknown !== undefined) throw new SqsError('InvalidAttributeName', `Unknown Attribute ${unknown}.`)
    const wished = Object.entries(all).filter(
      ([name]) => AttributeNames.includes('All') || AttributeNames.includes(name),
    )
    return wished.length === 0 ? {} : { Attributes: Object.fromEntries(wished) }
  },
)

const attributeNames = new Set(
  `Policy VisibilityTimeout MaximumMessageSize MessageRetentionPeriod ApproximateNumberOfMessages
  ApproximateNumberOfMessagesNotVisible CreatedTimestamp LastModifiedTimestamp QueueArn
  ApproximateNumberOfMessagesDelayed DelaySeconds ReceiveMessageWaitTimeSeconds RedrivePolicy FifoQueue
  ContentBasedDeduplication KmsMasterKeyId KmsDataKeyReusePeriodSeconds DeduplicationScope FifoThroughputLimit
  RedriveAllowPolicy SqsManagedSseEnabled`.split(/\s+/),
)

const setQueueAttributes = makeAction(
  z.strictObject({ QueueUrl, Attributes: textMap }),
  ({ QueueUrl, Attributes }, { sqs }) => {
    sqs.setQueueAttributes(arnOfUrl(QueueUrl), Attributes)
    return {}
  },
)

const listQueueTags = makeAction(z.strictObject({ QueueUrl }), ({ QueueUrl }, { sqs }) => {
  const tags = sqs.queueTags(arnOfUrl(QueueUrl))
  return tags.size === 0 ? {} : { Tags: Object.fromEntries(tags) }
})

const tagQueue = makeAction(z.strictObject({ QueueUrl, Tags: textMap }), ({ QueueUrl, Tags }, { sqs }) => {
  const arn = arnOfUrl(QueueUrl)
  sqs.setQueueTags(arn, new Map([...sqs.queueTags(arn), ...Object.entries(Tags)]))
  return {}
})

const untagQueue = makeAction(
  z.strictObject({ QueueUrl, TagKeys: z.array(z.string()) }),
  ({ QueueUrl, TagKeys }, { sqs }) => {
    const arn = arnOfUrl(QueueUrl)
    sqs.setQueueTags(arn, new Map([...sqs.queueTags(arn)].filter(([key]) => !TagKeys.includes(key))))
    return {}
  },
)

const startMessageMoveTask = makeAction(
  z.strictObject({
    SourceArn: z.string(),
    DestinationArn: z.exactOptional(z.string()),
    // Everything moves at once here, at whatever speed was wished.
    MaxNumberOfMessagesPerSecond: z.exactOptional(integer),
  }),
  ({ SourceArn, DestinationArn }, { sqs }) => ({ TaskHandle: sqs.startMoveTask(SourceArn, DestinationArn) }),
)

const taskOut = (task: MoveTask) => ({
  Status: task.status,
  SourceArn: task.sourceArn,
  ...(task.destinationArn === undefined ? {} : { DestinationArn: task.destinationArn }),
  ApproximateNumberOfMessagesMoved: task.moved,
  ApproximateNumberOfMessagesToMove: task.toMove,
  ...(task.failureReason === undefined ? {} : { FailureReason: task.failureReason }),
  StartedTimestamp: task.startedAt,
})

const listMessageMoveTasks = makeAction(
  z.strictObject({ SourceArn: z.string(), MaxResults: integer.default(1) }),
  ({ SourceArn, MaxResults }, { sqs }) => ({
    Results: sqs.listMoveTasks(SourceArn).slice(0, MaxResults).map(taskOut),
  }),
)

const cancelMessageMoveTask = makeAction(z.strictObject({ TaskHandle: z.string() }), () => {
  throw new SqsError('ResourceNotFoundException', 'There is no running task with this handle.')
})

export const queueActions: Readonly<Record<string, Action>> = {
  CreateQueue: createQueue,
  GetQueueUrl: getQueueUrl,
  ListQueues: listQueues,
  ListDeadLetterSourceQueues: listDeadLetterSourceQueues,
  DeleteQueue: deleteQueue,
  PurgeQueue: purgeQueue,
  GetQueueAttributes: getQueueAttributes,
  SetQueueAttributes: setQueueAttributes,
  ListQueueTags: listQueueTags,
  TagQueue: tagQueue,
  UntagQueue: untagQueue,
  StartMessageMoveTask: startMessageMoveTask,
  ListMessageMoveTasks: listMessageMoveTasks,
  CancelMessageMoveTask: cancelMessageMoveTask,
}
