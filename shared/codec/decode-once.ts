import { crc32 } from 'node:zlib'

/** So many are remembered, and none of more bytes than that. */
const KNOWN = 64
const MAX_KNOWN_BYTES = 8 * 1024

/**
 * A decoder that decodes the same few bytes once: it remembers what came of those that it met last. What it gives back is shared,
 * and not to be changed; what the decoder refuses it is asked again.
 */
export const decodeOnce = <Decoded>(decode: (bytes: Uint8Array) => Decoded): typeof decode => {
  // by their CRC-32, which takes a tenth of the time that a text of them would take as a name
  const known = new Map<number, { readonly bytes: Buffer; readonly decoded: Decoded }>()
  return (bytes) => {
    if (bytes.length > MAX_KNOWN_BYTES) return decode(bytes)
    const crc = crc32(bytes)
    const before = known.get(crc)
    if (before?.bytes.equals(bytes)) return before.decoded
    // of a copy: the bytes given may be a part of many more, or change
    const own = Buffer.from(bytes)
    const decoded = decode(own)
    known.set(crc, { bytes: own, decoded })
    for (const oldest of known.keys()) {
      if (known.size <= KNOWN) break
      known.delete(oldest)
    }
    return decoded
  }
}
