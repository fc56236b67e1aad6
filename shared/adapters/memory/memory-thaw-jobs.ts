import type { S3Model } from '../../../simulator/s3/s3-model.ts'
import type { ThawJobs, ThawManifests } from '../../ports/thaw-jobs.ts'
import { thawManifestText } from '../thaw-manifest-text.ts'
import { codeOf } from './s3-code.ts'

/** Manifests in a bucket of the simulated S3, in process. */
export const makeMemoryThawManifests = (s3: S3Model, bucket: string): ThawManifests => ({
  write: async (key, objects) => {
    const body = Buffer.from(thawManifestText(bucket, objects))
    const headers = { 'content-type': 'text/csv' }
    try {
      return s3.putObject({ bucket, key, body, headers, ifNoneMatch: '*' }).etag
    } catch (error) {
      if (codeOf(error) !== 'PreconditionFailed') throw error
      const { content, version } = s3.getObject({ bucket, key })
      if (Buffer.compare(content.bytes(), body) !== 0)
        throw new Error(`${key}: something else is there`, { cause: error })
      return version.etag
    }
  },
})

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
