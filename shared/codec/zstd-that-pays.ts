import { zstdAt } from './parquet-values.ts'

const FAST = 1
const SMALL = 9

/** The slow level has to take off this share of what the fast one makes: it takes five to seven times as long. */
const WORTH = 0.03
/** Shorter pages are not worth asking: they cost little at any level. */
const LONG = 64 * 1024
/** How many long pages one answer holds for. */
const HOLDS_FOR = 16

/**
 * Compresses pages that are kept for years: at zstd's level 9 where that makes less of them, at level 1 where it hardly does, as
 * of texts full of random characters. Every sixteenth long page is tried at both, and the shorter outcome is what is kept of it.
 */
export const makeZstdThatPays = () => {
  const [fast, small] = [zstdAt(FAST), zstdAt(SMALL)]
  let compress = small
  let left = 0
  return (page: Uint8Array): Uint8Array => {
    if (page.length < LONG) return small(page)
    if (left > 0) {
      left -= 1
      return compress(page)
    }
    left = HOLDS_FOR - 1
    const [quick, slow] = [fast(page), small(page)]
    compress = slow.length <= (1 - WORTH) * quick.length ? small : fast
    return slow.length <= quick.length ? slow : quick
  }
}
