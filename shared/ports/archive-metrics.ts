import type { StorageClass } from '../domain/storage-class.ts'

/** What the archive side tells about itself; ids never, so that the number of paid metrics stays small. */
export type AgeMetrics = {
  /** Records that were committed: how many, their bytes, and how long ago (ms) the oldest was sent to icecore. */
  aged(facts: { records: number; bytes: number; oldestLag: number }): void
  duplicatesDropped(count: number): void
  quarantined(count: number): void
}

export type SealMetrics = {
  /** One sealed segment: its size, and how many bytes of bodies a stored byte holds. */
  sealed(facts: { bytes: number; bodyBytes: number; records: number; storageClass: StorageClass }): void
  duplicatesDropped(count: number): void
}

export type SweepMetrics = {
  /** One sweep: what it did, and what it found missing or late. */
  swept(facts: {
    partitions: number
    moved: number
    orphans: number
    missing: number
    /** Partitions that there was no time for. */
    overdue: number
    /** Thaws that take longer than S3 says they may. */
    thawsOverdue: number
  }): void
}

export type AuditMetrics = {
  /** One run: what it looked into, what it found and repaired, and how long (ms) the longest unaudited partition waits. */
  audited(facts: {
    segments: number
    repairs: number
    age: number
    findings: Readonly<Record<'orphan' | 'phantom' | 'mismatch', number>>
  }): void
}
