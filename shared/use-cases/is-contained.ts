import type { ArchiveRecord } from '../domain/record.ts'
import type { Segment } from '../domain/segment.ts'
import type { SegmentReader } from '../ports/segment-store.ts'
import { unreadReason } from './read-selection.ts'
import { openFound } from './search-segments.ts'

const identityOf = ({ id, time, body, header }: ArchiveRecord) => JSON.stringify([id, time, body, header])

const boundsOf = (records: readonly ArchiveRecord[]) => ({
  ids: new Set(records.map(({ id }) => id)),
  minTime: records.reduce((least, { time }) => Math.min(least, time), Number.POSITIVE_INFINITY),
  maxTime: records.reduce((most, { time }) => Math.max(most, time), Number.NEGATIVE_INFINITY),
})

/** Those of the records that are not in a segment; all of them where it cannot be read. */
const missingIn = async (reader: SegmentReader, segment: Segment, records: readonly ArchiveRecord[]) => {
  const missing = new Map(records.map((record) => [identityOf(record), record]))
  try {
    const open = await openFound(reader, { segment, index: undefined })
    for await (const batch of open.rows(boundsOf(records)))
      for (const record of batch) missing.delete(identityOf(record))
  } catch (error) {
    if (unreadReason(error) === undefined) throw error
  }
  return [...missing.values()]
}

/**
 * `yes`: each record of a segment is in one of the others, by reading them. `no`: some are not, or are in one that cannot be
 * read. `unreadable`: the segment itself cannot be read. Memory: a row group of it, and one of another.
 */
export const isContained =
  (reader: SegmentReader) =>
  async (segment: Segment, others: readonly Segment[]): Promise<'yes' | 'no' | 'unreadable'> => {
    const rows = async function* () {
      yield* (await openFound(reader, { segment, index: undefined })).rows()
    }
    const batches = rows()
    const next = async () => {
      try {
        return await batches.next()
      } catch (error) {
        if (unreadReason(error) === undefined) throw error
        return 'unreadable'
      }
    }
    for (;;) {
      const step = await next()
      if (step === 'unreadable') return 'unreadable'
      if (step.done === true) return 'yes'
      let left: readonly ArchiveRecord[] = step.value
      for (const other of others) if (left.length > 0) left = await missingIn(reader, other, left)
      if (left.length > 0) {
        await batches.return()
        return 'no'
      }
    }
  }
