import type { FileMetaData, KeyValue, MetadataOptions, RowGroup, SchemaElement } from 'hyparquet'
import { parquetMetadata } from 'hyparquet'
import { decoding } from './segment-format.ts'
import { checkThrift, findThriftList } from './thrift-shape.ts'

/** Metadata length (4 bytes) and magic (4 bytes) at the very end of a Parquet file. */
export const TRAILER = 8
const MAGIC = 'PAR1'

/** A trailer whose length is still to be written. */
const TAIL = Buffer.from(`\0\0\0\0${MAGIC}`, 'latin1')
/** Of a footer's fields, the list of row groups; and how Thrift begins a list of at most one struct. */
const ROW_GROUPS = 4
const STRUCT = 12
const headOfList = (length: 0 | 1): Uint8Array => Uint8Array.of((length << 4) | STRUCT)
const END = Uint8Array.of(0)

/** The length of a footer, its trailer included, from the last bytes of a file; undefined when they are no trailer. */
export const footerLength = (tail: Uint8Array): number | undefined => {
  const bytes = Buffer.from(tail.buffer, tail.byteOffset, tail.byteLength)
  if (bytes.length < TRAILER || bytes.toString('latin1', bytes.length - MAGIC.length) !== MAGIC)
    return undefined
  return bytes.readUInt32LE(bytes.length - TRAILER) + TRAILER
}

const metadataIn = (footer: Uint8Array): Uint8Array => {
  if (footerLength(footer) !== footer.length) throw new RangeError('parquet: not the bytes of one footer')
  return footer.subarray(0, -TRAILER)
}

/** Decodes a footer, which is all of `footer`, in bounded memory. Throws whatever the library does where it is none. */
export const decodeMetadata = (footer: Uint8Array): FileMetaData => {
  checkThrift(metadataIn(footer))
  return parquetMetadata(footer, { geoparquet: false })
}

/** A footer of which each row group is decoded when it is asked for: who looks for one record needs one of hundreds. */
export class ParquetFooter {
  readonly schema: readonly SchemaElement[]
  readonly keyValues: readonly KeyValue[]
  readonly rowGroupCount: number
  readonly #rowGroupAt: (at: number) => RowGroup | undefined
  readonly #known: (RowGroup | undefined)[] = []

  /** Errors: whatever the library throws where it is no footer. */
  constructor(footer: Uint8Array, options: Pick<MetadataOptions, 'parsers'>) {
    const metadata = metadataIn(footer)
    const { head, end, elements } = findThriftList(metadata, ROW_GROUPS)
    const before = metadata.subarray(0, head)
    /** What the library makes of the footer of a file that has only these row groups. */
    const decode = (length: 0 | 1, ...rest: readonly Uint8Array[]) => {
      const bytes = Buffer.concat([before, headOfList(length), ...rest, TAIL])
      bytes.writeUInt32LE(bytes.length - TRAILER, bytes.length - TRAILER)
      return parquetMetadata(bytes, { ...options, geoparquet: false })
    }
    const { schema, key_value_metadata: keyValues = [] } = decode(0, metadata.subarray(end))
    this.schema = schema
    this.keyValues = keyValues
    this.rowGroupCount = elements.length
    this.#rowGroupAt = (at) =>
      decode(1, metadata.subarray(elements[at], elements[at + 1] ?? end), END).row_groups[0]
  }

  /** Errors: `SegmentCorrupt`. */
  rowGroup(at: number): RowGroup | undefined {
    if (at < this.rowGroupCount)
      this.#known[at] ??= decoding(`footer: row group ${at}`, () => this.#rowGroupAt(at))
    return this.#known[at]
  }
}
