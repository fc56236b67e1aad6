import { digestRecords } from '../../shared/codec/digest.ts'
import type { PartFormat } from '../../shared/codec/part-format.ts'
import { makeMemorySink, type SegmentSink } from '../../shared/codec/segment-sink.ts'
import type { PromotedColumn } from '../../shared/domain/dataset.ts'
import type { ArchiveRecord } from '../../shared/domain/record.ts'

export const PROMOTED: readonly PromotedColumn[] = [
  { name: 'town', path: ['town'], type: 'string' },
  { name: 'count', path: ['count'], type: 'integer' },
  { name: 'ratio', path: ['ratio'], type: 'number' },
  { name: 'late', path: ['late'], type: 'boolean' },
  { name: 'seen', path: ['seen'], type: 'timestamp' },
]

/** The file that a format makes of records that come in batches. */
export const fileOf = async (
  make: (sink: SegmentSink) => PartFormat,
  ...batches: readonly (readonly ArchiveRecord[])[]
): Promise<Buffer> => {
  const sink = makeMemorySink()
  const part = make(sink)
  for (const batch of batches) await part.write(batch)
  await part.finish(digestRecords(batches.flat()))
  return sink.content()
}
