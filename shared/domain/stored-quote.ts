import type { Moments } from './copy-life.ts'
import { fixedDollars, thawDollars } from './price-work.ts'
import type { RehydrationRequest } from './rehydration.ts'
import type { Price } from './rehydration-terms.ts'
import { type ArchiveClass, type ClassTiers, type RetrievalTier, tiersOf } from './storage-class.ts'
import { bytesOf, type WorkPlan } from './work-plan.ts'

/** What a quote is of. Without a destination it is of any that is no queue. */
export type QuotedRequest = Pick<
  RehydrationRequest,
  'dataset' | 'selection' | 'format' | 'compression' | 'columns' | 'keepDays'
> & { readonly destination: string | null }

/** The same, as it is kept: a selection may be long. */
export type QuotedFor = Omit<QuotedRequest, 'selection'> & {
  /** A hash of it. */
  readonly selection: string
}

export type QuotedTime = { readonly p50: number; readonly p95: number }

/** A quote that can be accepted: what the rehydration may cost at most, US dollars. */
export type StoredQuote = {
  /** A ULID. */
  readonly id: string
  readonly of: QuotedFor
  readonly expiresAt: number
  /** What costs the same with any tier. */
  readonly fixed: number
  /** What it adds to thaw what is cold in each class, by tier. */
  readonly thaws: Readonly<Record<ArchiveClass, Readonly<Record<RetrievalTier, number>>>>
  /** Of the segments that are read. */
  readonly bytes: number
  /** When all is readable with each tier that serves all: in half of all cases, and in 95 of 100. */
  readonly readyBy: Partial<Readonly<Record<RetrievalTier, QuotedTime>>>
}

/** What is kept of a quote that was made of this work. */
export const keepQuote = (
  about: Pick<StoredQuote, 'id' | 'of' | 'expiresAt' | 'readyBy'>,
  work: WorkPlan,
  asked: Moments,
): StoredQuote => {
  const byTier = (storageClass: ArchiveClass): Record<RetrievalTier, number> => {
    const dollarsOf = (tier: RetrievalTier) =>
      thawDollars(work, storageClass, tiersOf(tier)[storageClass], asked)
    return { Bulk: dollarsOf('Bulk'), Standard: dollarsOf('Standard'), Expedited: dollarsOf('Expedited') }
  }
  return {
    ...about,
    fixed: fixedDollars(work),
    thaws: { GLACIER: byTier('GLACIER'), DEEP_ARCHIVE: byTier('DEEP_ARCHIVE') },
    bytes: bytesOf(work),
  }
}

/** What the quote allows with these tiers. */
export const quotedPrice = ({ fixed, thaws, bytes }: StoredQuote, tiers: ClassTiers): Price => ({
  dollars: fixed + thaws.GLACIER[tiers.GLACIER] + thaws.DEEP_ARCHIVE[tiers.DEEP_ARCHIVE],
  bytes,
  fixed,
})

/** The first field in which a request is another than the quote was asked for; undefined where it is the same. */
export const differsFrom = (
  { of }: Pick<StoredQuote, 'of'>,
  wanted: QuotedFor & { readonly isReplay: boolean },
): keyof QuotedFor | undefined => {
  const isSameDestination = of.destination === null ? !wanted.isReplay : of.destination === wanted.destination
  if (of.dataset !== wanted.dataset) return 'dataset'
  if (of.selection !== wanted.selection) return 'selection'
  if (!isSameDestination) return 'destination'
  if (of.format !== wanted.format) return 'format'
  if (of.compression !== wanted.compression) return 'compression'
  if (JSON.stringify(of.columns) !== JSON.stringify(wanted.columns)) return 'columns'
  return of.keepDays === wanted.keepDays ? undefined : 'keepDays'
}
