import { SqsError } from './sqs-error.ts'

/** A queue's attributes as SQS names and spells them. */
export type QueueAttributes = Readonly<Record<string, string>>

type Range = { readonly min: number; readonly max: number; readonly initial: number }

const day = 86_400
export const maxMessageBytes = 1_048_576

/** Ranges in seconds and bytes: https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_SetQueueAttributes.html */
const ranges: Readonly<Record<string, Range>> = {
  DelaySeconds: { min: 0, max: 900, initial: 0 },
  MaximumMessageSize: { min: 1024, max: maxMessageBytes, initial: maxMessageBytes },
  MessageRetentionPeriod: { min: 60, max: 14 * day, initial: 4 * day },
  ReceiveMessageWaitTimeSeconds: { min: 0, max: 20, initial: 0 },
  VisibilityTimeout: { min: 0, max: 12 * 3600, initial: 30 },
  KmsDataKeyReusePeriodSeconds: { min: 60, max: day, initial: 300 },
}

const choices: Readonly<Record<string, readonly string[]>> = {
  FifoQueue: ['true', 'false'],
  ContentBasedDeduplication: ['true', 'false'],
  DeduplicationScope: ['queue', 'messageGroup'],
  FifoThroughputLimit: ['perQueue', 'perMessageGroupId'],
  SqsManagedSseEnabled: ['true', 'false'],
}

const fifoOnly = new Set(['ContentBasedDeduplication', 'DeduplicationScope', 'FifoThroughputLimit'])
/** Kept and given back; who may do what is not modelled. */
const kept = new Set(['Policy', 'KmsMasterKeyId'])

const fifoInitial: QueueAttributes = {
  FifoQueue: 'true',
  ContentBasedDeduplication: 'false',
  DeduplicationScope: 'queue',
  FifoThroughputLimit: 'perQueue',
}

export const initialAttributes = (fifo: boolean): QueueAttributes => ({
  ...Object.fromEntries(
    Object.entries(ranges)
      .filter(([name]) => name !== 'KmsDataKeyReusePeriodSeconds')
      .map(([name, { initial }]) => [name, String(initial)]),
  ),
  SqsManagedSseEnabled: 'true',
  ...(fifo ? fifoInitial : {}),
})

const invalidValue = (name: string) =>
  new SqsError('InvalidAttributeValue', `Invalid value for the parameter ${name}.`)

/** Throws for a name that SQS does not know, or a value that it does not take. */
export const checkAttributes = (attributes: QueueAttributes, fifo: boolean) => {
  for (const [name, value] of Object.entries(attributes)) {
    if (fifoOnly.has(name) && !fifo) {
      throw new SqsError('InvalidAttributeName', `Unknown Attribute ${name}.`)
    }
    const range = ranges[name]
    if (range !== undefined) checkNumber(name, value, range)
    else if (choices[name] !== undefined) {
      if (!choices[name].includes(value)) throw invalidValue(name)
    } else if (name === 'RedrivePolicy') parseRedrivePolicy(value)
    else if (name === 'RedriveAllowPolicy') parseRedriveAllowPolicy(value)
    else if (!kept.has(name)) throw new SqsError('InvalidAttributeName', `Unknown Attribute ${name}.`)
  }
}

const checkNumber = (name: string, value: string, { min, max }: Range) => {
  const number = Number(value)
  if (!/^\d+$/.test(value) || number < min || number > max) throw invalidValue(name)
}

/** A numeric attribute of a queue whose attributes went through `checkAttributes`. */
export const numberOf = (attributes: QueueAttributes, name: string) => Number(attributes[name])

export type RedrivePolicy = { readonly deadLetterTargetArn: string; readonly maxReceiveCount: number }

/** https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-dead-letter-queues.html */
export const parseRedrivePolicy = (text: string | undefined): RedrivePolicy | undefined => {
  if (text === undefined || text === '') return undefined
  const { deadLetterTargetArn, maxReceiveCount } = parsePolicy('RedrivePolicy', text)
  const count = Number(maxReceiveCount)
  if (typeof deadLetterTargetArn !== 'string' || !Number.isInteger(count) || count < 1 || count > 1000) {
    throw new SqsError(
      'InvalidParameterValue',
      `Value ${text} for parameter RedrivePolicy is invalid. Reason: deadLetterTargetArn and a maxReceiveCount from 1 to 1000 are needed.`,
    )
  }
  return { deadLetterTargetArn, maxReceiveCount: count }
}

/** Whether a queue takes `sourceArn`'s dead letters: allowAll (unless said), denyAll, or byQueue with up to ten ARNs. */
export const allowsRedriveFrom = (attributes: QueueAttributes, sourceArn: string) => {
  const { permission, sources } = parseRedriveAllowPolicy(attributes.RedriveAllowPolicy)
  return permission === 'allowAll' || (permission === 'byQueue' && sources.includes(sourceArn))
}

const parseRedriveAllowPolicy = (text: string | undefined) => {
  if (text === undefined || text === '') return { permission: 'allowAll', sources: [] }
  const { redrivePermission, sourceQueueArns = [] } = parsePolicy('RedriveAllowPolicy', text)
  const known = ['allowAll', 'denyAll', 'byQueue'].includes(String(redrivePermission))
  if (!known || !Array.isArray(sourceQueueArns) || sourceQueueArns.length > 10) {
    throw new SqsError(
      'InvalidParameterValue',
      `Value ${text} for parameter RedriveAllowPolicy is invalid. Reason: redrivePermission must be allowAll, denyAll, or byQueue with at most 10 sourceQueueArns.`,
    )
  }
  return { permission: String(redrivePermission), sources: sourceQueueArns.map(String) }
}

const parsePolicy = (name: string, text: string): Record<string, unknown> => {
  try {
    const value: unknown = JSON.parse(text)
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) return { ...value }
  } catch (cause) {
    throw new SqsError(
      'InvalidParameterValue',
      `Value ${text} for parameter ${name} is invalid. Reason: it is not JSON (${cause}).`,
    )
  }
  throw new SqsError(
    'InvalidParameterValue',
    `Value ${text} for parameter ${name} is invalid. Reason: not an object.`,
  )
}
