import { UnknownSegmentFormat } from '../codec/segment-format.ts'
import { decodeIndex } from '../codec/segment-index.ts'
import { verifySegment } from '../codec/verify-segment.ts'
import type { FindingCode } from '../domain/audit.ts'
import { messageOf } from '../domain/message-of.ts'
import { isReadable } from '../domain/plan-thaw.ts'
import type { Segment } from '../domain/segment.ts'
import type { Clock } from '../ports/clock.ts'
import type { Documents } from '../ports/documents.ts'
import { SegmentIsShort, type SegmentReader } from '../ports/segment-store.ts'
import { unreadReason } from './read-selection.ts'
import { remoteSource } from './search-segments.ts'
import { writeIndex } from './write-index.ts'

export type SegmentAuditDeps = {
  readonly reader: SegmentReader
  readonly documents: Documents
  readonly now: Clock
}

export type SegmentFault = {
  readonly code: FindingCode
  readonly key: string
  readonly detail: string
  readonly repaired: boolean
}

/** What is wrong with a segment's index object, if anything is; an error where newer code than this wrote it. */
const indexFault = async (
  reader: SegmentReader,
  segment: Segment,
): Promise<string | UnknownSegmentFormat | undefined> => {
  try {
    const { footer } = decodeIndex(await reader.read(segment.indexKey, 0, segment.indexBytes))
    return footer.segment.id === segment.id ? undefined : `it is that of segment ${footer.segment.id}`
  } catch (error) {
    if (error instanceof UnknownSegmentFormat) return error
    if (unreadReason(error) === undefined && !(error instanceof SegmentIsShort)) throw error
    return messageOf(error)
  }
}

/**
 * Looks at a segment's index object, and writes it anew from the segment where that can be read. What newer code wrote stays
 * as it is.
 */
export const auditIndex =
  (deps: SegmentAuditDeps) =>
  async (segment: Segment): Promise<readonly SegmentFault[]> => {
    const { indexKey: key, indexBytes } = segment
    const facts = await deps.reader.head(key)
    const fault =
      facts !== undefined && facts.bytes !== indexBytes
        ? `expected ${indexBytes} bytes, got ${facts.bytes}`
        : await indexFault(deps.reader, segment)
    if (fault === undefined) return []
    if (fault instanceof UnknownSegmentFormat)
      return [{ code: 'format-unknown', key, detail: fault.message, repaired: false }]
    const written = await writeIndex(deps)(segment)
    const code = facts === undefined ? 'index-missing' : 'index-damaged'
    return [{ code, key, detail: fault, repaired: written === indexBytes }]
  }

/** `bytes`: of the segment, where all of it was read and decoded; 0 where it is cold or was not wanted. */
export type SegmentAudit = { readonly faults: readonly SegmentFault[]; readonly bytes: number }

/**
 * Looks into a live segment: what S3 says of its object, its index object, and, where it can be read and `read` says so, every
 * record in it. A damaged segment is never repaired: it is told.
 */
export const auditSegment =
  (deps: SegmentAuditDeps) =>
  async (segment: Segment, read: boolean): Promise<SegmentAudit> => {
    const { key } = segment
    const told = (code: FindingCode, detail: string): SegmentAudit => ({
      faults: [{ code, key, detail, repaired: false }],
      bytes: 0,
    })
    const facts = await deps.reader.head(key)
    if (facts === undefined) return told('segment-missing', 'the bucket does not have it')
    if (facts.bytes !== segment.bytes)
      return told('size-differs', `expected ${segment.bytes} bytes, got ${facts.bytes}`)
    if (facts.sha256 !== segment.sha256)
      return told('checksum-differs', `expected SHA-256 ${segment.sha256}, got ${facts.sha256}`)
    if (read && isReadable(facts, deps.now())) {
      try {
        const { id } = await verifySegment(remoteSource(deps.reader, segment), segment.records)
        // the same records may be in two segments: readers refuse the one in the other's place
        if (id !== segment.id) return told('records-damaged', `it is segment ${id}`)
      } catch (error) {
        if (error instanceof UnknownSegmentFormat) return told('format-unknown', error.message)
        const reason = unreadReason(error)
        if (reason === undefined) throw error
        // its restored copy went away, or expiry took it, since it was looked at
        if (reason !== 'unreadable') return { faults: [], bytes: 0 }
        return told('records-damaged', messageOf(error))
      }
      return { faults: await auditIndex(deps)(segment), bytes: segment.bytes }
    }
    return { faults: await auditIndex(deps)(segment), bytes: 0 }
  }
