import type { ArchiveClass, JobTier, RetrievalTier, StorageClass } from './storage-class.ts'

/** A faster tier that S3 is asked for while a thaw is under way. A thaw is made faster once at most. */
export type Raise = {
  readonly to: RetrievalTier
  readonly at: number
  /** The rehydration that needs it. */
  readonly by: string
  /**
   * `asking`: S3 may have been asked already, or not yet. `raised`: it does it with that tier from then on. `unsure`: it said that it is at
   * it already, which may be the echo of a request whose answer was lost.
   */
  readonly state: 'asking' | 'raised' | 'unsure'
}

/** One thaw of one segment, shared by all who need it. */
export type Thaw = {
  readonly tier: RetrievalTier
  /** The class that it was thawed in, once lifecycle has moved it on; missing while it is there still. */
  readonly from?: ArchiveClass | undefined
  readonly requestedAt: number
  /** When S3 takes the restored copy away; null while it is not there yet. Read from S3, never computed. */
  readonly readableUntil: number | null
  /** The longest that anybody has asked for it to be there; missing where nobody said. */
  readonly neededUntil?: number | undefined
  /** That S3 was asked for; missing where nobody knows how it was asked for. */
  readonly days?: number | undefined
  /** The rehydration that asked for it; missing where nobody knows. */
  readonly by?: string | undefined
  /** Missing while nobody has tried to make it faster. */
  readonly raise?: Raise | undefined
}

/**
 * A job of S3 Batch Operations asks for it: for as long as that may do so, however long it takes, nobody else does. What it asks for, and
 * until when that is needed.
 */
export type JobClaim = {
  readonly rehydrationId: string
  /** The job's name in its rehydration. */
  readonly name: string
  readonly tier: JobTier
  readonly days: number
  readonly until: number
}

/**
 * Somebody is asking S3 for a thaw, or for a longer one, at this moment. S3 counts the days of the last who asked, so they ask
 * one after the other: else one who was held up could shorten the time that another was given meanwhile.
 */
export type Asking = {
  readonly attempt: string
  readonly since: number
  /** Missing where one asks by itself, at once. */
  readonly job?: JobClaim | undefined
}

/** What changes about a segment after its commit: where it is stored, and whether it is thawed. */
export type Holding = {
  readonly segmentId: string
  /** The class that S3 last confirmed. */
  readonly storageClass: StorageClass
  readonly confirmedAt: number
  /** The class that its tag asks lifecycle for, until S3 confirms it. */
  readonly target: StorageClass | null
  readonly taggedAt: number | null
  readonly thaw: Thaw | null
  /** Missing while nobody asks S3. */
  readonly asking?: Asking | undefined
}

/** A rehydration that waits for segments of this partition to become readable. */
export type Waiter = {
  readonly rehydrationId: string
  readonly segmentIds: readonly string[]
  readonly since: number
  /** How long it wants them to stay readable. */
  readonly keepDays: number | null
}
