import type { Holding, Raise } from '../domain/holding.ts'
import { alignHolding, askedByAnother, holdingOf, withAsking } from '../domain/plan-thaw.ts'
import { raisable, withRaise } from '../domain/raise-thaw.ts'
import type { Segment } from '../domain/segment.ts'
import { isArchiveClass, type RetrievalTier } from '../domain/storage-class.ts'
import { makeUlid } from '../domain/ulid.ts'
import type { ThawOutcome } from '../ports/thawer.ts'
import type { ThawSegmentDeps } from './thaw-segment.ts'

/**
 * `raised`: S3 does it faster from now on. `unsure`: it says that it is at it already. `unavailable`: it has no capacity for Expedited now,
 * and nothing was asked for. `later`: somebody else is asking S3 for something. `not-needed`: nothing is under way that could be faster.
 */
export type SegmentRaised = 'raised' | 'unsure' | 'unavailable' | 'later' | 'not-needed'

const TRIES = 6

/** What S3's answer makes of the raise that was claimed; null where there is none any more. */
const settled = (claimed: Raise, outcome: ThawOutcome): Raise | null => {
  if (outcome === 'requested') return { ...claimed, state: 'raised' }
  // perhaps with a tier as fast, or for other days, and perhaps because of an earlier attempt
  return outcome === 'in-progress' ? { ...claimed, state: 'unsure' } : null
}

const ANSWERS: Partial<Record<ThawOutcome, SegmentRaised>> = {
  requested: 'raised',
  'in-progress': 'unsure',
  'expedited-unavailable': 'unavailable',
}

/**
 * Asks S3 to do a thaw that is under way with a faster tier. As with a thaw, that is claimed in the holding and one at a time asks. What was
 * claimed stays there until S3 has answered, so that after a crash anywhere it is asked again: S3 takes the same tier only once.
 */
export const raiseSegment = ({ log, holdings, reader, thawer, now, random }: ThawSegmentDeps) => {
  /** Lets others ask, and writes down what has come of the raise. Who finds no end of it leaves the claim to lapse. */
  const release = async (segment: Segment, attempt: string, claimed: Holding, raise: Raise | null) => {
    let known: Holding | undefined = claimed
    for (let tries = 0; tries < TRIES && known?.asking?.attempt === attempt; tries += 1) {
      const free = withAsking(withRaise(known, raise), null, now())
      if ((await holdings.put(segment, free, known)) === 'put') return
      known = (await log.read(segment)).holdings.get(segment.id)
    }
  }

  return async (
    segment: Segment,
    stored: Holding | undefined,
    { to, by }: { readonly to: RetrievalTier; readonly by: string },
  ): Promise<SegmentRaised> => {
    const attempt = makeUlid(now(), random)
    let known = stored
    for (let tries = 0; tries < TRIES; tries += 1) {
      const facts = await reader.head(segment.key)
      const before = holdingOf(segment, known)
      if (facts?.restore?.ongoing !== true || !isArchiveClass(facts.storageClass)) return 'not-needed'
      const seen = alignHolding(before, facts, now())
      const thaw = raisable(seen, facts.storageClass, to)
      if (thaw === undefined) return 'not-needed'
      if (askedByAnother(before, attempt, now()) !== undefined) return 'later'
      const raise: Raise = { to, at: now(), by, state: 'asking' }
      const claimed = withAsking(withRaise(seen, raise), attempt, now())
      if ((await holdings.put(segment, claimed, known)) === 'put') {
        const [asked] = await Promise.allSettled([thawer.thaw(segment.key, { tier: to, days: thaw.days })])
        if (asked.status === 'rejected') {
          // S3 may have taken it all the same
          await release(segment, attempt, claimed, raise)
          throw asked.reason
        }
        await release(segment, attempt, claimed, settled(raise, asked.value))
        return ANSWERS[asked.value] ?? 'not-needed'
      }
      known = (await log.read(segment)).holdings.get(segment.id)
    }
    throw new Error(`${segment.key}: its holding changed ${TRIES} times in a row`)
  }
}
