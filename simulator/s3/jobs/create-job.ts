import { isDeepStrictEqual } from 'node:util'
import { invalidRequest, S3Error } from '../s3-error.ts'
import type { OperationTarget, World } from '../world.ts'
import { isJobOver, type JobState, saveJob } from './job-state.ts'
import { endJob } from './run-job.ts'
import type { Job, JobRequest } from './stored-job.ts'

const MAX_TOKEN = 64

export type JobTarget = OperationTarget & { readonly jobId: string }

/** https://docs.aws.amazon.com/AmazonS3/latest/API/API_control_CreateJob.html */
const checkRequest = ({ accountId }: World, { token, priority, roleArn, restore }: JobRequest) => {
  if (token === '' || token.length > MAX_TOKEN) throw invalidRequest('ClientRequestToken: 1 to 64 characters')
  if (!Number.isInteger(priority) || priority < 0) throw invalidRequest('Priority: an integer from 0')
  if (!new RegExp(`^arn:aws:iam::${accountId}:role/[\\w+=,.@/-]+$`).test(roleArn))
    throw invalidRequest('RoleArn: expected the ARN of a role of this account')
  if (!Number.isInteger(restore.days) || restore.days < 1)
    throw invalidRequest('ExpirationInDays: an integer from 1')
}

/** A UUID by its form. It ends in a number, so that it is new whatever is drawn. */
const newJobId = ({ random, jobs }: World): string => {
  const hex = (length: number) =>
    Array.from({ length }, () => Math.floor(random() * 16).toString(16)).join('')
  const number = (jobs.size + 1).toString(16).padStart(12, '0')
  return [...[8, 4, 4, 4].map(hex), number].join('-')
}

/** The same token and the same request again is the same job; with another request it is refused. */
export const createJob = (
  world: World,
  request: OperationTarget & JobRequest,
): { readonly jobId: string } => {
  checkRequest(world, request)
  const same = [...world.jobs.values()].find(({ job }) => job.request.token === request.token)
  if (same !== undefined) {
    if (isDeepStrictEqual(same.job.request, request)) return { jobId: same.job.id }
    throw new S3Error('IdempotencyException', 400, 'The token was used for another request')
  }
  const at = world.now()
  const job: Job = {
    id: newJobId(world),
    request,
    status: 'Preparing',
    createdAt: at,
    nextAt: at + world.knobs.jobPreparation(),
    manifest: [],
    tasks: 0,
    succeeded: 0,
    failed: 0,
  }
  const state: JobState = { job, outcomes: [] }
  world.jobs.set(job.id, state)
  world.meter.add('s3.batch-job', 1)
  saveJob(world, state, job)
  return { jobId: job.id }
}

const findJob = (world: World, jobId: string): JobState => {
  const state = world.jobs.get(jobId)
  if (state === undefined) throw new S3Error('NoSuchJob', 404, 'No such job')
  return state
}

export const describeJob = (world: World, { jobId }: JobTarget): Job => findJob(world, jobId).job

/** What was asked for stays asked for; the report says what that is. */
export const cancelJob = (world: World, { jobId }: JobTarget): Job => {
  const state = findJob(world, jobId)
  if (isJobOver(state.job))
    throw new S3Error('JobStatusException', 400, `The job is ${state.job.status.toLowerCase()}`)
  endJob(world, state, { status: 'Cancelled' })
  return state.job
}
