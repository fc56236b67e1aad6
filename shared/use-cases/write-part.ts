import { makeDigester } from '../codec/digest.ts'
import { makeSegmentWriter, type SegmentWriter } from '../codec/segment-writer.ts'
import type { PromotedColumn } from '../domain/dataset.ts'
import { type Digest, emptyDigest } from '../domain/digest.ts'
import type { ArchiveRecord } from '../domain/record.ts'
import type { DeliveryFormat } from '../domain/rehydration.ts'
import type { PartitionRef } from '../domain/segment.ts'
import type { PartDraft } from '../ports/delivery.ts'

export type PartWriter = {
  write(records: readonly ArchiveRecord[]): Promise<void>
  /** Ends the file and says what is in it. */
  finish(): Promise<Digest>
}

const LINE_BREAK = /[\n\r]/

/**
 * One record as a line: a JSON body as it is. A body that is no JSON document of one line (a CSV row, JSON with line breaks)
 * goes into an object that keeps its exact text.
 */
export const ndjsonLine = ({ id, time, header, body }: ArchiveRecord): string =>
  header === null && !LINE_BREAK.test(body)
    ? `${body}\n`
    : `${JSON.stringify({ id, time: new Date(time).toISOString(), header, body })}\n`

/** Lines are gathered into pieces of about this many characters. */
const PIECE = 1024 * 1024

const makeNdjsonWriter = (draft: PartDraft): PartWriter => {
  const digester = makeDigester()
  return {
    write: async (records) => {
      let piece = ''
      for (const record of records) {
        digester.add(record)
        piece += ndjsonLine(record)
        if (piece.length < PIECE) continue
        await draft.write(Buffer.from(piece))
        piece = ''
      }
      if (piece !== '') await draft.write(Buffer.from(piece))
    },
    finish: async () => {
      await draft.close()
      return digester.value()
    },
  }
}

type ParquetOptions = {
  readonly ref: PartitionRef
  readonly rehydrationId: string
  readonly createdAt: number
  readonly promoted: readonly PromotedColumn[]
}

/** The columns of a segment. Its file names the rehydration as its own id, so that the same records are the same bytes. */
const makeParquetWriter = (draft: PartDraft, options: ParquetOptions): PartWriter => {
  const { ref, rehydrationId, createdAt, promoted } = options
  const digester = makeDigester()
  let writer: SegmentWriter | undefined
  return {
    write: async (records) => {
      if (records.length === 0) return
      const segment = { ...ref, id: rehydrationId, kind: 'sealed', createdAt } as const
      writer ??= makeSegmentWriter({ segment, promoted, sink: draft })
      for (const record of records) digester.add(record)
      await writer.write(records)
    },
    finish: async () => {
      const received = digester.value()
      if (writer === undefined) await draft.close()
      else
        await writer.finish({
          inputs: { rehydration: rehydrationId },
          books: { received, duplicates: emptyDigest },
        })
      return received
    },
  }
}

export const makePartWriter = (
  format: DeliveryFormat,
  draft: PartDraft,
  options: ParquetOptions,
): PartWriter => (format === 'ndjson' ? makeNdjsonWriter(draft) : makeParquetWriter(draft, options))

export const CONTENT_TYPES = {
  ndjson: 'application/x-ndjson',
  parquet: 'application/vnd.apache.parquet',
} as const satisfies Record<DeliveryFormat, string>
