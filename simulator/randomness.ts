import { createHash, randomUUID } from 'node:crypto'

/** UUIDs, random, or the same ones for the same seed. */
export const makeIds = (seed: number | undefined): (() => string) => {
  if (seed === undefined) return randomUUID
  let count = 0
  return () => {
    const hex = createHash('sha256').update(`${seed}/${count++}`).digest('hex')
    return hex.replace(/^(.{8})(.{4}).(.{3}).(.{3})(.{12}).*$/, '$1-$2-4$3-8$4-$5')
  }
}

/** Numbers from 0 to below 1, random, or the same ones for the same seed (mulberry32). */
export const makeRandom = (seed: number | undefined): (() => number) => {
  if (seed === undefined) return Math.random
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}
