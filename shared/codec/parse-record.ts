import type { Dataset, FieldPath } from '../domain/dataset.ts'
import type { ArchiveRecord } from '../domain/record.ts'
import { badTime, checkBody, checkId, checkTime } from './check-record.ts'
import { sourceAt } from './json-slice.ts'
import { parseJsonTime } from './parse-time.ts'
import { promoteJson } from './promote.ts'
import type { Rejection } from './rejection.ts'
import { describe } from './rejection.ts'

type JsonObject = { readonly [key: string]: unknown }

const isObject = (value: unknown): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** The own member at a path; keys like `__proto__` are data like any other. */
const valueAt = (document: JsonObject, path: FieldPath): unknown => {
  let value: unknown = document
  for (const key of path) {
    if (!isObject(value) || !Object.hasOwn(value, key)) return undefined
    value = value[key]
  }
  return value
}

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
  let document: unknown
  try {
    document = JSON.parse(text)
  } catch (error) {
    const message = String(error).replace('SyntaxError: ', '').slice(0, 200)
    return { reason: 'malformed-json', detail: `body: expected a JSON document: ${message}` }
  }
  if (!isObject(document))
    return { reason: 'not-an-object', detail: `body: expected a JSON object, got ${describe(document)}` }

  const sourceOf = (path: FieldPath) => () => sourceAt(text, path)
  const idField = dataset.id.join('.')
  const idValue = valueAt(document, dataset.id)
  if (idValue === undefined || idValue === null)
    return { reason: 'missing-id', detail: `${idField}: expected an id, got ${describe(idValue)}` }
  const id = idText(idValue, sourceOf(dataset.id))
  if (id === undefined)
    return {
      reason: 'bad-id',
      detail: `${idField}: expected text or a whole number, got ${describe(idValue)}`,
    }
  const badId = checkId(id, idField)
  if (badId !== undefined) return badId

  const { path, unit } = dataset.time
  const timeField = path.join('.')
  const timeValue = valueAt(document, path)
  if (timeValue === undefined || timeValue === null)
    return { reason: 'missing-time', detail: `${timeField}: expected a time, got ${describe(timeValue)}` }
  const time = parseJsonTime(timeValue, unit)
  if (time === undefined) return badTime(dataset, timeField, timeValue)
  const wrongTime = checkTime(dataset, time, timeField, arrived)
  if (wrongTime !== undefined) return wrongTime

  const { version } = dataset
  const root = document
  return {
    id,
    time,
    body: text,
    header: null,
    arrived,
    version: version === null ? null : versionText(valueAt(root, version), sourceOf(version)),
    promoted: dataset.promoted.map((column) =>
      promoteJson(valueAt(root, column.path), column.type, sourceOf(column.path)),
    ),
  }
}
