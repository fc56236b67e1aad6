import type { Commit } from '../domain/commit.ts'
import type { Holding, Waiter } from '../domain/holding.ts'
import type { PartitionRef } from '../domain/segment.ts'

/** Everything that the catalog holds of one partition. */
export type PartitionState = {
  readonly commits: readonly Commit[]
  /** By segment id. A segment that has none is where its commit put it. */
  readonly holdings: ReadonlyMap<string, Holding>
  readonly waiters: readonly Waiter[]
}

export type CommitLog = {
  /**
   * One conditional put. `committed`: it is in the log, by this call or an earlier one of the same content (an answer
   * may be lost, so a refused put is read back). `conflict`: another commit has taken this id; nothing was written.
   */
  append(ref: PartitionRef, commit: Commit): Promise<'committed' | 'conflict'>
  /** Whether a commit of this id is in the log, dead or alive. A strongly consistent read of one item. */
  has(ref: PartitionRef, commitId: string): Promise<boolean>
  /** A strongly consistent read, all pages. An unknown partition is empty. */
  read(ref: PartitionRef): Promise<PartitionState>
  /** Cuts a commit off whose segments are dead and gone, with their holdings. Only the expiry role calls it. */
  remove(ref: PartitionRef, commit: Commit): Promise<void>
}

export type Holdings = {
  /**
   * Writes a segment's holding if the stored one still equals `expected` (undefined: there is none yet).
   * `stale` means that someone else was faster: read again and decide again.
   */
  put(ref: PartitionRef, holding: Holding, expected: Holding | undefined): Promise<'put' | 'stale'>
}

export type Waiters = {
  /** Adds or replaces this rehydration's waiter. */
  put(ref: PartitionRef, waiter: Waiter): Promise<void>
  /** One that is not there is already removed. */
  remove(ref: PartitionRef, rehydrationId: string): Promise<void>
}

/** A partition and when the sweep has to look at it next. */
export type PartitionEntry = PartitionRef & { readonly dueAt: number }

export type PartitionRegistry = {
  /**
   * Makes sure that the partition is known and is swept no later than `dueAt`; where a sweep is looking at it at this very
   * moment, that look counts, and what it just missed waits for the next patrol. Called before anything is put into the
   * partition, so that whatever a crash leaves there is found again.
   */
  expect(ref: PartitionRef, dueAt: number): Promise<void>
  /** A dataset's partitions whose name is within [from, to], in order, all pages. */
  list(dataset: string, range?: { from: string; to: string }): AsyncIterable<PartitionEntry>
  /** Up to `limit` partitions of a dataset that are due, most overdue first. May lag by seconds. */
  due(dataset: string, now: number, limit: number): Promise<readonly PartitionEntry[]>
  /** Moves a partition's due time after a look at it, unless somebody moved it meanwhile (`stale`). */
  settle(entry: PartitionEntry, nextDue: number): Promise<'settled' | 'stale'>
}
