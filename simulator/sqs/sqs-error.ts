/**
 * An answer of SQS that is not a success. `code` is the one of the JSON protocol; the older Query protocol
 * calls some of them by another name (the `queryCode` below), which SDKs still read from `x-amzn-query-error`.
 * https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/CommonErrors.html
 */
export class SqsError extends Error {
  readonly code: SqsErrorCode
  readonly queryCode: string
  readonly status: number
  constructor(code: SqsErrorCode, message: string = defaultMessages[code] ?? code) {
    super(message)
    this.name = code
    this.code = code
    this.queryCode = queryCodes[code] ?? code
    this.status = statuses[code] ?? 400
  }
}

export type SqsErrorCode =
  | 'BatchEntryIdsNotDistinct'
  | 'BatchRequestTooLong'
  | 'EmptyBatchRequest'
  | 'InvalidAction'
  | 'InvalidAddress'
  | 'InvalidAttributeName'
  | 'InvalidAttributeValue'
  | 'InvalidBatchEntryId'
  | 'InvalidMessageContents'
  | 'InvalidParameterValue'
  | 'MessageNotInflight'
  | 'MissingParameter'
  | 'OverLimit'
  | 'PurgeQueueInProgress'
  | 'QueueDeletedRecently'
  | 'QueueDoesNotExist'
  | 'QueueNameExists'
  | 'ReceiptHandleIsInvalid'
  | 'ResourceNotFoundException'
  | 'SerializationException'
  | 'TooManyEntriesInBatchRequest'
  | 'UnsupportedOperation'

const queryCodes: Partial<Record<SqsErrorCode, string>> = {
  BatchEntryIdsNotDistinct: 'AWS.SimpleQueueService.BatchEntryIdsNotDistinct',
  BatchRequestTooLong: 'AWS.SimpleQueueService.BatchRequestTooLong',
  EmptyBatchRequest: 'AWS.SimpleQueueService.EmptyBatchRequest',
  InvalidBatchEntryId: 'AWS.SimpleQueueService.InvalidBatchEntryId',
  MessageNotInflight: 'AWS.SimpleQueueService.MessageNotInflight',
  PurgeQueueInProgress: 'AWS.SimpleQueueService.PurgeQueueInProgress',
  QueueDeletedRecently: 'AWS.SimpleQueueService.QueueDeletedRecently',
  QueueDoesNotExist: 'AWS.SimpleQueueService.NonExistentQueue',
  QueueNameExists: 'QueueAlreadyExists',
  TooManyEntriesInBatchRequest: 'AWS.SimpleQueueService.TooManyEntriesInBatchRequest',
  UnsupportedOperation: 'AWS.SimpleQueueService.UnsupportedOperation',
}

const statuses: Partial<Record<SqsErrorCode, number>> = { OverLimit: 403, ResourceNotFoundException: 404 }

const defaultMessages: Partial<Record<SqsErrorCode, string>> = {
  BatchEntryIdsNotDistinct: 'Two or more batch entries in the request have the same Id.',
  EmptyBatchRequest: "The batch request doesn't contain any entries.",
  InvalidBatchEntryId:
    'A batch entry id can only contain alphanumeric characters, hyphens and underscores. It can be at most 80 letters long.',
  QueueDeletedRecently:
    'You must wait 60 seconds after deleting a queue before you can create another with the same name.',
  QueueDoesNotExist: 'The specified queue does not exist.',
  TooManyEntriesInBatchRequest: 'Maximum number of entries per request are 10.',
}
