import type { SQSRecord } from 'aws-lambda'
import type { RecordMessage } from '../../shared/use-cases/age-records.ts'

/** A message of the records queue, as the use case wants it. */
export const readRecord = (record: SQSRecord): RecordMessage => ({
  messageId: record.messageId,
  text: record.body,
  dataset: record.messageAttributes.dataset?.stringValue,
  sentAt: Number(record.attributes.SentTimestamp),
})
