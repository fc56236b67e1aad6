import { constants, crc32, zstdCompressSync, zstdDecompressSync } from 'node:zlib'
import type { IdFilter } from './id-filter.ts'
import { mayContainId } from './id-filter.ts'
import type { SegmentFooter } from './segment-footer.ts'
import { decodeFooter } from './segment-footer.ts'
import type { RowGroup } from './segment-format.ts'
import { decoding, SegmentCorrupt, UnknownSegmentFormat } from './segment-format.ts'

/**
 * What of a segment stays in STANDARD: its footer, with the ranges of each row group in it, and its id filter.
 *
 * Bytes, little-endian: `ICEX`; u32 format (1); u32 length of the footer; u32 length of the compressed footer; u32 length of
 * the filter; the footer, zstd; the filter; u32 CRC-32 of all before it.
 */
export type SegmentIndex = {
  readonly footer: SegmentFooter
  /** Undefined where only the footer was read: then an id may be in the segment wherever its ranges allow it. */
  readonly filter: IdFilter | undefined
}

/** An index object that was read whole. */
export type WholeIndex = SegmentIndex & { readonly filter: IdFilter }

/** Bytes `start` (inclusive) to `end` (exclusive) of the segment: one row group. */
export type RowGroupRange = { readonly start: number; readonly end: number; readonly rowGroup: number }

const MAGIC = 'ICEX'
const INDEX_FORMAT = 1
const HEAD = 20
const CRC = 4

/** A hostile or broken length must not become an allocation. */
const MAX_FOOTER = 64 * 1024 * 1024

/** zstd takes its room at once: a footer is mostly of a few hundred bytes. */
const roomFor = (bytes: number) => Math.min(1024 * 1024, bytes + 128)

/** On shorter footers the best levels gain nothing: their tables take longer to lay out than the footer to compress. */
const SHORT = 16 * 1024
const levelFor = (bytes: number) => (bytes < SHORT ? 3 : 9)

/** @param footer the bytes of a segment's footer. */
export const encodeIndex = (footer: Uint8Array, filter: IdFilter): Uint8Array => {
  const params = { [constants.ZSTD_c_compressionLevel]: levelFor(footer.length) }
  const packed = zstdCompressSync(footer, { params, chunkSize: roomFor(footer.length) })
  const head = Buffer.alloc(HEAD)
  head.write(MAGIC, 'latin1')
  head.writeUInt32LE(INDEX_FORMAT, 4)
  head.writeUInt32LE(footer.length, 8)
  head.writeUInt32LE(packed.length, 12)
  head.writeUInt32LE(filter.length, 16)
  const body = Buffer.concat([head, packed, filter])
  const crc = Buffer.alloc(CRC)
  crc.writeUInt32LE(crc32(body))
  return Buffer.concat([body, crc])
}

const bufferOf = (content: Uint8Array) => Buffer.from(content.buffer, content.byteOffset, content.byteLength)

/** The lengths in the head, in bytes: of the footer, of the footer compressed, of the filter. */
const readHead = (bytes: Buffer) => {
  if (bytes.length < HEAD + CRC || bytes.toString('latin1', 0, MAGIC.length) !== MAGIC)
    throw new SegmentCorrupt(`segment index: expected ${MAGIC} at the beginning`)
  return {
    format: bytes.readUInt32LE(4),
    footer: bytes.readUInt32LE(8),
    packed: bytes.readUInt32LE(12),
    filter: bytes.readUInt32LE(16),
  }
}

const checkFormat = (format: number) => {
  if (format !== INDEX_FORMAT)
    throw new UnknownSegmentFormat(`segment index format: expected ${INDEX_FORMAT}, got ${format}`)
}

const unpackFooter = (
  bytes: Buffer,
  { footer, packed }: { footer: number; packed: number },
): SegmentFooter => {
  if (footer > MAX_FOOTER) throw new SegmentCorrupt('segment index: its lengths do not add up')
  const unpacked = zstdDecompressSync(bytes.subarray(HEAD, HEAD + packed), {
    maxOutputLength: footer,
    chunkSize: roomFor(footer),
  })
  return decodeFooter(unpacked)
}

/** Reads what `encodeIndex` wrote. Errors: `SegmentCorrupt`, `UnknownSegmentFormat`. */
export const decodeIndex = (content: Uint8Array): WholeIndex =>
  decoding('segment index', () => {
    const bytes = bufferOf(content)
    const head = readHead(bytes)
    const body = bytes.subarray(0, bytes.length - CRC)
    if (crc32(body) !== bytes.readUInt32LE(body.length))
      throw new SegmentCorrupt('segment index: its checksum is wrong')
    checkFormat(head.format)
    if (HEAD + head.packed + head.filter !== body.length)
      throw new SegmentCorrupt('segment index: its lengths do not add up')
    return { footer: unpackFooter(body, head), filter: body.subarray(HEAD + head.packed) }
  })

/**
 * The index without its filter, of the first bytes of an index object; undefined where the footer does not end within them.
 * The footer has a checksum of its own. Errors: `SegmentCorrupt`, `UnknownSegmentFormat`.
 */
export const decodeIndexFront = (front: Uint8Array): SegmentIndex | undefined =>
  decoding('segment index', () => {
    const bytes = bufferOf(front)
    const head = readHead(bytes)
    checkFormat(head.format)
    if (HEAD + head.packed > bytes.length) return undefined
    return { footer: unpackFooter(bytes, head), filter: undefined }
  })

const range = ({ offset, bytes }: RowGroup, rowGroup: number): RowGroupRange => ({
  start: offset,
  end: offset + bytes,
  rowGroup,
})

/**
 * Where records of this id (and time, in ms) can be in the segment: none when it is surely not in it. For an id with few
 * versions that is one row group of at most 1 MB, unless a single record is larger.
 */
export const locate = (index: SegmentIndex, { id, time }: { id: string; time?: number }): RowGroupRange[] => {
  if (index.filter !== undefined && !mayContainId(index.filter, id)) return []
  return index.footer.rowGroups
    .map((rowGroup, at) => ({ rowGroup, at }))
    .filter(
      ({ rowGroup: { minId, maxId, minTime, maxTime } }) =>
        minId <= id && id <= maxId && (time === undefined || (minTime <= time && time <= maxTime)),
    )
    .map(({ rowGroup, at }) => range(rowGroup, at))
}
