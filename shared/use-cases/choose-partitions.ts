import { isDearer, shareOut } from '../domain/allowance.ts'
import { NO_GUARDS } from '../domain/guards.ts'
import { fixedDollars, priceWork, thawDollars } from '../domain/price-work.ts'
import { momentsOfQuote } from '../domain/quote.ts'
import type { Rehydration } from '../domain/rehydration.ts'
import type { ArchiveClass } from '../domain/storage-class.ts'
import { findPartitions } from './find-partitions.ts'
import { canRuleOut, type Survey, type SurveyDeps, surveySelection } from './survey-selection.ts'

export type Chosen =
  | {
      readonly kind: 'chosen'
      readonly partitions: readonly string[]
      /** What the thaws of each may cost; missing where no quote was accepted. */
      readonly allowed?: ReadonlyMap<string, number>
    }
  | { readonly kind: 'failed'; readonly reason: string }

const dollars = (amount: number): string => `$${amount.toFixed(9)}`

/** Holds what is to be done to what the quote allows for it. */
const holdToCap = (
  { partitions, work }: Survey,
  { request }: Rehydration,
  cap: number,
  now: number,
): Chosen => {
  const asked = momentsOfQuote(now, now, NO_GUARDS)
  const { total } = priceWork(work, request.tiers, asked).dollars
  if (isDearer(total, cap))
    return {
      kind: 'failed',
      reason: `it would cost up to ${dollars(total)} by now, and its quote allows ${dollars(cap)}: ask for another quote`,
    }
  const thaws = partitions.map(({ partition, work: own }) => {
    const part = { partitions: [own], keepDays: work.keepDays }
    const dollarsOf = (storageClass: ArchiveClass) =>
      thawDollars(part, storageClass, request.tiers[storageClass], asked)
    return [partition, dollarsOf('GLACIER') + dollarsOf('DEEP_ARCHIVE')] as const
  })
  return {
    kind: 'chosen',
    partitions: partitions.map(({ partition }) => partition),
    allowed: shareOut(thaws, cap - fixedDollars(work)),
  }
}

/** The partitions that a rehydration is planned with: all that its time takes in, but for what ids, a filter or the price rules out. */
export const choosePartitions =
  (deps: SurveyDeps) =>
  async (rehydration: Rehydration): Promise<Chosen> => {
    const { request, terms } = rehydration
    const isSurveyed = terms.cap !== undefined || canRuleOut(request)
    const found = isSurveyed
      ? await surveySelection(deps)(request)
      : await findPartitions(deps.registry)(request.dataset, request.selection)
    if (found.kind === 'too-broad') {
      const { limit, hint } = found
      return { kind: 'failed', reason: `the selection takes in more than ${limit} partitions: ${hint}` }
    }
    if (found.kind === 'found') return { kind: 'chosen', partitions: found.partitions }
    if (terms.cap !== undefined) return holdToCap(found, rehydration, terms.cap, deps.now())
    return { kind: 'chosen', partitions: found.partitions.map(({ partition }) => partition) }
  }
