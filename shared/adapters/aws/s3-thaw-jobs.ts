import {
  CreateJobCommand,
  DescribeJobCommand,
  type JobDescriptor,
  type S3ControlClient,
  S3ControlServiceException,
  UpdateJobStatusCommand,
} from '@aws-sdk/client-s3-control'
import type { ThawJobProgress, ThawJobs } from '../../ports/thaw-jobs.ts'

export type ThawJobsDeps = {
  readonly control: S3ControlClient
  /** Whose jobs they are. */
  readonly account: string
  /** The archive bucket, which also holds the manifests and the reports. */
  readonly bucket: string
  /** What S3 acts as. */
  readonly roleArn: string
}

const PRIORITY = 10
const TIERS = { Standard: 'STANDARD', Bulk: 'BULK' } as const

const isUnknown = (error: unknown): boolean =>
  error instanceof S3ControlServiceException &&
  (error.$metadata.httpStatusCode === 404 || error.name === 'NoSuchJob')

const reasonOf = ({ Status, FailureReasons }: JobDescriptor): string | null => {
  if (Status === 'Complete') return null
  const [first] = FailureReasons ?? []
  return first?.FailureReason ?? Status ?? 'unknown'
}

const progressOf = (job: JobDescriptor | undefined): ThawJobProgress => {
  const { Status, ProgressSummary } = job ?? {}
  if (job === undefined || (Status !== 'Complete' && Status !== 'Failed' && Status !== 'Cancelled'))
    return { kind: 'running' }
  return {
    kind: 'over',
    requested: ProgressSummary?.NumberOfTasksSucceeded ?? 0,
    failed: ProgressSummary?.NumberOfTasksFailed ?? 0,
    reason: reasonOf(job),
  }
}

/** https://docs.aws.amazon.com/AmazonS3/latest/userguide/batch-ops-initiate-restore-object.html */
export const makeS3ThawJobs = ({ control, account, bucket, roleArn }: ThawJobsDeps): ThawJobs => {
  const find = async (id: string) => {
    try {
      const { Job } = await control.send(new DescribeJobCommand({ AccountId: account, JobId: id }))
      return progressOf(Job)
    } catch (error) {
      if (isUnknown(error)) return undefined
      throw error
    }
  }

  return {
    create: async ({ token, description, manifest, tier, days, reportPrefix }) => {
      const { JobId } = await control.send(
        new CreateJobCommand({
          AccountId: account,
          ClientRequestToken: token,
          ConfirmationRequired: false,
          Description: description,
          Priority: PRIORITY,
          RoleArn: roleArn,
          Operation: { S3InitiateRestoreObject: { ExpirationInDays: days, GlacierJobTier: TIERS[tier] } },
          Manifest: {
            Spec: { Format: 'S3BatchOperations_CSV_20180820', Fields: ['Bucket', 'Key'] },
            Location: {
              ObjectArn: `arn:aws:s3:::${bucket}/${manifest.key}`,
              ETag: manifest.version.replaceAll('"', ''),
            },
          },
          Report: {
            Enabled: true,
            Bucket: `arn:aws:s3:::${bucket}`,
            Prefix: reportPrefix,
            Format: 'Report_CSV_20180820',
            ReportScope: 'FailedTasksOnly',
          },
        }),
      )
      if (JobId === undefined) throw new Error(`${manifest.key}: S3 made a job and gave no id`)
      return JobId
    },
    find,
    cancel: async (id) => {
      try {
        await control.send(
          new UpdateJobStatusCommand({ AccountId: account, JobId: id, RequestedJobStatus: 'Cancelled' }),
        )
      } catch (error) {
        if (isUnknown(error)) return
        // it may have come to its end meanwhile
        if ((await find(id))?.kind !== 'over') throw error
      }
    },
  }
}
