import { zstdAt } from './parquet-values.ts'

const FAST = 1
const SMALL = 9
/** Of what is short anyway: there the slow level takes thirty times as long and makes 2 % less. */
const MEDIUM = 6

/** The slow level has to take off this share of what the fast one makes: it takes five to seven times as long. */
const WORTH = 0.03
const SHORT = 16 * 1024
/** Pages below this are not worth asking. */
const LONG = 64 * 1024
/** How many long pages one answer holds for. */
const HOLDS_FOR = 128

/**
 * Compresses pages that are kept for years: at zstd's level 9 where that makes less of them, at level 1 where it hardly does, as
 * of texts full of random characters. One long page of 128 is tried at both, and the shorter outcome is what is kept of it.
 */
export const makeZstdThatPays = () => {
  const [fast, medium, small] = [zstdAt(FAST), zstdAt(MEDIUM), zstdAt(SMALL)]
  let compress = small
  let left = 0
  return (page: Uint8Array): Uint8Array => {
    if (page.length < SHORT) return medium(page)
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
