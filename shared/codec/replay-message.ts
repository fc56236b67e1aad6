import { hash } from 'node:crypto'
import type { ArchiveRecord } from '../domain/record.ts'
import type { NotSentReason } from '../domain/replay-progress.ts'

/** https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_SendMessage.html */
const REFUSED = /[^\t\n\r\u0020-\uD7FF\uE000-\uFFFD\u{10000}-\u{10FFFF}]/u

/** The same for records that are the same, whichever rehydration sends them; of characters that every queue takes. */
export const dedupKey = ({ id, time, body, header }: ArchiveRecord): string =>
  hash('sha256', JSON.stringify([id, time, body, header]), 'base64url')

/** Text as an attribute; in base64, and saying so, where SQS would not take it as it is. */
const textAttribute = (name: string, text: string | null): Record<string, string> => {
  // no attribute is empty
  if (text === null || text === '') return {}
  if (!REFUSED.test(text)) return { [name]: text }
  return { [name]: Buffer.from(text).toString('base64'), [`${name}Encoding`]: 'base64' }
}

/** Whose the record is, and what for. */
export type ReplayOrigin = { readonly dataset: string; readonly rehydrationId: string }

/** What goes with a record's text. */
export const replayAttributes = (
  record: ArchiveRecord,
  { dataset, rehydrationId }: ReplayOrigin,
): Record<string, string> => ({
  dataset,
  ...textAttribute('id', record.id),
  time: new Date(record.time).toISOString(),
  rehydrationId,
  dedupKey: dedupKey(record),
  ...textAttribute('header', record.header),
})

/** Why no queue can carry a text of so many bytes, with all that goes with it; undefined where one can. */
export const whyNotSent = (body: string, bytes: number, maxBytes: number): NotSentReason | undefined => {
  if (body === '') return 'empty'
  if (bytes > maxBytes) return 'too-long'
  return REFUSED.test(body) ? 'characters' : undefined
}
