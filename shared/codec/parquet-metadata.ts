import type { FileMetaData, MetadataOptions } from 'hyparquet'
import { parquetMetadata } from 'hyparquet'
import { checkThrift } from './thrift-shape.ts'

/** Metadata length (4 bytes) and magic (4 bytes) at the very end of a Parquet file. */
export const TRAILER = 8
const MAGIC = 'PAR1'

/** The length of a footer, its trailer included, from the last bytes of a file; undefined when they are no trailer. */
export const footerLength = (tail: Uint8Array): number | undefined => {
  const bytes = Buffer.from(tail.buffer, tail.byteOffset, tail.byteLength)
  if (bytes.length < TRAILER || bytes.toString('latin1', bytes.length - MAGIC.length) !== MAGIC)
    return undefined
  return bytes.readUInt32LE(bytes.length - TRAILER) + TRAILER
}

/** Decodes a footer, which is all of `footer`, in bounded memory. Throws whatever the library does where it is none. */
export const decodeMetadata = (footer: Uint8Array, options: MetadataOptions = {}): FileMetaData => {
  if (footerLength(footer) !== footer.length) throw new RangeError('parquet: not the bytes of one footer')
  checkThrift(footer.subarray(0, -TRAILER))
  return parquetMetadata(footer, { ...options, geoparquet: false })
}
