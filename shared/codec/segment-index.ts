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
export type SegmentIndex = { readonly footer: SegmentFooter; readonly filter: IdFilter }

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

/** Reads what `encodeIndex` wrote. Errors: `SegmentCorrupt`, `UnknownSegmentFormat`. */
export const decodeIndex = (content: Uint8Array): SegmentIndex =>
  decoding('segment index', () => {
    const bytes = Buffer.from(content.buffer, content.byteOffset, content.byteLength)
    if (bytes.length < HEAD + CRC || bytes.toString('latin1', 0, MAGIC.length) !== MAGIC)
      throw new SegmentCorrupt(`segment index: expected ${MAGIC} at the beginning`)
    const body = bytes.subarray(0, bytes.length - CRC)
    if (crc32(body) !== bytes.readUInt32LE(body.length))
      throw new SegmentCorrupt('segment index: its checksum is wrong')
    const format = bytes.readUInt32LE(4)
    if (format !== INDEX_FORMAT)
      throw new UnknownSegmentFormat(`segment index format: expected ${INDEX_FORMAT}, got ${format}`)
    const [footerBytes, packedBytes] = [bytes.readUInt32LE(8), bytes.readUInt32LE(12)]
    const filterBytes = bytes.readUInt32LE(16)
    if (footerBytes > MAX_FOOTER || HEAD + packedBytes + filterBytes !== body.length)
      throw new SegmentCorrupt('segment index: its lengths do not add up')
    const filterAt = HEAD + packedBytes
    const footer = zstdDecompressSync(body.subarray(HEAD, filterAt), {
      maxOutputLength: footerBytes,
      chunkSize: roomFor(footerBytes),
    })
    return { footer: decodeFooter(footer), filter: body.subarray(filterAt) }
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
  if (!mayContainId(index.filter, id)) return []
  return index.footer.rowGroups
    .map((rowGroup, at) => ({ rowGroup, at }))
    .filter(
      ({ rowGroup: { minId, maxId, minTime, maxTime } }) =>
        minId <= id && id <= maxId && (time === undefined || (minTime <= time && time <= maxTime)),
    )
    .map(({ rowGroup, at }) => range(rowGroup, at))
}
