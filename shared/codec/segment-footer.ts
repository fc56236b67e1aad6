import { crc32 } from 'node:zlib'
import type { ByteSource } from './byte-source.ts'
import { decodeOnce } from './decode-once.ts'
import { footerLength, ParquetFooter } from './parquet-metadata.ts'
import { parsers } from './parquet-values.ts'
import type { JsonValue, RowGroup, SegmentMetadata } from './segment-format.ts'
import {
  decoding,
  METADATA_KEYS,
  READABLE_FORMATS,
  rowGroupsSchema,
  SEGMENT_FORMAT,
  SegmentCorrupt,
  segmentMetadataSchema,
  UnknownSegmentFormat,
} from './segment-format.ts'

/** A Parquet footer, from its thrift metadata to the closing `PAR1`, decoded. */
export type SegmentFooter = {
  readonly segment: SegmentMetadata
  readonly rowGroups: readonly RowGroup[]
  readonly parquet: ParquetFooter
  /** The bytes it was decoded from. */
  readonly bytes: Uint8Array
}

/** One read of this size holds the footer of nearly every segment. */
export const FIRST_READ = 256 * 1024
const MAX_FOOTER = 64 * 1024 * 1024

/** Eight digits, put in place of the checksum while it is computed. */
export const CRC_BLANK = '00000000'

/** How thrift's compact protocol writes a `KeyValue` whose key is the checksum's: then come the digits. */
const CRC_FIELD = Buffer.concat([
  Buffer.from([0x18, METADATA_KEYS.crc.length]),
  Buffer.from(METADATA_KEYS.crc),
  Buffer.from([0x18, CRC_BLANK.length]),
])

const crcPlace = (footer: Buffer): number => {
  const field = footer.lastIndexOf(CRC_FIELD)
  if (field < 0) throw new SegmentCorrupt('footer: its checksum is missing')
  return field + CRC_FIELD.length
}

const view = (bytes: Uint8Array): Buffer => Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)

const footerCrc = (footer: Buffer, place: number): string => {
  const before = crc32(footer.subarray(0, place))
  const blank = crc32(CRC_BLANK, before)
  return crc32(footer.subarray(place + CRC_BLANK.length), blank)
    .toString(16)
    .padStart(CRC_BLANK.length, '0')
}

/** Writes the checksum of a footer into its blank. `footer` is changed in place. */
export const stampFooter = (footer: Uint8Array): void => {
  const bytes = view(footer)
  const place = crcPlace(bytes)
  bytes.write(footerCrc(bytes, place), place, 'latin1')
}

/** Who walks over a value like that by recursion would run out of stack. */
const MAX_DEPTH = 32

const isDeeper = (value: JsonValue, depth: number): boolean =>
  typeof value === 'object' &&
  value !== null &&
  (depth === 0 || Object.values(value).some((inner) => isDeeper(inner, depth - 1)))

const decodeAnew = (footer: Uint8Array): SegmentFooter =>
  decoding('footer', () => {
    const bytes = view(footer)
    const place = crcPlace(bytes)
    if (bytes.toString('latin1', place, place + CRC_BLANK.length) !== footerCrc(bytes, place))
      throw new SegmentCorrupt('footer: its checksum is wrong')
    const parquet = new ParquetFooter(footer, { parsers })
    const values = new Map(parquet.keyValues.map(({ key, value }) => [key, value]))
    const format = values.get(METADATA_KEYS.format)
    if (format === undefined || !READABLE_FORMATS.includes(format))
      throw new UnknownSegmentFormat(`segment format: expected ${SEGMENT_FORMAT}, got ${format ?? 'none'}`)
    const json = (key: string) => JSON.parse(values.get(key) ?? 'null')
    // whatever was parsed as JSON is JSON
    const inputs: JsonValue = json(METADATA_KEYS.inputs)
    if (isDeeper(inputs, MAX_DEPTH))
      throw new SegmentCorrupt(`footer: inputs nested more than ${MAX_DEPTH} deep`)
    const rowGroups = rowGroupsSchema.parse(json(METADATA_KEYS.rowGroups))
    if (rowGroups.length !== parquet.rowGroupCount)
      throw new SegmentCorrupt(
        `footer: expected ${rowGroups.length} row groups, got ${parquet.rowGroupCount}`,
      )
    const segment = { ...segmentMetadataSchema.parse(json(METADATA_KEYS.segment)), inputs }
    return { segment, rowGroups, parquet, bytes: footer }
  })

/**
 * Checks and decodes a footer. Errors: `SegmentCorrupt`, `UnknownSegmentFormat`.
 * Of a small segment the footer costs as much as all else, and whoever seals, finds, hydrates or audits meets the same bytes
 * again, in the segment and in its index object: they are decoded once. What is given back is shared, and not to be changed.
 */
export const decodeFooter = decodeOnce(decodeAnew)

/** Reads a segment's footer from the end of its file: one read, or two when it is above 256 KiB. */
export const readFooter = async (source: ByteSource): Promise<SegmentFooter> => {
  const start = Math.max(0, source.bytes - FIRST_READ)
  const tail = view(await source.read(start, source.bytes))
  const length = footerLength(tail)
  if (length === undefined) throw new SegmentCorrupt('footer: expected PAR1 at the end of the file')
  if (length > Math.min(source.bytes, MAX_FOOTER))
    throw new SegmentCorrupt(`footer: a length of ${length} in a file of ${source.bytes} bytes`)
  if (length <= tail.length) return decodeFooter(tail.subarray(tail.length - length))
  return decodeFooter(await source.read(source.bytes - length, source.bytes))
}
