import { makeCompressedSink } from '../codec/compressed-sink.ts'
import { makeCsvPart } from '../codec/csv-part.ts'
import { makeDigester } from '../codec/digest.ts'
import { makeNdjsonPart } from '../codec/ndjson-part.ts'
import { partColumns } from '../codec/part-columns.ts'
import type { PartFormat } from '../codec/part-format.ts'
import { makeSegmentPart, type PartOrigin } from '../codec/segment-part.ts'
import { makeTablePart } from '../codec/table-part.ts'
import type { PromotedColumn } from '../domain/dataset.ts'
import type { Digest } from '../domain/digest.ts'
import type { ArchiveRecord } from '../domain/record.ts'
import type { RehydrationRequest } from '../domain/rehydration.ts'
import type { PartDraft } from '../ports/delivery.ts'

export type PartWriter = {
  write(records: readonly ArchiveRecord[]): Promise<void>
  /** Ends the file and says what is in it. */
  finish(): Promise<Digest>
}

/** What a file of the rehydration looks like. */
export type PartShape = Pick<RehydrationRequest, 'format' | 'compression' | 'columns'>

export type PartOptions = PartOrigin & { readonly promoted: readonly PromotedColumn[] }

const formatOf = (draft: PartDraft, shape: PartShape, options: PartOptions): PartFormat => {
  const { format, compression, columns } = shape
  const { promoted } = options
  const sink = makeCompressedSink(draft, compression)
  switch (format) {
    case 'ndjson':
      return makeNdjsonPart(sink, columns && partColumns(columns, promoted))
    case 'csv': {
      const usual = ['id', 'time', 'body', 'header', ...promoted.map(({ name }) => name)]
      return makeCsvPart(sink, partColumns(columns ?? usual, promoted))
    }
    case 'parquet':
      return columns === null
        ? makeSegmentPart(sink, options, promoted)
        : makeTablePart(sink, columns, promoted)
  }
}

/** Writes the records of one partition into a draft, in the format that was asked for. */
export const makePartWriter = (draft: PartDraft, shape: PartShape, options: PartOptions): PartWriter => {
  const part = formatOf(draft, shape, options)
  const digester = makeDigester()
  return {
    write: async (records) => {
      for (const record of records) digester.add(record)
      await part.write(records)
    },
    finish: async () => {
      const received = digester.value()
      await part.finish(received)
      return received
    },
  }
}
