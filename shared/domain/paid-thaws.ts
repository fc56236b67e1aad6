import { thawRequestDollars } from './bill-thaws.ts'
import { lifeOfCopy } from './copy-life.ts'
import type { Holding } from './holding.ts'
import { thawedIn } from './plan-thaw.ts'
import { restoreDollars } from './prices.ts'
import type { Segment } from './segment.ts'

/** What S3 bills for one thaw because of one rehydration, US dollars by list price. */
export type PaidThaw = {
  readonly segmentId: string
  readonly requestedAt: number
  readonly dollars: number
}

/**
 * What a rehydration pays for a segment's thaw: the request and the copy for as long as S3 may keep it, where it asked first; and what it
 * costs to have it faster, where that was for its sake. Undefined: nothing, by what is known.
 */
export const paidFor = (
  { id, bytes }: Pick<Segment, 'id' | 'bytes'>,
  { storageClass, thaw }: Pick<Holding, 'storageClass' | 'thaw'>,
  rehydrationId: string,
): PaidThaw | undefined => {
  const from = thawedIn({ storageClass, thaw })
  if (thaw?.days === undefined || from === undefined) return undefined
  const { tier, requestedAt, days, by, raise } = thaw
  const isAsker = by === rehydrationId
  // of one whose answer was lost S3 may have taken the request: it counts
  const isRaiser = raise?.by === rehydrationId && raise.state !== 'asking'
  if (!isAsker && !isRaiser) return undefined
  const asked = { from: requestedAt, to: requestedAt }
  const copies = bytes * lifeOfCopy(from, tier, { days, asked }).most
  const dollars =
    (isAsker ? thawRequestDollars(from, tier, { bytes, copies }) : 0) +
    (isRaiser ? restoreDollars(from, raise.to, 1, bytes) : 0)
  return { segmentId: id, requestedAt, dollars }
}

/** All that was paid, each thaw once, with the most that is known of it; undefined where nothing is new. */
export const addPaid = (
  known: readonly PaidThaw[],
  more: readonly PaidThaw[],
): readonly PaidThaw[] | undefined => {
  const isSame = (a: PaidThaw, b: PaidThaw) => a.segmentId === b.segmentId && a.requestedAt === b.requestedAt
  const news = more.filter(
    (one) => !known.some((before) => isSame(one, before) && before.dollars >= one.dollars),
  )
  if (news.length === 0) return undefined
  return [...known.filter((before) => !news.some((one) => isSame(one, before))), ...news]
}
