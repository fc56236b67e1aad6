import type { PartitionRef } from '../domain/segment.ts'
import type { Snapshot } from '../domain/snapshot.ts'

/**
 * What stands in the bucket of a partition's log. `damaged`: something that is no snapshot of it. Both come with the version
 * that a write has to name; without one there is nothing yet.
 */
export type KeptSnapshot = {
  readonly snapshot: Snapshot | undefined
  readonly version: string | undefined
  readonly damaged: boolean
}

export type Snapshots = {
  /** Read before the log is, so that the log that is then read is never older than the snapshot. */
  read(ref: PartitionRef): Promise<KeptSnapshot>
  /** Replaces the one that was read. `changed`: somebody else did; nothing was written. */
  write(snapshot: Snapshot, replaces: string | undefined): Promise<'written' | 'changed'>
}
