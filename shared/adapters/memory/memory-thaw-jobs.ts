import type { S3Model } from '../../../simulator/s3/s3-model.ts'
import type { ThawJobs } from '../../ports/thaw-jobs.ts'
import { codeOf } from './s3-code.ts'

/** Jobs of the simulated S3 Batch Operations, in process. */
export const makeMemoryThawJobs = (s3: S3Model, bucket: string): ThawJobs => ({
  create: async ({ token, description, manifest, tier, days, reportPrefix }) =>
    s3.createJob({
      token,
      description,
      priority: 10,
      roleArn: `arn:aws:iam::${s3.accountId}:role/batch`,
      restore: { days, tier },
      manifest: { bucket, key: manifest.key, etag: manifest.version, hasVersions: false },
      report: { bucket, prefix: reportPrefix, scope: 'FailedTasksOnly' },
    }).jobId,
  find: async (jobId) => {
    try {
      const { status, succeeded, failed, failure } = s3.describeJob({ jobId })
      if (status === 'Preparing' || status === 'Active') return { kind: 'running' }
      const reason = status === 'Complete' ? null : (failure?.reason ?? status)
      return { kind: 'over', requested: succeeded, failed, reason }
    } catch (error) {
      if (codeOf(error) === 'NoSuchJob') return undefined
      throw error
    }
  },
  cancel: async (jobId) => {
    try {
      s3.cancelJob({ jobId })
    } catch (error) {
      if (codeOf(error) !== 'NoSuchJob' && codeOf(error) !== 'JobStatusException') throw error
    }
  },
})
