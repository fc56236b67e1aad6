import type { Dataset } from '../domain/dataset.ts'
import { MAX_TIME, MIN_TIME } from '../domain/partition.ts'
import { MAX_ID_BYTES } from '../domain/record.ts'
import type { Rejection } from './rejection.ts'
import { describe } from './rejection.ts'

/** No UTF-16 unit takes more than three bytes in UTF-8. */
const MOST_BYTES_PER_UNIT = 3

const longerThan = (text: string, bytes: number): boolean =>
  text.length * MOST_BYTES_PER_UNIT > bytes && (text.length > bytes || Buffer.byteLength(text) > bytes)

/** What is wrong with a record's text, whatever its format. */
export const checkBody = (dataset: Dataset, text: string): Rejection | undefined => {
  const { maxBodyBytes } = dataset.limits
  if (longerThan(text, maxBodyBytes))
    return {
      reason: 'body-too-long',
      detail: `body: expected at most ${maxBodyBytes} bytes, got ${Buffer.byteLength(text)}`,
    }
  if (!text.isWellFormed())
    return { reason: 'invalid-utf8', detail: 'body: expected text that UTF-8 can hold, got a lone surrogate' }
  return undefined
}

export const checkId = (id: string, field: string): Rejection | undefined => {
  const fault =
    id === ''
      ? 'an empty text'
      : longerThan(id, MAX_ID_BYTES)
        ? `${Buffer.byteLength(id)} bytes`
        : id.isWellFormed()
          ? undefined
          : 'a lone surrogate'
  if (fault === undefined) return undefined
  return { reason: 'bad-id', detail: `${field}: expected 1 to ${MAX_ID_BYTES} bytes of UTF-8, got ${fault}` }
}

const EXPECTED = {
  iso: 'an ISO 8601 time',
  ms: 'a number of milliseconds since 1970',
  s: 'a number of seconds since 1970',
} as const

export const badTime = (dataset: Dataset, field: string, value: unknown): Rejection => ({
  reason: 'bad-time',
  detail: `${field}: expected ${EXPECTED[dataset.time.unit]}, got ${describe(value)}`,
})

/** Whether a time (ms) can be archived: its partition has a name, and it is not further ahead than the dataset allows. */
export const checkTime = (
  dataset: Dataset,
  time: number,
  field: string,
  arrived: number,
): Rejection | undefined => {
  if (!(time >= MIN_TIME && time <= MAX_TIME))
    return {
      reason: 'time-out-of-range',
      detail: `${field}: expected a time within the years 0000 to 9999, got ${time} ms since 1970`,
    }
  if (time > arrived + dataset.limits.maxFuture)
    return {
      reason: 'time-in-future',
      detail: `${field}: expected at most ${dataset.limits.maxFuture} ms after arrival, got ${new Date(time).toISOString()}`,
    }
  return undefined
}
