/** Chance that is drawn from a seed and a name: the same two give the same, on any machine and whatever else was drawn. */
export type Draw = {
  /** 0 to 1, without 1; the same for the same name, however often it is asked for. */
  at(name: string): number
  /** A source of its own, which what is drawn elsewhere does not change. */
  fork(name: string): Draw
  /** The next number of this source, 0 to 1, without 1. */
  next(): number
  /** A whole number from 0 to, not including, `limit`. */
  below(limit: number): number
  chance(probability: number): boolean
  /** Undefined only of an empty list. */
  pick<Item>(items: readonly Item[]): Item | undefined
  bytes(count: number): Uint8Array
}

/** FNV-1a, continued from `seed`. http://www.isthe.com/chongo/tech/comp/fnv/ */
const hashText = (text: string, seed: number): number => {
  let hash = seed ^ 0x811c9dc5
  for (let at = 0; at < text.length; at += 1) hash = Math.imul(hash ^ text.charCodeAt(at), 0x01000193)
  return hash >>> 0
}

/** mulberry32's way of mixing: small, fast, and even enough to choose by. https://gist.github.com/tommyettinger/46a874533244883189143505d203312c */
const mix = (state: number): number => {
  let mixed = Math.imul(state ^ (state >>> 15), state | 1)
  mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
  return (mixed ^ (mixed >>> 14)) >>> 0
}

const STEP = 0x6d2b79f5

export const makeDraw = (seed: number): Draw => {
  const own = mix(Math.imul(seed, 0x9e3779b1) >>> 0)
  let state = own
  const next = () => {
    state = (state + STEP) >>> 0
    return mix(state) / 2 ** 32
  }
  const below = (limit: number) => Math.floor(next() * limit)
  return {
    at: (name) => mix((hashText(name, own) + STEP) >>> 0) / 2 ** 32,
    fork: (name) => makeDraw(hashText(name, own)),
    next,
    below,
    chance: (probability) => next() < probability,
    pick: (items) => items[below(items.length)],
    bytes: (count) => {
      const bytes = new Uint8Array(count)
      for (let at = 0; at < count; at += 1) bytes[at] = below(256)
      return bytes
    },
  }
}
