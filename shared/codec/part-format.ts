import type { Digest } from '../domain/digest.ts'
import type { ArchiveRecord } from '../domain/record.ts'

/** Writes records as a file of one format. The same records are the same bytes, however they come in. */
export type PartFormat = {
  /** In the order of `compareRecords`, also from one call to the next. */
  write(records: readonly ArchiveRecord[]): Promise<void>
  /** Ends the file and closes its sink. @param received the digest of all that was written. */
  finish(received: Digest): Promise<void>
}
