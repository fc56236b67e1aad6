import type { Dataset, FieldPath } from '../domain/dataset.ts'
import type { ArchiveRecord } from '../domain/record.ts'
import { badTime, checkBody, checkId, checkTime } from './check-record.ts'
import { parseCsvFields } from './csv-fields.ts'
import { parseTextTime } from './parse-time.ts'
import { promoteText } from './promote.ts'
import type { Rejection } from './rejection.ts'

/**
 * Reads rows of CSV files that begin with this header line. An empty field counts as missing. Where the header repeats a name,
 * its last column counts, as the last of repeated keys does in JSON.
 */
export const makeCsvRecordParser = (
  dataset: Dataset,
  header: string,
): ((text: string, arrived: number) => ArchiveRecord | Rejection) => {
  const names = parseCsvFields(header)
  const columns = new Map(names?.map((name, at) => [name, at]))

  const malformed = (what: string): Rejection => ({ reason: 'malformed-csv', detail: what })

  return (text, arrived) => {
    const wrong = checkBody(dataset, text)
    if (wrong !== undefined) return wrong
    if (names === undefined)
      return malformed('header: expected fields that end with the quotes that they begin with')
    const fields = parseCsvFields(text)
    if (fields === undefined)
      return malformed('row: expected each quoted field to be closed and to end at a comma')
    if (fields.length !== names.length)
      return malformed(`row: expected ${names.length} fields, got ${fields.length}`)

    const field = (path: FieldPath): string => {
      const [name] = path
      const at = path.length === 1 && name !== undefined ? columns.get(name) : undefined
      return at === undefined ? '' : String(fields[at])
    }
    const idField = dataset.id.join('.')
    const id = field(dataset.id)
    if (id === '') return { reason: 'missing-id', detail: `${idField}: expected an id, got nothing` }
    const badId = checkId(id, idField)
    if (badId !== undefined) return badId

    const timeField = dataset.time.path.join('.')
    const timeText = field(dataset.time.path)
    if (timeText === '')
      return { reason: 'missing-time', detail: `${timeField}: expected a time, got nothing` }
    const time = parseTextTime(timeText, dataset.time.unit)
    if (time === undefined) return badTime(dataset, timeField, timeText)
    const wrongTime = checkTime(dataset, time, timeField, arrived)
    if (wrongTime !== undefined) return wrongTime

    return {
      id,
      time,
      body: text,
      header,
      arrived,
      version: (dataset.version === null ? '' : field(dataset.version)) || null,
      promoted: dataset.promoted.map(({ path, type }) => promoteText(field(path), type)),
    }
  }
}

/** One CSV row → a record, or why it is none. For many rows of one file make a parser once. */
export const parseCsvRecord = (
  dataset: Dataset,
  header: string,
  text: string,
  arrived: number,
): ArchiveRecord | Rejection => makeCsvRecordParser(dataset, header)(text, arrived)
