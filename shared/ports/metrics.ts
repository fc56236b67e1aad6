import type { RetrievalTier, StorageClass } from '../domain/storage-class.ts'
import type { ThawSize } from '../domain/thaw-sample.ts'

export type RehydrationMetrics = {
  /** One rehydration completed: its phases in ms, and what it delivered. */
  rehydrationFinished(facts: {
    phases: { queued: number; thawing: number; hydrating: number; total: number }
    /** The coldest class that was read from. */
    storageClass: StorageClass
    tier: RetrievalTier
    /** Of all segments that were read. */
    size: ThawSize
    records: number
    bytes: number
    /** What it has cost, US dollars by list price. */
    dollars: number
    /** Whether all was readable by the time that was asked for; null where none was. */
    inTime: boolean | null
    /** What it really was, for each unit that was told before; null where nothing was told. */
    accuracy: { cost: number | null; time: number | null }
  }): void
}

export type ThawMetrics = {
  /** One partition was looked at: thaws that S3 was asked for, made faster, and of others that serve it too. */
  thawed(facts: { requested: number; raised: number; shared: number }): void
}
