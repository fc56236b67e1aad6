import type { ArchiveRecord, PromotedValue } from '../domain/record.ts'
import type { PartColumn } from './part-columns.ts'
import type { PartFormat } from './part-format.ts'
import type { SegmentSink } from './segment-sink.ts'
import { makeTextPart } from './text-part.ts'

/**
 * Text that a spreadsheet would take for a formula; with any number of apostrophes before it, so that taking one away from
 * whatever looks like this always gives back what was there.
 */
const FORMULA = /^'*[=+\-@\t\r]/

const NEEDS_QUOTES = /[",\r\n]/

const quoted = (text: string): string => `"${text.replaceAll('"', '""')}"`

/** A cell by RFC 4180. Null is nothing at all, empty text a pair of quotes. */
const cell = (value: PromotedValue, isText: boolean): string => {
  if (value === null) return ''
  if (typeof value !== 'string') return String(value)
  const safe = isText && FORMULA.test(value) ? `'${value}` : value
  return safe === '' || NEEDS_QUOTES.test(safe) ? quoted(safe) : safe
}

export const csvLine = (record: ArchiveRecord, columns: readonly PartColumn[]): string =>
  `${columns.map(({ value, isText }) => cell(value(record), isText)).join(',')}\r\n`

/** RFC 4180 in UTF-8 with a line of names first; formulas neutralised (https://owasp.org/www-community/attacks/CSV_Injection). */
export const makeCsvPart = (sink: SegmentSink, columns: readonly PartColumn[]): PartFormat =>
  makeTextPart(sink, {
    first: `${columns.map(({ name }) => name).join(',')}\r\n`,
    line: (record) => csvLine(record, columns),
  })
