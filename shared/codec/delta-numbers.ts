const VARINT_BITS = 7
const MAX_VARINT_BYTES = 10
/** Bits are taken in two parts of this many, which with those before them in their first byte fit into 32. */
const PART = 24
const PART_BYTES = PART / 8
const LOW = 2 ** PART - 1
/** Behind the end there is room to read two words. */
const ROOM = 8

const ended = (length: number) => new RangeError(`delta numbers: they do not end within ${length} bytes`)

const isExact = (value: number) => Number.isSafeInteger(value)

/**
 * Numbers of Parquet's DELTA_BINARY_PACKED encoding, at least one, without the BigInts that the library makes of them, which take
 * several times as long. Undefined where one lies above 2^53, or deltas are wider than 48 bits. Throws where the bytes end early.
 * https://parquet.apache.org/docs/file-format/data-pages/encodings/#DELTAENC
 */
export const deltaNumbers = (page: Uint8Array, count: number): Float64Array | undefined => {
  const bytes = Buffer.alloc(page.length + ROOM)
  bytes.set(page)
  let at = 0
  const step = (length: number): number => {
    const from = at
    at += length
    if (!(at <= page.length)) throw ended(page.length)
    return from
  }
  const varint = (): number => {
    let value = 0
    for (let place = 0; place < MAX_VARINT_BYTES; place += 1) {
      const byte = Number(bytes[step(1)])
      value += (byte % 128) * 2 ** (VARINT_BITS * place)
      if (byte < 128) return value
    }
    throw ended(page.length)
  }
  const zigzag = (): number => {
    const value = varint()
    return value % 2 === 0 ? value / 2 : -(value + 1) / 2
  }

  const blockSize = varint()
  const miniblocks = varint()
  const perMiniblock = blockSize / miniblocks
  if (!(perMiniblock > 0)) throw new RangeError(`delta numbers: ${blockSize} in ${miniblocks} parts`)
  varint()
  const numbers = new Float64Array(count)
  let value = zigzag()
  numbers[0] = value
  let index = 1
  while (index < count) {
    const least = zigzag()
    if (!isExact(value) || !isExact(least)) return undefined
    const widths = step(miniblocks)
    for (let one = 0; one < miniblocks && index < count; one += 1) {
      const width = Number(bytes[widths + one])
      if (width > 2 * PART) return undefined
      const here = Math.min(perMiniblock, count - index)
      // the last one may end with its last value
      const start = step(Math.ceil((here * width) / 8))
      at = start + (perMiniblock * width) / 8
      const lowMask = width < PART ? 2 ** width - 1 : LOW
      const highMask = width < PART ? 0 : 2 ** (width - PART) - 1
      for (let bit = 0; bit < here * width || (width === 0 && bit < here); bit += Math.max(width, 1)) {
        const place = start + (bit >>> 3)
        let delta = width === 0 ? 0 : (bytes.readUInt32LE(place) >>> (bit & 7)) & lowMask
        if (highMask > 0)
          delta += ((bytes.readUInt32LE(place + PART_BYTES) >>> (bit & 7)) & highMask) * 2 ** PART
        value += least + delta
        numbers[index] = value
        index += 1
        if (!isExact(value)) return undefined
      }
    }
  }
  return isExact(value) ? numbers : undefined
}
