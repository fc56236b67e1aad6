import { thawReportPrefix } from '../domain/keys.ts'
import { type ThawJob, tokenOf } from '../domain/thaw-batch.ts'
import type { ThawJobs } from '../ports/thaw-jobs.ts'

/** Has S3 make a planned job, or finds the one that it made before; gives back its id. */
export const createThawJob =
  (thawJobs: ThawJobs) =>
  (rehydrationId: string, job: ThawJob): Promise<string> =>
    thawJobs.create({
      token: tokenOf(rehydrationId, job),
      description: `thaws of rehydration ${rehydrationId}`,
      manifest: job.manifest,
      tier: job.tier,
      days: job.days,
      reportPrefix: thawReportPrefix(rehydrationId),
    })
