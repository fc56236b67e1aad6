import type { Holding } from '../domain/holding.ts'
import {
  alignHolding,
  decideThaw,
  holdingOf,
  isReadable,
  type StorageFacts,
  thawDays,
  thawedBy,
  tierFor,
  withThaw,
} from '../domain/plan-thaw.ts'
import type { RehydrationRequest } from '../domain/rehydration.ts'
import type { Segment } from '../domain/segment.ts'
import type { CommitLog, Holdings } from '../ports/catalog.ts'
import type { Clock } from '../ports/clock.ts'
import type { SegmentReader } from '../ports/segment-store.ts'
import type { Thawer } from '../ports/thawer.ts'

export type ThawSegmentDeps = {
  readonly log: CommitLog
  readonly holdings: Holdings
  readonly reader: SegmentReader
  readonly thawer: Thawer
  readonly now: Clock
}

export type SegmentThaw = {
  readonly segmentId: string
  readonly state: 'readable' | 'waiting' | 'missing'
  /** When it must be readable by AWS's figures. */
  readonly readyBy: number
  /** True when S3 was asked for Standard although the rehydration wants Expedited. */
  readonly asStandard: boolean
  /** True when S3 began a thaw because of this call. */
  readonly requested: boolean
}

type Wish = Pick<RehydrationRequest, 'tier' | 'keepDays'>

const TRIES = 6

/**
 * Sees to it that one segment is readable, or will be. A thaw is claimed in the holding before S3 is asked: of two
 * rehydrations that come at once one has to look again, and then finds the other's thaw in progress. What HEAD says
 * decides, never the holding.
 */
export const thawSegment = ({ log, holdings, reader, thawer, now }: ThawSegmentDeps) => {
  const answer = (
    segment: Segment,
    state: SegmentThaw['state'],
    holding: Holding,
    more = {},
  ): SegmentThaw => ({
    segmentId: segment.id,
    state,
    readyBy: thawedBy(holding, now()),
    asStandard: false,
    requested: false,
    ...more,
  })

  /** Asks S3 for a claimed thaw, or for a longer window. */
  const ask = async (
    segment: Segment,
    facts: StorageFacts,
    claimed: Holding,
    wish: Wish,
  ): Promise<SegmentThaw> => {
    const tier = tierFor(facts.storageClass, wish.tier)
    const days = thawDays(wish.keepDays)
    const first = await thawer.thaw(segment.key, { tier, days })
    const refused = first === 'expedited-unavailable'
    const outcome = refused ? await thawer.thaw(segment.key, { tier: 'Standard', days }) : first
    const asStandard = refused || tier !== wish.tier
    switch (outcome) {
      case 'requested': {
        const holding = refused ? withThaw(claimed, 'Standard', now()) : claimed
        // refused as stale when someone saw it meanwhile: what they saw is as good
        if (refused) await holdings.put(segment, holding, claimed)
        return answer(segment, 'waiting', holding, { asStandard, requested: true })
      }
      case 'missing':
        return answer(segment, 'missing', claimed)
      case 'already-readable':
      case 'not-archived':
      case 'in-progress': {
        const seen = (await reader.head(segment.key)) ?? facts
        const holding = alignHolding(claimed, seen, now())
        if (holding !== claimed) await holdings.put(segment, holding, claimed)
        return answer(segment, isReadable(seen, now()) ? 'readable' : 'waiting', holding)
      }
      case 'expedited-unavailable':
        throw new Error(`${segment.key}: S3 says that Expedited is unavailable, asked for Standard`)
    }
  }

  return async (segment: Segment, stored: Holding | undefined, wish: Wish): Promise<SegmentThaw> => {
    let known = stored
    for (let tries = 0; tries < TRIES; tries += 1) {
      const facts = await reader.head(segment.key)
      const before = holdingOf(segment, known)
      const decision = decideThaw(facts, { keepDays: wish.keepDays, now: now() })
      if (facts === undefined || decision === 'missing') return answer(segment, 'missing', before)
      const seen = alignHolding(before, facts, now())
      const next = decision === 'thaw' ? withThaw(seen, tierFor(facts.storageClass, wish.tier), now()) : seen
      const put = next === before ? 'put' : await holdings.put(segment, next, known)
      if (put === 'put' && (decision === 'thaw' || decision === 'extend'))
        return ask(segment, facts, next, wish)
      // a holding that is refused as stale matters only to one who means to thaw
      if (decision === 'readable') return answer(segment, 'readable', next)
      if (decision === 'wait') return answer(segment, 'waiting', next)
      known = (await log.read(segment)).holdings.get(segment.id)
    }
    throw new Error(`${segment.key}: its holding changed ${TRIES} times in a row`)
  }
}
