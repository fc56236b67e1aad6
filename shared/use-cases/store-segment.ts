import { hash } from 'node:crypto'
import type { PackedSegment } from '../codec/segment-writer.ts'
import { indexKey, segmentKey } from '../domain/keys.ts'
import type { PartitionRef, Segment } from '../domain/segment.ts'
import type { StorageClass } from '../domain/storage-class.ts'
import type { SegmentContent, SegmentWriter } from '../ports/segment-store.ts'

export type SegmentToStore = {
  readonly ref: PartitionRef
  readonly id: string
  readonly kind: Segment['kind']
  readonly packed: PackedSegment
  readonly content: SegmentContent
  readonly storageClass: StorageClass
  readonly createdAt: number
}

/**
 * Puts a packed and verified segment, its index object first: so there is no segment in a cold class of which nothing can be
 * told without thawing it. It is no part of the archive until a commit names it.
 */
export const storeSegment = async (writer: SegmentWriter, segment: SegmentToStore): Promise<Segment> => {
  const { ref, id, kind, packed, content, storageClass, createdAt } = segment
  const { index, ...facts } = packed
  const stored: Segment = {
    ...ref,
    ...facts,
    id,
    kind,
    key: segmentKey(kind, ref, id),
    indexKey: indexKey(ref, id),
    indexBytes: index.byteLength,
    createdAt,
    storageClass,
  }
  await writer.put({
    key: stored.indexKey,
    content: { kind: 'memory', data: index },
    bytes: index.byteLength,
    sha256: hash('sha256', index, 'base64'),
    storageClass: 'STANDARD',
    contentType: 'application/octet-stream',
  })
  await writer.put({
    key: stored.key,
    content,
    bytes: stored.bytes,
    sha256: stored.sha256,
    storageClass,
    contentType: 'application/vnd.apache.parquet',
  })
  return stored
}
