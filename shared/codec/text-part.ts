import type { ArchiveRecord } from '../domain/record.ts'
import type { PartFormat } from './part-format.ts'
import type { SegmentSink } from './segment-sink.ts'

/** Lines are gathered into pieces of about this many characters. */
const PIECE = 1024 * 1024

/** A file of lines, one a record, behind a first one if there is any. Memory: one piece, or one record if that is longer. */
export const makeTextPart = (
  sink: SegmentSink,
  { first, line }: { readonly first: string; readonly line: (record: ArchiveRecord) => string },
): PartFormat => {
  let piece = first
  const flush = async () => {
    if (piece === '') return
    const bytes = Buffer.from(piece)
    piece = ''
    await sink.write(bytes)
  }
  return {
    write: async (records) => {
      for (const record of records) {
        piece += line(record)
        if (piece.length >= PIECE) await flush()
      }
    },
    finish: async () => {
      await flush()
      await sink.close()
    },
  }
}
