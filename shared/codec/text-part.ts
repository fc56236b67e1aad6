import type { ArchiveRecord, TextPlace } from '../domain/record.ts'
import type { PartFormat } from './part-format.ts'
import type { SegmentSink } from './segment-sink.ts'

/** Lines are gathered into pieces of about this many bytes. */
const PIECE = 1024 * 1024

/** What UTF-8 takes at most for one unit of a string. */
const BYTES_OF_A_UNIT = 3

export type LineFormat = {
  readonly first: string
  readonly line: (record: ArchiveRecord) => string
  /** Where a line lies already, without its line feed; undefined where it has to be made. */
  readonly lineAt?: (record: ArchiveRecord) => TextPlace | undefined
}

const LINE_FEED = 0x0a

/** A file of lines, one a record, behind a first one, shorter than a piece, if there is any. Memory: one piece, or one record if that is longer. */
export const makeTextPart = (
  sink: SegmentSink,
  { first, line, lineAt = () => undefined }: LineFormat,
): PartFormat => {
  // lines go into its place as bytes: text that is put together first is written twice
  const piece = Buffer.allocUnsafe(PIECE)
  let filled = piece.write(first)
  const flush = async () => {
    if (filled === 0) return
    const bytes = piece.subarray(0, filled)
    filled = 0
    await sink.write(bytes)
  }
  const copyLine = async ({ page, start, end }: TextPlace) => {
    const most = end - start + 1
    if (filled + most > PIECE) await flush()
    if (most > PIECE) await sink.write(page.subarray(start, end))
    else filled += page.copy(piece, filled, start, end)
    piece[filled] = LINE_FEED
    filled += 1
  }
  return {
    write: async (records) => {
      for (const record of records) {
        const place = lineAt(record)
        if (place !== undefined) {
          await copyLine(place)
          continue
        }
        const text = line(record)
        const most = text.length * BYTES_OF_A_UNIT
        if (filled + most > PIECE) await flush()
        if (most > PIECE) await sink.write(Buffer.from(text))
        else filled += piece.write(text, filled)
      }
    },
    finish: async () => {
      await flush()
      await sink.close()
    },
  }
}
