import * as z from 'zod'
import { type Digest, parseDigest } from '../../domain/digest.ts'

/** What the items of rehydrations and those of their tasks have in common. */

export const count = z.int().nonnegative()
export const digest = z.string().transform((text): Digest => parseDigest(text))

export const completeness = z.object({
  segments: count,
  read: count,
  cold: count,
  unreadable: count,
  missing: count,
})

/** The same members in the same order, whoever made the object. */
export const canonical = (value: unknown): unknown => {
  if (Array.isArray(value)) return value.map(canonical)
  if (typeof value !== 'object' || value === null) return value
  return Object.entries(value)
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([key, member]) => [key, canonical(member)])
}
