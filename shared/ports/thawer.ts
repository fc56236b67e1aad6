import type { RetrievalTier } from '../domain/storage-class.ts'

/**
 * `requested`: S3 has begun, or goes on with a faster tier than it was asked for before, which it does for as many days only. `already-readable`: it was readable, and its window is now counted anew from now on.
 * `in-progress`: someone asked before, with a tier as fast or for other days; nothing changed. `not-archived`: its class needs no thaw. `missing`: no such object.
 * `expedited-unavailable`: S3 has no capacity for Expedited now; nothing was requested.
 */
export type ThawOutcome =
  | 'requested'
  | 'already-readable'
  | 'in-progress'
  | 'not-archived'
  | 'expedited-unavailable'
  | 'missing'

export type Thawer = {
  /** Asks for a readable copy of an archived object for so many days. Throttling and faults are thrown. */
  thaw(key: string, request: { tier: RetrievalTier; days: number }): Promise<ThawOutcome>
}
