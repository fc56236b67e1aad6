import type { Dataset } from '../domain/dataset.ts'
import type { ArchiveRecord } from '../domain/record.ts'
import { badTime, checkBody, checkId, checkTime } from './check-record.ts'
import { readDocument } from './json-document.ts'
import { parseJsonTime } from './parse-time.ts'
import { promoteJson } from './promote.ts'
import type { Rejection } from './rejection.ts'
import { describe, isRejection } from './rejection.ts'

const INTEGER = /^-?\d+$/

/** An id's text: a string as it is, a JSON integer by its digits; undefined for anything else. */
const idText = (value: unknown, source: () => string | undefined): string | undefined => {
  if (typeof value === 'string') return value
  if (typeof value !== 'number') return undefined
  if (Number.isSafeInteger(value)) return String(value)
  const digits = source()
  return digits !== undefined && INTEGER.test(digits) ? digits : undefined
}

const versionText = (value: unknown, source: () => string | undefined): string | null => {
  if (typeof value === 'string') return value.isWellFormed() ? value : null
  if (typeof value !== 'number') return null
  return Number.isSafeInteger(value) ? String(value) : String(source())
}

/**
 * One JSON document → a record of the dataset, or why it is none. The body is the text as given; parsing serves the id, the
 * time, the version and the promoted columns only, where a repeated key counts with its last value. Whole numbers above 2^53
 * are taken by their digits. A promoted value that is missing or of another type is null.
 * @param arrived when it was received, in ms.
 */
export const parseJsonRecord = (
  dataset: Dataset,
  text: string,
  arrived: number,
): ArchiveRecord | Rejection => {
  const wrong = checkBody(dataset, text)
  if (wrong !== undefined) return wrong
  const { version } = dataset
  const paths = [dataset.id, dataset.time.path, ...(version === null ? [] : [version])]
  const columns = dataset.promoted.map((column) => column.path)
  const document = readDocument(text, [...paths, ...columns])
  if (isRejection(document)) return document
  const { valueAt, sourceAt } = document

  const idField = dataset.id.join('.')
  const idValue = valueAt(dataset.id)
  if (idValue === undefined || idValue === null)
    return { reason: 'missing-id', detail: `${idField}: expected an id, got ${describe(idValue)}` }
  const id = idText(idValue, () => sourceAt(dataset.id))
  if (id === undefined)
    return {
      reason: 'bad-id',
      detail: `${idField}: expected text or a whole number, got ${describe(idValue)}`,
    }
  const badId = checkId(id, idField)
  if (badId !== undefined) return badId

  const { path, unit } = dataset.time
  const timeField = path.join('.')
  const timeValue = valueAt(path)
  if (timeValue === undefined || timeValue === null)
    return { reason: 'missing-time', detail: `${timeField}: expected a time, got ${describe(timeValue)}` }
  const time = parseJsonTime(timeValue, unit)
  if (time === undefined) return badTime(dataset, timeField, timeValue)
  const wrongTime = checkTime(dataset, time, timeField, arrived)
  if (wrongTime !== undefined) return wrongTime

  return {
    id,
    time,
    body: text,
    header: null,
    arrived,
    version: version === null ? null : versionText(valueAt(version), () => sourceAt(version)),
    promoted: dataset.promoted.map((column) =>
      promoteJson(valueAt(column.path), column.type, () => sourceAt(column.path)),
    ),
  }
}
