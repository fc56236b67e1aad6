import { claimForJob, isColdForJob, type JobWish } from '../domain/claim-for-job.ts'
import { segmentPrefix } from '../domain/keys.ts'
import { holdingOf } from '../domain/plan-thaw.ts'
import type { Selection } from '../domain/rehydration.ts'
import type { PartitionRef, Segment } from '../domain/segment.ts'
import type { ClassTiers, JobTier } from '../domain/storage-class.ts'
import type { CommitLog, Holdings, PartitionState } from '../ports/catalog.ts'
import type { Clock } from '../ports/clock.ts'
import type { ListedObject, SegmentLister, SegmentReader } from '../ports/segment-store.ts'
import { mapBounded } from './bounded.ts'
import type { IsClaimed } from './check-claims.ts'
import { searchSegments } from './search-segments.ts'

export type ClaimDeps = {
  readonly log: CommitLog
  readonly holdings: Holdings
  readonly reader: SegmentReader
  readonly lister: SegmentLister
  readonly now: Clock
}

export type ClaimedSegment = { readonly key: string; readonly tier: JobTier }

const CLAIMS_AT_ONCE = 16
const TRIES = 2

/** The segments of a partition that a job is to thaw, by the catalog: cold, and with no thaw. */
export const coldSegments =
  (reader: SegmentReader) =>
  async (state: PartitionState, selection: Selection, tiers: ClassTiers): Promise<readonly Segment[]> => {
    const found = await searchSegments(reader)(state, selection)
    return found
      .map(({ segment }) => segment)
      .filter((segment) => isColdForJob(holdingOf(segment, state.holdings.get(segment.id)), tiers))
  }

/**
 * Claims the thaws of a partition's segments for jobs, and gives back those that are claimed. What S3 lists is looked at after the
 * holding was read, and the claim is written only if that is still the same: nobody has asked meanwhile.
 */
export const claimPartition = ({ log, holdings, reader, lister, now }: ClaimDeps) => {
  /** As S3 lists them, a thousand at a time, by their keys. */
  const list = async (ref: PartitionRef, segments: readonly Segment[]) => {
    const listed = new Map<string, ListedObject>()
    for (const kind of new Set(segments.map((segment) => segment.kind)))
      for await (const object of lister.list(segmentPrefix(kind, ref))) listed.set(object.key, object)
    return listed
  }

  const tryOnce = async (
    ref: PartitionRef,
    selection: Selection,
    wish: JobWish,
    isClaimed: IsClaimed,
  ): Promise<readonly (ClaimedSegment | 'left' | 'stale')[]> => {
    const state = await log.read(ref)
    const segments = await coldSegments(reader)(state, selection, wish.tiers)
    const listed = await list(ref, segments)
    return mapBounded(segments, CLAIMS_AT_ONCE, async (segment) => {
      const known = state.holdings.get(segment.id)
      const before = holdingOf(segment, known)
      const standing = { isInForce: await isClaimed(before), now: now() }
      const decision = claimForJob(before, listed.get(segment.key), wish, standing)
      if (decision.kind === 'left') return 'left'
      const { key } = segment
      if (decision.kind === 'claimed') return { key, tier: decision.tier }
      const put = await holdings.put(ref, decision.next, known)
      return put === 'put' ? { key, tier: decision.tier } : 'stale'
    })
  }

  return async (
    ref: PartitionRef,
    selection: Selection,
    wish: JobWish,
    isClaimed: IsClaimed,
  ): Promise<readonly ClaimedSegment[]> => {
    let outcomes = await tryOnce(ref, selection, wish, isClaimed)
    // a claim whose answer was lost is found at the second look; what others change again is left to them
    for (let tries = 1; tries < TRIES && outcomes.includes('stale'); tries += 1)
      outcomes = await tryOnce(ref, selection, wish, isClaimed)
    return outcomes.filter((outcome) => typeof outcome === 'object')
  }
}
