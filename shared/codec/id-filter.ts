/**
 * A split-block Bloom filter over the ids of a segment, about 12 bits an id: never a false no, at most 1 % of false yeses.
 * Serialised as the 32-bit words of its blocks, little-endian, 32 bytes a block.
 */
export type IdFilter = Uint8Array

const WORDS = 8
const BLOCK_BYTES = 4 * WORDS
const BITS_PER_ID = 12

/** Odd constants that spread one 32-bit hash over the eight words of a block, as in Parquet's Bloom filters. */
const SALT = [
  0x47b6137b, 0x44974d91, 0x8824ad5b, 0xa2b7289d, 0x705495c7, 0x2df1424b, 0x9efc4947, 0x5c6bfb31,
] as const

/**
 * Two 32-bit hashes of an id's UTF-16 units: one picks the block, the other the bits in it.
 * Part of the format of the index object: a change needs a new format version.
 */
const hashId = (id: string): { block: number; bits: number } => {
  let a = 0x9e3779b9
  let b = 0x85ebca6b ^ id.length
  for (let at = 0; at < id.length; at += 1) {
    const unit = id.charCodeAt(at)
    a = Math.imul(a ^ unit, 0x9e3779b1)
    b = Math.imul(b ^ unit, 0x5f356495)
    a ^= a >>> 15
    b ^= b >>> 13
  }
  a = Math.imul(a ^ (a >>> 16), 0x85ebca6b) ^ Math.imul(b ^ (b >>> 13), 0xc2b2ae35)
  b = Math.imul(b ^ (b >>> 16), 0xcc9e2d51) ^ Math.imul(a ^ (a >>> 13), 0x1b873593)
  return { block: (a ^ (a >>> 16)) >>> 0, bits: (b ^ (b >>> 15)) >>> 0 }
}

const blockOf = (hash: number, blocks: number): number => Math.floor((hash / 2 ** 32) * blocks)

const bitOf = (bits: number, salt: number): number => (1 << (Math.imul(bits, salt) >>> 27)) >>> 0

export type IdFilterBuilder = { add(id: string): void; build(): IdFilter }

/** Collects the hashes of ids, 8 bytes each, until their number is known. Ids that come sorted are counted once. */
export const makeIdFilterBuilder = (): IdFilterBuilder => {
  let hashes = new Uint32Array(64)
  let used = 0
  let last: string | undefined
  return {
    add: (id) => {
      if (id === last) return
      last = id
      if (used === hashes.length) {
        const larger = new Uint32Array(2 * hashes.length)
        larger.set(hashes)
        hashes = larger
      }
      const { block, bits } = hashId(id)
      hashes[used] = block
      hashes[used + 1] = bits
      used += 2
    },
    build: () => {
      const blocks = Math.max(1, Math.ceil(((used / 2) * BITS_PER_ID) / (8 * BLOCK_BYTES)))
      const words = new Uint32Array(blocks * WORDS)
      for (let at = 0; at < used; at += 2) {
        const start = blockOf(Number(hashes[at]), blocks) * WORDS
        SALT.forEach((salt, word) => {
          words[start + word] = Number(words[start + word]) | bitOf(Number(hashes[at + 1]), salt)
        })
      }
      const filter = new Uint8Array(blocks * BLOCK_BYTES)
      const view = new DataView(filter.buffer)
      words.forEach((word, at) => {
        view.setUint32(4 * at, word, true)
      })
      return filter
    },
  }
}

export const buildIdFilter = (ids: Iterable<string>): IdFilter => {
  const builder = makeIdFilterBuilder()
  for (const id of ids) builder.add(id)
  return builder.build()
}

/** False: the id was not among those that the filter was built from. An ill-formed filter is an error. */
export const mayContainId = (filter: IdFilter, id: string): boolean => {
  const blocks = filter.byteLength / BLOCK_BYTES
  if (blocks < 1 || !Number.isInteger(blocks))
    throw new Error(`id filter: expected a multiple of ${BLOCK_BYTES} bytes, got ${filter.byteLength}`)
  const { block, bits } = hashId(id)
  const view = new DataView(
    filter.buffer,
    filter.byteOffset + blockOf(block, blocks) * BLOCK_BYTES,
    BLOCK_BYTES,
  )
  return SALT.every((salt, word) => (view.getUint32(4 * word, true) & bitOf(bits, salt)) !== 0)
}
