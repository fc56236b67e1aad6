import type { Digest } from '../domain/digest.ts'
import { formatDigest, sameDigest } from '../domain/digest.ts'
import type { ArchiveRecord } from '../domain/record.ts'
import { compareRecords } from '../domain/record.ts'
import type { ByteSource } from './byte-source.ts'
import { makeDigester } from './digest.ts'
import { openSegment } from './open-segment.ts'
import type { PromotedKind } from './row-group.ts'
import type { SegmentMetadata } from './segment-format.ts'
import { SegmentCorrupt } from './segment-format.ts'

/**
 * Decodes a whole segment again and compares the digest of what came out with `expected` (storage rule 4), and with what the
 * segment says of itself; checks its order on the way. Memory: one row group.
 * Errors: `SegmentCorrupt`, `UnknownSegmentFormat`; those of the source as they are.
 */
export const verifySegment = async (
  source: ByteSource,
  expected: Digest,
  promoted?: readonly PromotedKind[],
): Promise<SegmentMetadata> => {
  const segment = await openSegment(source, { lazyBodies: true, ...(promoted && { promoted }) })
  const digester = makeDigester()
  let last: ArchiveRecord | undefined
  for await (const batch of segment.rows())
    for (const record of batch) {
      if (last !== undefined && compareRecords(last, record) > 0)
        throw new SegmentCorrupt(`segment ${segment.metadata.id}: its records are out of order`)
      last = record
      digester.add(record)
    }
  const found = digester.value()
  for (const digest of [expected, segment.metadata.records])
    if (!sameDigest(digest, found))
      throw new SegmentCorrupt(
        `segment ${segment.metadata.id}: expected records ${formatDigest(digest)}, got ${formatDigest(found)}`,
      )
  return segment.metadata
}
