import { makeIdFilterBuilder } from '../codec/id-filter.ts'
import { openSegment } from '../codec/open-segment.ts'
import { readFooter } from '../codec/segment-footer.ts'
import { encodeIndex } from '../codec/segment-index.ts'
import type { Segment } from '../domain/segment.ts'
import type { Documents } from '../ports/documents.ts'
import type { SegmentReader } from '../ports/segment-store.ts'
import { unreadReason } from './read-selection.ts'
import { remoteSource } from './search-segments.ts'

const indexOf = async (reader: SegmentReader, segment: Segment) => {
  const source = remoteSource(reader, segment)
  const footer = await readFooter(source)
  const filter = makeIdFilterBuilder()
  for await (const batch of (await openSegment(source, { footer })).rows())
    for (const { id } of batch) filter.add(id)
  return encodeIndex(footer.bytes, filter.build())
}

/**
 * Writes a segment's index object anew, from the segment: the very bytes that were put with it. Answers their number;
 * undefined where the segment cannot be read now. What stood there stays as an older version.
 */
export const writeIndex =
  (deps: { readonly reader: SegmentReader; readonly documents: Documents }) =>
  async (segment: Segment): Promise<number | undefined> => {
    try {
      const before = await deps.documents.read(segment.indexKey)
      const data = await indexOf(deps.reader, segment)
      const document = { key: segment.indexKey, data, contentType: 'application/octet-stream' }
      const outcome = await deps.documents.write(document, before?.version)
      return outcome === 'written' ? data.byteLength : undefined
    } catch (error) {
      if (unreadReason(error) === undefined) throw error
      return undefined
    }
  }
