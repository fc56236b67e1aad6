import type { Rehydration } from '../domain/rehydration.ts'
import { isOver } from '../domain/rehydration-states.ts'
import { isJobOpen, LONGEST_UNKNOWN, mayBeCreated, type ThawJob, withJob } from '../domain/thaw-batch.ts'
import type { Clock } from '../ports/clock.ts'
import type { Rehydrations } from '../ports/rehydrations.ts'
import type { ThawJobs } from '../ports/thaw-jobs.ts'
import { changeStored } from './advance-rehydration.ts'
import { createThawJob } from './create-thaw-job.ts'

export type FollowDeps = {
  readonly rehydrations: Rehydrations
  readonly thawJobs: ThawJobs
  readonly now: Clock
}

/** A job as it is found to be; undefined when nothing about it has changed. */
type Look = (rehydration: Rehydration, job: ThawJob) => Promise<ThawJob | undefined>

/** Looks at each job that is not over and writes down what has changed. Gives back what is stored then. */
const lookAtJobs =
  ({ rehydrations }: FollowDeps, look: Look) =>
  async (rehydration: Rehydration): Promise<Rehydration> => {
    let current = rehydration
    for (const job of rehydration.terms.batch?.jobs ?? []) {
      const found = job.end === null ? await look(rehydration, job) : undefined
      if (found === undefined) continue
      const changed = await changeStored(rehydrations, rehydration.id, (stored) => ({
        ...stored,
        terms: { ...stored.terms, batch: withJob(stored.terms, found) },
      }))
      current = changed?.rehydration ?? current
    }
    return current
  }

const makePlanned =
  ({ thawJobs, now }: FollowDeps): Look =>
  async ({ id, state }, job) =>
    mayBeCreated(job, now()) && !isOver(state)
      ? { ...job, id: await createThawJob(thawJobs)(id, job) }
      : undefined

/** Has S3 make the jobs of a rehydration that are planned and that it may not have yet. */
export const makeJobs = (deps: FollowDeps) => lookAtJobs(deps, makePlanned(deps))

/**
 * As `makeJobs`, and notes which of them are over. Once the rehydration is over nobody needs what a job would still ask for, so that it
 * is ended.
 */
export const followJobs = (deps: FollowDeps) => {
  const { thawJobs, now } = deps
  const make = makePlanned(deps)
  const ended = (job: ThawJob, reason: string): ThawJob => ({
    ...job,
    end: { at: now(), requested: 0, failed: 0, reason },
  })

  return lookAtJobs(deps, async (rehydration, job) => {
    if (job.id === null)
      return isJobOpen(job, now()) ? make(rehydration, job) : ended(job, 'S3 was not asked for it in time')
    if (isOver(rehydration.state)) await thawJobs.cancel(job.id)
    const progress = await thawJobs.find(job.id)
    if (progress?.kind === 'over') {
      const { requested, failed, reason } = progress
      return { ...job, end: { at: now(), requested, failed, reason } }
    }
    // of one that is new S3 may not know yet
    const isForgotten = progress === undefined && now() >= job.plannedAt + LONGEST_UNKNOWN
    return isForgotten ? ended(job, 'S3 knows of no such job') : undefined
  })
}
