import type { ArchiveRecord } from '../domain/record.ts'
import { makeLineBreakCheck } from './line-breaks.ts'
import type { PartColumn } from './part-columns.ts'
import type { PartFormat } from './part-format.ts'
import type { SegmentSink } from './segment-sink.ts'
import { makeTextPart } from './text-part.ts'

const LINE_BREAK = /[\n\r]/

/**
 * One record as a line: a JSON body as it is. A body that is no JSON document of one line (a CSV row, JSON with line breaks)
 * goes into an object that keeps its exact text.
 */
export const ndjsonLine = ({ id, time, header, body }: ArchiveRecord): string =>
  header === null && !LINE_BREAK.test(body)
    ? `${body}\n`
    : `${JSON.stringify({ id, time: new Date(time).toISOString(), header, body })}\n`

/** One record as an object of these columns. An integer is written whole, also where JavaScript would round it. */
export const ndjsonObject = (record: ArchiveRecord, columns: readonly PartColumn[]): string => {
  const members = columns.map(({ name, value }) => {
    const cell = value(record)
    return `${JSON.stringify(name)}:${typeof cell === 'bigint' ? cell : JSON.stringify(cell)}`
  })
  return `{${members.join(',')}}\n`
}

/** Null for the columns: records as they were sent. */
export const makeNdjsonPart = (sink: SegmentSink, columns: readonly PartColumn[] | null): PartFormat => {
  if (columns !== null)
    return makeTextPart(sink, { first: '', line: (record) => ndjsonObject(record, columns) })
  const hasBreak = makeLineBreakCheck()
  return makeTextPart(sink, {
    first: '',
    line: ndjsonLine,
    // what `ndjsonLine` would say, without making text of the body
    lineAt: ({ header, bodyPlace }) =>
      header === null && bodyPlace !== undefined && !hasBreak(bodyPlace) ? bodyPlace : undefined,
  })
}
