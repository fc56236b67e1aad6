import { billThaws, RESTORED_COPY } from './bill-thaws.ts'
import { billWork } from './bill-work.ts'
import { computeWork } from './compute-work.ts'
import type { Moments } from './copy-life.ts'
import { type Lines, totalOf } from './meter.ts'
import { dollarsFor, PRICES, type PriceTable } from './prices.ts'
import { ARCHIVE_CLASSES, type ArchiveClass, type ClassTiers, type RetrievalTier } from './storage-class.ts'
import type { WorkPlan } from './work-plan.ts'

/** US dollars by list price. docs/cost-of-a-rehydration.md says what is in each. */
export type Dollars = {
  /** RestoreObject, the files that are put, messages, and the catalog's reads and writes. */
  readonly requests: number
  /** Bytes taken out of a class that bills for them. */
  readonly retrieval: number
  /** The restored copies, for as long as S3 may keep them. */
  readonly temporaryStorage: number
  /** GET and HEAD of segments and index objects. */
  readonly reads: number
  /** Functions, by an estimate. */
  readonly compute: number
  readonly total: number
}

/** What work costs at most. `atLeast`: where each restored copy is there for as short as it may be. */
export type WorkPrice = { readonly dollars: Dollars; readonly atLeast: number }

type Part = Exclude<keyof Dollars, 'total'>

const partOf = (line: string): Part => {
  if (line === RESTORED_COPY) return 'temporaryStorage'
  if (line.startsWith('s3.restore-gb.') || line.startsWith('s3.retrieval-gb.')) return 'retrieval'
  if (line.startsWith('lambda.')) return 'compute'
  return line.startsWith('s3.get.') ? 'reads' : 'requests'
}

const fixedLines = (work: WorkPlan): Lines => [...billWork(work), ...Object.entries(computeWork(work))]

/** Of the work what costs the same with any tier, US dollars. */
export const fixedDollars = (work: WorkPlan): number => totalOf(fixedLines(work))

/** What it adds at most to thaw what is cold in this class with this tier, US dollars. */
export const thawDollars = (
  work: Pick<WorkPlan, 'partitions' | 'keepDays'>,
  storageClass: ArchiveClass,
  tier: RetrievalTier,
  asked: Moments,
): number => totalOf(billThaws(work, storageClass, tier, asked).lines)

/** What the work costs when S3 is asked for its thaws at some of these moments. */
export const priceWork = (
  work: WorkPlan,
  tiers: ClassTiers,
  asked: Moments,
  table: PriceTable = PRICES,
): WorkPrice => {
  const thaws = ARCHIVE_CLASSES.map((storageClass) =>
    billThaws(work, storageClass, tiers[storageClass], asked),
  )
  const lines = [...fixedLines(work), ...thaws.flatMap((thaw) => thaw.lines)]
  const parts = { requests: 0, retrieval: 0, temporaryStorage: 0, reads: 0, compute: 0 }
  for (const [line, quantity] of lines) parts[partOf(line)] += dollarsFor(line, quantity, table)
  const total = totalOf(lines, table)
  const lacking = thaws.reduce((sum, { copiesMayLack }) => sum + copiesMayLack, 0)
  return { dollars: { ...parts, total }, atLeast: total - dollarsFor(RESTORED_COPY, lacking, table) }
}
