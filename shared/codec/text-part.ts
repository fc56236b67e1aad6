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

/** A file of lines, one a record, behind a first one, shorter than a piece, if there is any. Memory: two pieces, or one record if that is longer. */
export const makeTextPart = (
  sink: SegmentSink,
  { first, line, lineAt = () => undefined }: LineFormat,
): PartFormat => {
  // lines go into its place as bytes: text that is put together first is written twice
  let piece = Buffer.allocUnsafe(PIECE)
  let other = Buffer.allocUnsafe(PIECE)
  let filled = piece.write(first)
  let underWay = Promise.allSettled<void>([])
  /** What was given to the sink last is written. */
  const written = async () => {
    for (const outcome of await underWay) if (outcome.status === 'rejected') throw outcome.reason
  }
  /** Gives the piece to the sink, and goes on in another one while that is written. */
  const flush = async () => {
    await written()
    if (filled === 0) return
    underWay = Promise.allSettled([sink.write(piece.subarray(0, filled))])
    filled = 0
    const next = other
    other = piece
    piece = next
  }
  const writeLong = async (bytes: Uint8Array) => {
    await written()
    await sink.write(bytes)
  }
  const copyLine = async ({ page, start, end }: TextPlace) => {
    const most = end - start + 1
    if (filled + most > PIECE) await flush()
    if (most > PIECE) await writeLong(page.subarray(start, end))
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
        if (most > PIECE) await writeLong(Buffer.from(text))
        else filled += piece.write(text, filled)
      }
    },
    finish: async () => {
      await flush()
      await written()
      await sink.close()
    },
  }
}
