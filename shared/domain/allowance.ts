import { thawRequestDollars } from './bill-thaws.ts'
import { lifeOfCopy } from './copy-life.ts'
import { DAY } from './duration.ts'
import { type StorageFacts, thawDays, windowEnd } from './plan-thaw.ts'
import { type ArchiveClass, isArchiveClass, type RetrievalTier } from './storage-class.ts'

/** What the thaws of one partition may cost at most by the quote that was accepted, and what was paid of that. US dollars. */
export type Allowance = {
  readonly dollars: number
  readonly spent: number
  /** When something was paid first; null: nothing was. */
  readonly since: number | null
  /** What was paid, by name: each once. */
  readonly paid: string
}

export const allowanceOf = (dollars: number): Allowance => ({ dollars, spent: 0, since: null, paid: '' })

/** Sums of dollars are not exact to the last digit. */
const TOLERANCE = 1e-9

export const isDearer = (dollars: number, than: number): boolean => dollars > than * (1 + TOLERANCE)

/** A restored copy is there for a day at least: what is cold so soon after it was paid was never asked for. */
const SHORTEST_LIFE = DAY

export type Payment = { readonly name: string; readonly dollars: number; readonly now: number }

/**
 * The allowance once something is paid that S3 is about to be asked for; the same one where that was paid before, by a run that got no
 * further. `too-dear`: it is more than is left, or what was paid for is over already and would be paid twice.
 */
export const payFrom = (allowance: Allowance, { name, dollars, now }: Payment): Allowance | 'too-dear' => {
  const { spent, paid } = allowance
  const since = allowance.since ?? now
  if (paid.split(',').includes(name)) return now < since + SHORTEST_LIFE ? allowance : 'too-dear'
  if (isDearer(spent + dollars, allowance.dollars)) return 'too-dear'
  return {
    ...allowance,
    spent: spent + dollars,
    since,
    paid: paid === '' ? name : `${paid},${name}`,
  }
}

/** What is left of what all may cost goes to each by what its thaws cost now; evenly where none costs anything. */
export const shareOut = (
  thaws: readonly (readonly [partition: string, dollars: number])[],
  forThaws: number,
): ReadonlyMap<string, number> => {
  const total = thaws.reduce((sum, [, dollars]) => sum + dollars, 0)
  return new Map(
    thaws.map(([partition, dollars]) => [
      partition,
      total > 0 ? (dollars / total) * forThaws : forThaws / thaws.length,
    ]),
  )
}

export type Ask = {
  readonly bytes: number
  readonly facts: StorageFacts
  readonly tier: RetrievalTier
  readonly keepDays: number | null
  readonly now: number
}

const thawing = (storageClass: ArchiveClass, { bytes, tier, keepDays, now }: Ask): number => {
  const life = lifeOfCopy(storageClass, tier, { days: thawDays(keepDays), asked: { from: now, to: now } })
  return thawRequestDollars(storageClass, tier, { bytes, copies: bytes * life.most })
}

/** What it costs at most to ask S3 for a thaw of one segment now, or for a longer one where it is readable. */
export const askDollars = (ask: Ask): number => {
  const { bytes, facts, tier, keepDays, now } = ask
  const { storageClass } = facts
  if (!isArchiveClass(storageClass)) return 0
  const until = windowEnd(facts.restore)
  if (until <= now) return thawing(storageClass, ask)
  const end = Math.ceil((now + thawDays(keepDays) * DAY) / DAY) * DAY
  return thawRequestDollars(storageClass, tier, { bytes: 0, copies: bytes * Math.max(0, end - until) })
}
