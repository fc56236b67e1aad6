import { parseSegmentKey } from '../domain/keys.ts'
import { alignHolding, holdingOf } from '../domain/plan-thaw.ts'
import type { PartitionRef } from '../domain/segment.ts'
import type { CommitLog, Holdings, PartitionState } from '../ports/catalog.ts'
import type { Clock } from '../ports/clock.ts'
import type { SegmentReader } from '../ports/segment-store.ts'

export type TrackDeps = {
  readonly log: CommitLog
  readonly holdings: Holdings
  readonly reader: SegmentReader
  readonly resumeWaiters: (ref: PartitionRef, known: PartitionState) => Promise<unknown>
  readonly now: Clock
}

export type Tracked = 'tracked' | 'unchanged' | 'not-a-segment' | 'not-in-catalog' | 'gone'

const TRIES = 8

/**
 * Brings a segment's holding in line with S3 because an event named its key, and wakes who waits for it. The event's own
 * word is not taken: it may be stale, doubled, out of order or forged.
 */
export const trackStorage =
  ({ log, holdings, reader, resumeWaiters, now }: TrackDeps) =>
  async (key: string): Promise<Tracked> => {
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
      if (next !== before && (await holdings.put(ref, next, known)) === 'stale') continue
      await resumeWaiters(ref, state)
      if (facts === undefined) return 'gone'
      return next === before ? 'unchanged' : 'tracked'
    }
    throw new Error(`${key}: its holding changed ${TRIES} times in a row`)
  }
