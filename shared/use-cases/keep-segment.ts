import type { Holding } from '../domain/holding.ts'
import {
  alignHolding,
  askedByAnother,
  daysToAsk,
  holdingOf,
  isReadable,
  longestNeed,
  windowEnd,
  withAsking,
  withNeed,
  withThaw,
} from '../domain/plan-thaw.ts'
import type { Segment } from '../domain/segment.ts'
import { isArchiveClass } from '../domain/storage-class.ts'
import { makeUlid } from '../domain/ulid.ts'
import type { ThawSegmentDeps } from './thaw-segment.ts'

/**
 * `kept`: its restored copy stays until then, as S3 says. `always`: it needs none. `lapsed`: there is none any more, and none is made
 * again. `later`: somebody else is asking S3 for it, and serves the need that was written down.
 */
export type SegmentKept =
  | { readonly kind: 'kept'; readonly until: number }
  | { readonly kind: 'always' | 'lapsed' | 'later' }

const TRIES = 6

/** A copy that is there is only kept: whatever the tier, S3 bills the request alone, and that of Standard for both classes. */
const TIER = 'Standard'

/**
 * Keeps a segment's restored copy for at least as long as `until`. As with a thaw, the need is claimed in the holding and one at
 * a time asks S3, which counts the days of the last who asked: so nobody's time is ever shortened.
 */
export const keepSegment = ({ log, holdings, reader, thawer, now, random }: ThawSegmentDeps) => {
  /** Lets others ask. Refused when somebody wrote a need down meanwhile: then the claim lapses by itself. */
  const release = (segment: Segment, claimed: Holding) =>
    holdings.put(segment, withAsking(claimed, null, now()), claimed)

  return async (segment: Segment, stored: Holding | undefined, until: number): Promise<SegmentKept> => {
    const attempt = makeUlid(now(), random)
    let known = stored
    for (let tries = 0; tries < TRIES; tries += 1) {
      const facts = await reader.head(segment.key)
      const before = holdingOf(segment, known)
      if (facts === undefined || !isArchiveClass(facts.storageClass) || !isReadable(facts, now())) {
        if (before.asking?.attempt === attempt) await release(segment, before)
        return { kind: facts !== undefined && isArchiveClass(facts.storageClass) ? 'lapsed' : 'always' }
      }
      const need = longestNeed(before, until)
      const isToAsk = windowEnd(facts.restore) < need
      const seen = alignHolding(before, facts, now())
      const isAnothers = isToAsk && askedByAnother(seen, attempt, now()) !== undefined
      const needed = withNeed(seen, need)
      const next = isAnothers ? needed : withAsking(needed, isToAsk ? attempt : null, now())
      if (next === before || (await holdings.put(segment, next, known)) === 'put') {
        if (isAnothers) return { kind: 'later' }
        if (!isToAsk) return { kind: 'kept', until: windowEnd(facts.restore) }
        const days = daysToAsk(next, 1, now())
        const [asked] = await Promise.allSettled([thawer.thaw(segment.key, { tier: TIER, days })])
        if (asked.status === 'rejected') {
          await release(segment, next)
          throw asked.reason
        }
        // it lapsed between the look and the request, which S3 took for a new thaw
        if (asked.value === 'requested') {
          const thawing = withThaw(withAsking(next, null, now()), {
            tier: TIER,
            now: now(),
            until: need,
            days,
          })
          await holdings.put(segment, thawing, next)
          return { kind: 'lapsed' }
        }
      }
      known = (await log.read(segment)).holdings.get(segment.id)
    }
    throw new Error(`${segment.key}: its holding changed ${TRIES} times in a row`)
  }
}
