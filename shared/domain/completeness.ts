/**
 * How much of what could hold the answer was looked at. A segment that its id range or its index object rules out is not
 * counted: it is known to hold nothing.
 */
export type Completeness = {
  /** Segments that may hold wanted records. */
  readonly segments: number
  readonly read: number
  /** In a cold class, not thawed. */
  readonly cold: number
  /** Read, but their bytes are not what was written, or of an unknown format. */
  readonly unreadable: number
  /** In the catalog and not in the bucket. */
  readonly missing: number
}

export const UNREAD_REASONS = ['cold', 'missing', 'unreadable'] as const
/** Why a segment could not be read. */
export type Unread = (typeof UNREAD_REASONS)[number]

export const nothingToRead: Completeness = { segments: 0, read: 0, cold: 0, unreadable: 0, missing: 0 }

export const addCompleteness = (...parts: readonly Completeness[]): Completeness =>
  parts.reduce(
    (sum, part) => ({
      segments: sum.segments + part.segments,
      read: sum.read + part.read,
      cold: sum.cold + part.cold,
      unreadable: sum.unreadable + part.unreadable,
      missing: sum.missing + part.missing,
    }),
    nothingToRead,
  )

export const isComplete = ({ segments, read }: Completeness): boolean => read === segments
