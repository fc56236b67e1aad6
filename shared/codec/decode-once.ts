/** So many are remembered, and none of more bytes than that. */
const KNOWN = 64
const MAX_KNOWN_BYTES = 8 * 1024

/**
 * A decoder that decodes the same few bytes once: it remembers what came of those that it met last. What it gives back is shared,
 * and not to be changed; what the decoder refuses it is asked again.
 */
export const decodeOnce = <Decoded>(decode: (bytes: Uint8Array) => Decoded): typeof decode => {
  const known = new Map<string, Decoded>()
  return (bytes) => {
    if (bytes.length > MAX_KNOWN_BYTES) return decode(bytes)
    const name = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('latin1')
    const before = known.get(name)
    if (before !== undefined) return before
    // of a copy: the bytes given may be a part of many more, or change
    const decoded = decode(Buffer.from(name, 'latin1'))
    known.set(name, decoded)
    for (const oldest of known.keys()) {
      if (known.size <= KNOWN) break
      known.delete(oldest)
    }
    return decoded
  }
}
