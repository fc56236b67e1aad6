import type { Holding } from '../domain/holding.ts'
import {
  alignHolding,
  askedByAnother,
  daysUntil,
  decideThaw,
  holdingOf,
  longestNeed,
  neededUntil,
  readyByJob,
  type StorageFacts,
  type ThawDecision,
  thawedBy,
  tierFor,
  withAsking,
  withNeed,
  withThaw,
} from '../domain/plan-thaw.ts'
import type { RehydrationRequest } from '../domain/rehydration.ts'
import type { Segment } from '../domain/segment.ts'
import { makeUlid } from '../domain/ulid.ts'
import type { CommitLog, Holdings } from '../ports/catalog.ts'
import type { Clock, Random } from '../ports/clock.ts'
import type { SegmentReader } from '../ports/segment-store.ts'
import type { Thawer } from '../ports/thawer.ts'
import type { IsClaimed } from './check-claims.ts'
import type { Purse } from './pay-for-thaws.ts'

export type ThawSegmentDeps = {
  readonly log: CommitLog
  readonly holdings: Holdings
  readonly reader: SegmentReader
  readonly thawer: Thawer
  readonly now: Clock
  readonly random: Random
}

export type SegmentThaw = {
  readonly segmentId: string
  /** As it is written down by then. */
  readonly holding: Holding
  /** `too-dear`: S3 was not asked, because that costs more than the quote allows. */
  readonly state: 'readable' | 'waiting' | 'missing' | 'too-dear'
  /** When it must be readable by AWS's figures. */
  readonly readyBy: number
  /** True when S3 was asked for Standard although the rehydration wants Expedited. */
  readonly asStandard: boolean
  /** True when S3 began a thaw because of this call. */
  readonly requested: boolean
}

/** `by`: the rehydration that needs it. `outlast`: until when it must be readable besides, because of others that are waited for. */
type Wish = Pick<RehydrationRequest, 'tier' | 'tiers' | 'keepDays'> & {
  readonly by: string
  readonly outlast?: number
}

/**
 * Who pays, and for how many days: those that were quoted, which an extension may have made more. And what tells whether a job still asks
 * for a segment.
 */
export type Standing = {
  readonly purse: Purse
  readonly keepDays: number | null
  readonly isClaimed: IsClaimed
}

/** `until`: for how long it is needed; `days`: what S3 is asked for, so that it is. */
type TimedWish = Wish & { readonly until: number; readonly days: number }

const TRIES = 6

/**
 * Sees to it that one segment is readable, or will be. What HEAD says decides, never the holding. Whoever has to ask S3, for a
 * thaw or for a longer one, first claims that in the holding; another who comes meanwhile writes its need there and waits, and
 * whoever asked looks again, and asks once more for one who needs it for longer. What a job has claimed is left to the job.
 */
export const thawSegment = ({ log, holdings, reader, thawer, now, random }: ThawSegmentDeps) => {
  const answer = (
    segment: Segment,
    state: SegmentThaw['state'],
    holding: Holding,
    more = {},
  ): SegmentThaw => ({
    segmentId: segment.id,
    holding,
    state,
    readyBy: thawedBy(holding, now()),
    asStandard: false,
    requested: false,
    ...more,
  })

  /** Asks S3 for a claimed thaw, or for a longer window. Undefined: it is readable, for how long is to be seen. */
  const ask = async (
    segment: Segment,
    { storageClass }: StorageFacts,
    claimed: Holding,
    wish: TimedWish,
  ): Promise<{ thaw: SegmentThaw; holding: Holding } | undefined> => {
    const tier = tierFor(storageClass, wish.tiers)
    const { days } = wish
    const first = await thawer.thaw(segment.key, { tier, days })
    const refused = first === 'expedited-unavailable'
    const outcome = refused ? await thawer.thaw(segment.key, { tier: 'Standard', days }) : first
    const asStandard = refused || (tier === 'Standard' && wish.tier === 'Expedited')
    const said = (state: SegmentThaw['state'], holding = claimed, more = {}) => ({
      thaw: answer(segment, state, holding, more),
      holding,
    })
    switch (outcome) {
      case 'requested': {
        const next = { tier: 'Standard', now: now(), until: wish.until, days, by: wish.by } as const
        return said('waiting', refused ? withThaw(claimed, next) : claimed, { asStandard, requested: true })
      }
      case 'missing':
        return said('missing')
      case 'already-readable':
      case 'not-archived':
        return undefined
      case 'in-progress':
        return said('waiting')
      case 'expedited-unavailable':
        throw new Error(`${segment.key}: S3 says that Expedited is unavailable, asked for Standard`)
    }
  }

  const claim = (seen: Holding, facts: StorageFacts, decision: ThawDecision, wish: TimedWish): Holding => {
    const { tiers, keepDays, until, days, by } = wish
    if (decision === 'thaw')
      return withThaw(seen, { tier: tierFor(facts.storageClass, tiers), now: now(), until, days, by })
    const isNeed = decision === 'extend' || (decision === 'readable' && keepDays !== null)
    return isNeed ? withNeed(seen, until) : seen
  }

  /** Lets others ask again. What they wrote down meanwhile is kept; who finds no end of it leaves the claim to lapse. */
  const release = async (segment: Segment, attempt: string, wanted: Holding, stored: Holding) => {
    if ((await holdings.put(segment, withAsking(wanted, null, now()), stored)) === 'put') return
    for (let tries = 1; tries < TRIES; tries += 1) {
      const known = (await log.read(segment)).holdings.get(segment.id)
      if (known?.asking?.attempt !== attempt) return
      if ((await holdings.put(segment, withAsking(known, null, now()), known)) === 'put') return
    }
  }

  const askedBySome = (holding: Holding, attempt: string) => {
    const other = askedByAnother(holding, attempt, now())
    return other && { ...other, asStandard: false }
  }

  /** While a job asks for it, others wait for that one's thaw. */
  const askedByJob = async (holding: Holding, { tier }: Wish, isClaimed: IsClaimed) => {
    const { asking, storageClass } = holding
    if (asking?.job === undefined || !(await isClaimed(holding))) return undefined
    const asStandard = asking.job.tier === 'Standard' && tier === 'Expedited'
    return { until: Math.max(readyByJob(storageClass, asking.since, asking.job), now()), asStandard }
  }

  return async (
    segment: Segment,
    stored: Holding | undefined,
    wish: Wish,
    { purse, keepDays, isClaimed }: Standing,
  ): Promise<SegmentThaw> => {
    const own = Math.max(neededUntil(wish.keepDays, now()), wish.outlast ?? 0)
    const attempt = makeUlid(now(), random)
    let known = stored
    /** Until when S3 was asked for already: from then on only a longer need of others counts. */
    let served = 0
    for (let tries = 0; tries < TRIES; tries += 1) {
      const facts = await reader.head(segment.key)
      const before = holdingOf(segment, known)
      if (facts === undefined) return answer(segment, 'missing', before)
      const until = longestNeed(before, own)
      const decision = decideThaw(facts, { until: until > served ? until : 0, now: now() })
      const seen = alignHolding(before, facts, now())
      const isToAsk = decision === 'thaw' || decision === 'extend'
      const other = isToAsk
        ? ((await askedByJob(seen, wish, isClaimed)) ?? askedBySome(seen, attempt))
        : undefined
      const need = decision === 'thaw' ? own : until
      const days = daysUntil(need, wish.keepDays, now())
      const needed =
        other !== undefined && decision === 'thaw'
          ? seen
          : claim(seen, facts, decision, { ...wish, until: need, days })
      const next = other === undefined ? withAsking(needed, isToAsk ? attempt : null, now()) : needed
      if (isToAsk && other === undefined) {
        const tier = tierFor(facts.storageClass, wish.tiers)
        const { id: segmentId, bytes } = segment
        const isLonger = wish.outlast !== undefined && decision === 'extend'
        const paid = isLonger ? ({ keepDays: days, decision: 'outlast' } as const) : { keepDays, decision }
        const isPaid = await purse.pay({ segmentId, bytes, facts, tier, ...paid, now: now() })
        // what is readable is read, though it is not kept for longer
        if (!isPaid) return answer(segment, decision === 'extend' ? 'readable' : 'too-dear', seen)
      }
      const put = await (next === before ? 'put' : holdings.put(segment, next, known))
      // what was merely seen need not be written down, what is claimed must be
      if (put === 'put' || next === seen) {
        if (other !== undefined) {
          const { until: readyBy, asStandard } = other
          return answer(segment, 'waiting', next, { readyBy, asStandard })
        }
        if (decision === 'readable') return answer(segment, 'readable', next)
        if (decision === 'wait') return answer(segment, 'waiting', next)
        const [asked] = await Promise.allSettled([ask(segment, facts, next, { ...wish, until: own, days })])
        if (asked.status === 'rejected') {
          await release(segment, attempt, next, next)
          throw asked.reason
        }
        if (asked.value !== undefined) {
          await release(segment, attempt, asked.value.holding, next)
          return asked.value.thaw
        }
        served = until
      }
      known = (await log.read(segment)).holdings.get(segment.id)
    }
    throw new Error(`${segment.key}: its holding changed ${TRIES} times in a row`)
  }
}
