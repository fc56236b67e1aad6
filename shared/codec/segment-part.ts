import type { PromotedColumn } from '../domain/dataset.ts'
import { emptyDigest } from '../domain/digest.ts'
import type { PartitionRef } from '../domain/segment.ts'
import type { PartFormat } from './part-format.ts'
import type { SegmentSink } from './segment-sink.ts'
import { makeSegmentWriter, type SegmentWriter } from './segment-writer.ts'

/** Whose records a file holds. */
export type PartOrigin = {
  readonly ref: PartitionRef
  readonly rehydrationId: string
  readonly createdAt: number
}

/** All columns of a segment. Its file names the rehydration as its own id, so that the same records are the same bytes. */
export const makeSegmentPart = (
  sink: SegmentSink,
  { ref, rehydrationId, createdAt }: PartOrigin,
  promoted: readonly PromotedColumn[],
): PartFormat => {
  let writer: SegmentWriter | undefined
  return {
    write: async (records) => {
      if (records.length === 0) return
      const segment = { ...ref, id: rehydrationId, kind: 'sealed', createdAt } as const
      writer ??= makeSegmentWriter({ segment, promoted, sink })
      await writer.write(records)
    },
    finish: async (received) => {
      if (writer === undefined) return sink.close()
      const books = { received, duplicates: emptyDigest }
      await writer.finish({ inputs: { rehydration: rehydrationId }, books })
    },
  }
}
