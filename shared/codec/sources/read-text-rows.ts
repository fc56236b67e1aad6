import { isUtf8 } from 'node:buffer'
import { parseCsvFields } from '../csv-fields.ts'
import type { Rejection } from '../rejection.ts'
import { makeOutputLimit } from './output-limit.ts'
import type { SourceItem, SourceLimits } from './source-item.ts'
import { SourceCorrupt } from './source-item.ts'
import type { RawRow } from './split-rows.ts'
import { makeCsvScanner, makeLineScanner, splitRows } from './split-rows.ts'

const BOM = Buffer.from([0xef, 0xbb, 0xbf])

/** A byte order mark at the very beginning says how the file is encoded; it is not part of its first row. */
async function* withoutBom(stream: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  let head: Buffer | undefined = Buffer.alloc(0)
  for await (const chunk of stream) {
    if (head === undefined) {
      yield chunk
      continue
    }
    head = Buffer.concat([head, chunk])
    if (head.length < BOM.length) continue
    yield head.subarray(0, BOM.length).equals(BOM) ? head.subarray(BOM.length) : head
    head = undefined
  }
  if (head !== undefined && head.length > 0) yield head
}

const tooLong = (row: RawRow, maxBytes: number): Rejection => ({
  reason: 'body-too-long',
  detail: `row: expected at most ${maxBytes} bytes, got ${row.length}`,
})

const NOT_UTF8: Rejection = { reason: 'invalid-utf8', detail: 'row: expected UTF-8, got other bytes' }

const faultOf = (row: RawRow, maxBytes: number): Rejection | undefined => {
  if (row.length > maxBytes) return tooLong(row, maxBytes)
  return isUtf8(row.bytes) ? undefined : NOT_UTF8
}

const toItem = (raw: RawRow, row: number, header: string | null, fault: Rejection | undefined): SourceItem =>
  fault === undefined
    ? { kind: 'text', text: raw.bytes.toString('utf8'), header, row }
    : {
        kind: 'invalid',
        ...fault,
        raw: Buffer.from(raw.bytes),
        complete: raw.length === raw.bytes.length,
        header,
        row,
      }

/** The lines of an NDJSON file. Empty ones are counted, not given. */
export async function* readLines(
  stream: AsyncIterable<Uint8Array>,
  maxBytes: number,
): AsyncGenerator<SourceItem[]> {
  let line = 0
  for await (const rows of splitRows(withoutBom(stream), makeLineScanner(), maxBytes)) {
    const items: SourceItem[] = []
    for (const row of rows) {
      line += 1
      if (row.length > 0) items.push(toItem(row, line, null, faultOf(row, maxBytes)))
    }
    yield items
  }
}

const readHeader = (row: RawRow, maxBytes: number): { text: string; fields: number } => {
  const fault = faultOf(row, maxBytes)
  const text = row.bytes.toString('utf8')
  const fields = fault === undefined ? parseCsvFields(text)?.length : undefined
  if (fields === undefined)
    throw new SourceCorrupt(`csv header: ${fault?.detail ?? 'expected fields with closed quotes'}`)
  return { text, fields }
}

const wrongFields = (expected: number, got: number | undefined): Rejection => ({
  reason: 'malformed-csv',
  detail:
    got === undefined
      ? 'row: expected each quoted field to be closed and to end at a comma'
      : `row: expected ${expected} fields, got ${got}`,
})

/**
 * The rows of a CSV file, behind its header. Empty lines are passed over. A quote that is never closed makes one row of all
 * that follows it. Errors: `SourceCorrupt` when the header cannot be read, since without it no row has a meaning;
 * `DecompressionLimit` when the header, which goes with each row, is all too long for them.
 */
export async function* readCsvRows(
  stream: AsyncIterable<Uint8Array>,
  limits: SourceLimits,
): AsyncGenerator<SourceItem[]> {
  const { maxBodyBytes: maxBytes } = limits
  const countHeader = makeOutputLimit('csv header', limits)
  let bytes = 0
  let header: { text: string; fields: number } | undefined
  let count = 0
  for await (const rows of splitRows(withoutBom(stream), makeCsvScanner(), maxBytes)) {
    const items: SourceItem[] = []
    for (const row of rows) {
      if (row.length === 0) continue
      if (header === undefined) {
        header = readHeader(row, maxBytes)
        continue
      }
      count += 1
      bytes += row.length
      countHeader(header.text.length, bytes)
      const fault =
        faultOf(row, maxBytes) ??
        (row.fields === header.fields ? undefined : wrongFields(header.fields, row.fields))
      items.push(toItem(row, count, header.text, fault))
    }
    yield items
  }
}
