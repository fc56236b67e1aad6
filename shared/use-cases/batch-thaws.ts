import { hash } from 'node:crypto'
import type { JobWish } from '../domain/claim-for-job.ts'
import { keepDaysAt } from '../domain/keep-copies.ts'
import { thawManifestKey } from '../domain/keys.ts'
import { neededUntil, thawDays } from '../domain/plan-thaw.ts'
import { MAX_PARTITIONS, type Rehydration } from '../domain/rehydration.ts'
import { JOB_TIERS, type JobTier } from '../domain/storage-class.ts'
import { nameJob, type ThawBatch, type ThawJob } from '../domain/thaw-batch.ts'
import type { TaskList } from '../ports/rehydrations.ts'
import type { ThawManifests } from '../ports/thaw-jobs.ts'
import { changeStored } from './advance-rehydration.ts'
import { mapBounded } from './bounded.ts'
import { checkClaims } from './check-claims.ts'
import { type ClaimDeps, claimPartition } from './claim-partition.ts'
import { type FollowDeps, makeJobs } from './follow-jobs.ts'

export type BatchDeps = ClaimDeps &
  FollowDeps & {
    readonly taskList: TaskList
    readonly manifests: ThawManifests
    /** True while there is time to claim more. */
    readonly hasTime: () => boolean
  }

/** A job is planned once so many segments are claimed for it: their keys are in memory until then. */
const SEGMENTS_A_JOB = 100_000

const PARTITIONS_AT_ONCE = 8

/** `goes-on`: there was no time for all. `overtaken`: another attempt at the same is further, or the rehydration is over. */
export type Batched = 'batched' | 'goes-on' | 'overtaken'

const wishOf = (rehydration: Rehydration, batch: ThawBatch, now: number): JobWish => {
  const { id, request } = rehydration
  const keepDays = keepDaysAt(rehydration, now)
  return {
    rehydrationId: id,
    tiers: request.tiers,
    days: thawDays(keepDays),
    until: neededUntil(keepDays, now),
    names: { Bulk: nameJob(batch, 'Bulk'), Standard: nameJob(batch, 'Standard') },
    planned: new Set(batch.jobs.map(({ name }) => name)),
  }
}

const noKeys = (): Record<JobTier, string[]> => ({ Bulk: [], Standard: [] })

/**
 * Has jobs ask for the thaws of a rehydration: claims its segments partition by partition, lists them, plans a job for each list and
 * has S3 make it. What is claimed is listed, what is listed is planned, and what is planned is one job, however often this is begun.
 */
export const batchThaws = (deps: BatchDeps) => {
  const { rehydrations, taskList, manifests, hasTime, now } = deps
  const make = makeJobs(deps)
  const claim = claimPartition(deps)

  const planJob = async (
    { rehydrationId, names, days }: JobWish,
    tier: JobTier,
    keys: readonly string[],
  ): Promise<ThawJob> => {
    const name = names[tier]
    const key = thawManifestKey(rehydrationId, name, hash('sha256', keys.join('\n'), 'hex'))
    const manifest = { key, version: await manifests.write(key, keys) }
    return { name, tier, days, segments: keys.length, manifest, plannedAt: now(), id: null, end: null }
  }

  /** Plans jobs for what is claimed. Undefined: the rehydration is not what it was. */
  const plan = async (
    { id }: Rehydration,
    before: ThawBatch,
    wish: JobWish,
    claimed: Readonly<Record<JobTier, readonly string[]>>,
    after: string | null,
  ): Promise<{ rehydration: Rehydration; batch: ThawBatch } | undefined> => {
    const jobs: ThawJob[] = []
    for (const tier of JOB_TIERS)
      if (claimed[tier].length > 0) jobs.push(await planJob(wish, tier, claimed[tier]))
    const planned = await changeStored(rehydrations, id, (stored) => {
      const { batch } = stored.terms
      if (batch === undefined || stored.state.name !== 'accepted') return undefined
      if (batch.after !== before.after || batch.jobs.length !== before.jobs.length) return undefined
      const next = { ...batch, after, jobs: [...batch.jobs, ...jobs] }
      return { ...stored, terms: { ...stored.terms, batch: next } }
    })
    if (planned?.changed !== true) return undefined
    const batch = { ...before, after, jobs: [...before.jobs, ...jobs] }
    return { rehydration: await make(planned.rehydration), batch }
  }

  return async (rehydration: Rehydration, decided: ThawBatch): Promise<Batched> => {
    let current = await make(rehydration)
    let batch = decided
    const { dataset, selection } = rehydration.request
    const open = await taskList.open(rehydration.id, MAX_PARTITIONS)
    const left = open.filter((partition) => batch.after === null || partition > batch.after)
    let claimed = noKeys()
    for (let start = 0; start < left.length; start += PARTITIONS_AT_ONCE) {
      const wish = wishOf(current, batch, now())
      const isClaimed = checkClaims(deps, current)
      const partitions = left.slice(start, start + PARTITIONS_AT_ONCE)
      const segments = await mapBounded(partitions, PARTITIONS_AT_ONCE, (partition) =>
        claim({ dataset, partition }, selection, wish, isClaimed),
      )
      for (const { key, tier } of segments.flat()) claimed[tier].push(key)
      const isLast = start + PARTITIONS_AT_ONCE >= left.length
      const isLate = !isLast && !hasTime()
      const isFull = JOB_TIERS.some((tier) => claimed[tier].length >= SEGMENTS_A_JOB)
      if (!isLast && !isLate && !isFull) continue
      const after = partitions.reduce<string | null>((_, partition) => partition, null)
      const planned = await plan(current, batch, wish, claimed, after)
      if (planned === undefined) return 'overtaken'
      current = planned.rehydration
      batch = planned.batch
      claimed = noKeys()
      if (isLate) return 'goes-on'
    }
    return 'batched'
  }
}
