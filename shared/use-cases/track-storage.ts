import type { Holding } from '../domain/holding.ts'
import { parseSegmentKey } from '../domain/keys.ts'
import { alignHolding, holdingOf } from '../domain/plan-thaw.ts'
import type { PartitionRef } from '../domain/segment.ts'
import { thawSeen } from '../domain/thaw-sample.ts'
import type { CommitLog, Holdings, PartitionState } from '../ports/catalog.ts'
import type { Clock } from '../ports/clock.ts'
import type { SegmentReader } from '../ports/segment-store.ts'
import type { ThawHistory } from '../ports/thaw-history.ts'

export type TrackDeps = {
  readonly log: CommitLog
  readonly holdings: Holdings
  readonly reader: SegmentReader
  readonly thawHistory: ThawHistory
  readonly resumeWaiters: (ref: PartitionRef, known: PartitionState) => Promise<unknown>
  readonly now: Clock
}

export type Tracked = 'tracked' | 'unchanged' | 'not-a-segment' | 'not-in-catalog' | 'gone'

const TRIES = 8

/** When a thaw was over: an event's word, where that can be. */
const readyAt = ({ thaw }: Holding, restoredAt: number | null, now: number): number =>
  restoredAt !== null && thaw !== null && restoredAt >= thaw.requestedAt && restoredAt <= now
    ? restoredAt
    : now

/**
 * Brings a segment's holding in line with S3 because an event named its key, and wakes who waits for it. The event's own
 * word is not taken: it may be stale, doubled, out of order or forged. How long a thaw took is remembered; only for that its time
 * counts (`restoredAt`: when a restore was completed; null where it says nothing of the kind).
 */
export const trackStorage =
  ({ log, holdings, reader, thawHistory, resumeWaiters, now }: TrackDeps) =>
  async (key: string, restoredAt: number | null = null): Promise<Tracked> => {
    const named = parseSegmentKey(key)
    if (named === undefined) return 'not-a-segment'
    const ref = { dataset: named.dataset, partition: named.partition }
    for (let tries = 0; tries < TRIES; tries += 1) {
      const state = await log.read(ref)
      const segment = state.commits.flatMap(({ segments }) => segments).find((one) => one.key === key)
      if (segment === undefined) return 'not-in-catalog'
      const facts = await reader.head(key)
      // even one that is gone may be what somebody waits for: then they have to look anew
      const known = state.holdings.get(segment.id)
      const before = holdingOf(segment, known)
      const next = facts === undefined ? before : alignHolding(before, facts, now())
      const seen = thawSeen(segment, before, next, readyAt(before, restoredAt, now()))
      // first: once the holding says that it is over nobody sees it again
      if (seen !== undefined) await thawHistory.note(seen)
      if (next !== before && (await holdings.put(ref, next, known)) === 'stale') continue
      await resumeWaiters(ref, state)
      if (facts === undefined) return 'gone'
      return next === before ? 'unchanged' : 'tracked'
    }
    throw new Error(`${key}: its holding changed ${TRIES} times in a row`)
  }
