import { arrayElements, objectMembers } from './json-slice.ts'
import type { Rejection } from './rejection.ts'
import { describe } from './rejection.ts'

/** A record's text as the message held it, to the byte, and the dataset that it is for. */
export type MessageRecord = { readonly dataset: string; readonly text: string }

/** A part of a message that is no envelope, kept whole. */
export type MessageRejection = Rejection & { readonly text: string }

export type MessageContent = {
  readonly records: readonly MessageRecord[]
  readonly rejections: readonly MessageRejection[]
}

/** The lines of a text, without their LF or CRLF and without empty ones. */
const linesOf = (text: string): string[] =>
  text
    .split('\n')
    .map((line) => (line.endsWith('\r') ? line.slice(0, -1) : line))
    .filter((line) => line !== '')

const parseJson = (text: string): { value: unknown } | undefined => {
  try {
    return { value: JSON.parse(text) }
  } catch {
    // not JSON: the caller says what that means
    return undefined
  }
}

const reject = (text: string, detail: string): MessageContent => ({
  records: [],
  rejections: [{ reason: 'malformed-envelope', detail, text }],
})

/**
 * One envelope: `{"dataset": name, "records": […]}` or `{"dataset": name, "record": …}`. Where keys repeat, or both stand
 * there, or others, it is rejected: a record must never be passed over.
 */
const readEnvelope = (text: string, value: unknown): MessageContent => {
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    return reject(text, `envelope: expected a JSON object, got ${describe(value)}`)
  const members = [...objectMembers(text)]
  const keys = members.map(({ key }) => key)
  const content = members.find(({ key }) => key === 'records' || key === 'record')
  const named = members.find(({ key }) => key === 'dataset')
  if (members.length !== 2 || content === undefined || named === undefined)
    return reject(
      text,
      `envelope: expected the members dataset and records, or dataset and record, got ${describe(keys.join(', '))}`,
    )
  const dataset: unknown = JSON.parse(text.slice(named.start, named.end))
  if (typeof dataset !== 'string' || dataset === '')
    return reject(text, `dataset: expected the name of a dataset, got ${describe(dataset)}`)
  if (content.key === 'record')
    return { records: [{ dataset, text: text.slice(content.start, content.end) }], rejections: [] }
  if (text[content.start] !== '[') return reject(text, 'records: expected an array')
  const records = Array.from(arrayElements(text, content.start), ({ start, end }) => ({
    dataset,
    text: text.slice(start, end),
  }))
  return { records, rejections: [] }
}

/**
 * The records in the body of one message, each with the exact text that it has there.
 *
 * With a `dataset` (a message attribute) the body is lines of records of that dataset (NDJSON; one record is one line). Else
 * it is one envelope, or lines of envelopes. What is no envelope comes back as a rejection and leaves its neighbours alone.
 */
export const readMessage = (text: string, dataset?: string): MessageContent => {
  if (dataset !== undefined) {
    // one document over several lines is one record; lines that are documents each are not one document
    const whole = text.includes('\n') ? parseJson(text) : undefined
    const texts = whole === undefined ? linesOf(text) : [text.trim()]
    return { records: texts.map((line) => ({ dataset, text: line })), rejections: [] }
  }
  const whole = parseJson(text)
  if (whole !== undefined) return readEnvelope(text, whole.value)
  const parts = linesOf(text).map((line) => {
    const parsed = parseJson(line)
    return parsed === undefined
      ? reject(line, 'envelope: expected a JSON document')
      : readEnvelope(line, parsed.value)
  })
  if (parts.length === 0) return reject(text, 'envelope: expected a JSON document, got nothing')
  return {
    records: parts.flatMap(({ records }) => records),
    rejections: parts.flatMap(({ rejections }) => rejections),
  }
}
