/** The run's only source of chance: the same seed draws the same, whatever the machine. */
export type Draw = {
  /** 0 to 1, without 1. */
  next(): number
  /** A whole number from 0 to, not including, `limit`. */
  below(limit: number): number
  chance(probability: number): boolean
  /** Undefined only of an empty list. */
  pick<Item>(items: readonly Item[]): Item | undefined
  bytes(count: number): Uint8Array
}

/** mulberry32: small, fast, and even enough to choose by. https://gist.github.com/tommyettinger/46a874533244883189143505d203312c */
export const makeDraw = (seed: number): Draw => {
  let state = Math.imul(seed, 0x9e3779b1) >>> 0
  const next = () => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
  const below = (limit: number) => Math.floor(next() * limit)
  return {
    next,
    below,
    chance: (probability) => next() < probability,
    pick: (items) => items[below(items.length)],
    bytes: (count) => Uint8Array.from({ length: count }, () => below(256)),
  }
}
