import { lifeOfCopy, type Moments } from './copy-life.ts'
import { type Lines, totalOf } from './meter.ts'
import { thawDays } from './plan-thaw.ts'
import { PRICES, type PriceTable } from './prices.ts'
import type { ArchiveClass, RetrievalTier } from './storage-class.ts'
import type { WorkPlan } from './work-plan.ts'

export type BilledThaws = {
  readonly lines: Lines
  /** Byte-ms by which the restored copies may be there for shorter. */
  readonly copiesMayLack: number
}

export const RESTORED_COPY = 's3.storage.restored-copy'

/** What S3 bills for so many requests for thaws, of so many bytes, whose restored copies take up so many byte-ms. */
export const thawLines = (
  storageClass: ArchiveClass,
  tier: RetrievalTier,
  { requests, bytes, copies }: { readonly requests: number; readonly bytes: number; readonly copies: number },
): Lines => [
  [`s3.restore-request.${storageClass}.${tier}`, requests],
  [`s3.restore-gb.${storageClass}.${tier}`, bytes],
  [RESTORED_COPY, copies],
]

/**
 * US dollars for one request, of a thaw or, with no `bytes`, of keeping a copy that is there for longer; `copies` is what its restored
 * copy takes up, in byte-ms.
 */
export const thawRequestDollars = (
  storageClass: ArchiveClass,
  tier: RetrievalTier,
  { bytes, copies }: { readonly bytes: number; readonly copies: number },
  table: PriceTable = PRICES,
): number => totalOf(thawLines(storageClass, tier, { requests: 1, bytes, copies }), table)

/**
 * What S3 bills for thawing what is cold in one class with one tier, and for keeping for longer what is thawed, when it is asked at
 * some of these moments.
 */
export const billThaws = (
  { partitions, keepDays }: Pick<WorkPlan, 'partitions' | 'keepDays'>,
  storageClass: ArchiveClass,
  tier: RetrievalTier,
  asked: Moments,
): BilledThaws => {
  const within = partitions
    .flatMap(({ segments }) => segments)
    .filter((segment) => segment.storageClass === storageClass)
  const sizes = within.filter(({ readable }) => readable === 'cold').map(({ bytes }) => bytes)
  const longer = within.flatMap(({ bytes, lengthen }) => (lengthen === undefined ? [] : [bytes * lengthen]))
  if (sizes.length + longer.length === 0) return { lines: [], copiesMayLack: 0 }
  const bytes = sizes.reduce((sum, size) => sum + size, 0)
  const life = lifeOfCopy(storageClass, tier, { days: thawDays(keepDays), asked })
  const added = longer.reduce((sum, byteMs) => sum + byteMs, 0)
  return {
    lines: thawLines(storageClass, tier, {
      requests: sizes.length + longer.length,
      bytes,
      copies: bytes * life.most + added,
    }),
    copiesMayLack: bytes * (life.most - life.least) + added,
  }
}
