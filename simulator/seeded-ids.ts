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
