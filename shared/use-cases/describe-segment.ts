import { commitInMetadata } from '../codec/found-metadata.ts'
import { readFooter, type SegmentFooter } from '../codec/segment-footer.ts'
import type { FoundSegment } from '../domain/found-segment.ts'
import { indexKey, parseSegmentKey } from '../domain/keys.ts'
import type { ObjectFacts, SegmentReader } from '../ports/segment-store.ts'
import { unreadReason } from './read-selection.ts'
import { readIndex, remoteSource } from './search-segments.ts'

/** `hasIndex`: its index object is there and whole. */
export type Described = { readonly found: FoundSegment; readonly hasIndex: boolean }

/** The end of the segment's row groups and of the footer behind them: the whole of the object. */
const sizeBy = ({ rowGroups, bytes }: SegmentFooter): number =>
  rowGroups.reduce((end, group) => Math.max(end, group.offset + group.bytes), 0) + bytes.length

const readOwnFooter = async (reader: SegmentReader, facts: ObjectFacts) => {
  try {
    return await readFooter(remoteSource(reader, facts))
  } catch (error) {
    if (unreadReason(error) === undefined) throw error
    return undefined
  }
}

/**
 * What the bucket alone tells of the segment under a key: from its index object, so that nothing is thawed for it, or else
 * from its own footer. `gone`: there is no such object. `unreadable`: it is no segment of its key, or cannot be read now.
 */
export const describeSegment =
  (reader: SegmentReader) =>
  async (key: string): Promise<Described | 'gone' | 'unreadable'> => {
    const named = parseSegmentKey(key)
    if (named === undefined) return 'unreadable'
    const facts = await reader.head(key)
    if (facts === undefined) return 'gone'
    const { kind, segmentId: id, ...ref } = named
    const own = { id, indexKey: indexKey(ref, id) }
    const indexBytes = (await reader.head(own.indexKey))?.bytes ?? 0
    const index = indexBytes > 0 ? await readIndex(reader, { ...own, indexBytes }) : undefined
    const footer = index?.footer ?? (await readOwnFooter(reader, facts))
    if (footer === undefined || facts.sha256 === null) return 'unreadable'
    const { dataset, partition, records, bodyBytes, minTime, maxTime, minId, maxId, createdAt } =
      footer.segment
    const commit = commitInMetadata(footer.segment)
    const isOwn =
      footer.segment.id === id &&
      footer.segment.kind === kind &&
      dataset === ref.dataset &&
      partition === ref.partition &&
      sizeBy(footer) === facts.bytes
    if (!isOwn || commit === undefined) return 'unreadable'
    const about = { records, bodyBytes, minTime, maxTime, minId, maxId, createdAt }
    const { bytes, sha256, storageClass } = facts
    const segment = { ...ref, ...own, ...about, kind, key, indexBytes, bytes, sha256, storageClass }
    return { found: { ...commit, segment }, hasIndex: index !== undefined }
  }
