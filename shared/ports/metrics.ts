import type { RetrievalTier, StorageClass } from '../domain/storage-class.ts'

export type RehydrationMetrics = {
  /** One rehydration completed: its phases in ms, and what it delivered. */
  rehydrationFinished(facts: {
    phases: { queued: number; thawing: number; hydrating: number; total: number }
    /** The coldest class that was read from. */
    storageClass: StorageClass
    tier: RetrievalTier
    records: number
    bytes: number
  }): void
}
