import { DAY, HOUR } from './duration.ts'
import type { Asking } from './holding.ts'
import { tierFor } from './plan-thaw.ts'
import { dollarsFor } from './prices.ts'
import type { Rehydration } from './rehydration.ts'
import type { RehydrationState } from './rehydration-states.ts'
import type { RehydrationTerms } from './rehydration-terms.ts'
import { type ClassTiers, JOB_TIERS, type JobTier } from './storage-class.ts'
import type { WorkPlan } from './work-plan.ts'

/** What came of a job of S3 Batch Operations. */
export type JobEnd = {
  /** When it was found to be over. */
  readonly at: number
  readonly requested: number
  readonly failed: number
  /** Why it did not come to its end; null where it did. */
  readonly reason: string | null
}

/** One job that asks for the thaws of many segments of a rehydration. */
export type ThawJob = {
  /** Of its rehydration; claims bear it. */
  readonly name: string
  readonly tier: JobTier
  readonly days: number
  readonly segments: number
  readonly manifest: { readonly key: string; readonly version: string }
  /** From then on S3 may have it, whether or not its id is known. */
  readonly plannedAt: number
  /** S3's name for it; null while that is not known. */
  readonly id: string | null
  /** Null while it may still ask for something. */
  readonly end: JobEnd | null
}

/** The thaws of a rehydration that jobs ask for. Jobs are added to it as long as the rehydration is `accepted`. */
export type ThawBatch = {
  readonly decidedAt: number
  /** The last partition whose segments are claimed; null: none yet. */
  readonly after: string | null
  readonly jobs: readonly ThawJob[]
}

/** S3 is asked for a job no later than this after it was planned, ms: what its manifest claims is then claimed for sure. */
export const LONGEST_TO_CREATE = 2 * HOUR

/** So long after it was planned a job of which nobody knows whether S3 has it asks for nothing any more, ms. */
export const LONGEST_UNKNOWN = DAY

/** What may cost no more than was promised is asked for one by one: jobs have a price of their own, and each thaw is paid by itself. */
export const mayHaveJobs = ({ request, terms }: Pick<Rehydration, 'request' | 'terms'>): boolean =>
  terms.cap === undefined && request.maxCostUsd === null

/** A run that is out of time plans a job of fewer segments than could be in one; about so many it has time for at the least. */
const FEWEST_SEGMENTS = 20_000

/** What jobs for the thaws of so many segments cost at most, tier by tier, besides the thaws. US dollars. */
export const jobDollars = (segments: readonly number[]): number => {
  const jobs = segments.reduce((sum, count) => sum + Math.ceil(count / FEWEST_SEGMENTS), 0)
  const objects = segments.reduce((sum, count) => sum + count, 0)
  return dollarsFor('s3.batch-job', jobs) + dollarsFor('s3.batch-object', objects)
}

/** What jobs add to this work with these tiers, where it has more thaws than are asked for one by one; null: none are. US dollars. */
export const dollarsOfJobs = (
  { partitions }: Pick<WorkPlan, 'partitions'>,
  tiers: ClassTiers,
  above: number | null,
): number => {
  const cold = partitions.flatMap(({ segments }) => segments).filter(({ readable }) => readable === 'cold')
  const counts = JOB_TIERS.map(
    (tier) => cold.filter(({ storageClass }) => tierFor(storageClass, tiers) === tier).length,
  )
  const count = counts.reduce((sum, each) => sum + each, 0)
  return above !== null && count > above ? jobDollars(counts) : 0
}

export const nameJob = ({ jobs }: ThawBatch, tier: JobTier): string =>
  `${tier}-${jobs.filter((job) => job.tier === tier).length + 1}`

/** With which S3 makes one job of it, however often it is asked. */
export const tokenOf = (rehydrationId: string, { name }: Pick<ThawJob, 'name'>): string =>
  `${rehydrationId}-${name}`

export const mayBeCreated = ({ id, end, plannedAt }: ThawJob, now: number): boolean =>
  id === null && end === null && now < plannedAt + LONGEST_TO_CREATE

/** Whether it may still ask S3 for something. */
export const isJobOpen = ({ id, end, plannedAt }: ThawJob, now: number): boolean =>
  end === null && (id !== null || now < plannedAt + LONGEST_UNKNOWN)

export const hasOpenJobs = ({ batch }: Pick<RehydrationTerms, 'batch'>, now: number): boolean =>
  batch?.jobs.some((job) => isJobOpen(job, now)) ?? false

/** The batch with a job changed, unless that has come to its end. */
export const withJob = (
  { batch }: Pick<RehydrationTerms, 'batch'>,
  changed: ThawJob,
): ThawBatch | undefined =>
  batch && {
    ...batch,
    jobs: batch.jobs.map((job) => (job.name === changed.name && job.end === null ? changed : job)),
  }

/** Whose job a claim names. */
export type JobOwner = { readonly state: RehydrationState; readonly terms: Pick<RehydrationTerms, 'batch'> }

/**
 * Whether the job that a claim was made for may still ask for it. One that is not planned may be as long as its rehydration is
 * `accepted`; a rehydration that is not there tells nothing.
 */
export const isInForce = (
  { since, job }: Pick<Asking, 'since' | 'job'>,
  owner: JobOwner | undefined,
  now: number,
): boolean => {
  const planned = owner?.terms.batch?.jobs.find(({ name }) => name === job?.name)
  if (planned !== undefined) return isJobOpen(planned, now)
  const mayBePlanned = owner === undefined || owner.state.name === 'accepted'
  return mayBePlanned && now < since + LONGEST_UNKNOWN
}
