import { restoreObject } from '../restore-object.ts'
import { S3Error } from '../s3-error.ts'
import type { World } from '../world.ts'
import { dropOutcomes, type JobState, saveJob, saveOutcomes } from './job-state.ts'
import { findManifest, type ManifestLine, ManifestRefused, readManifest } from './read-manifest.ts'
import type { Job, TaskOutcome } from './stored-job.ts'
import { writeReport } from './write-report.ts'

const STEP_MS = 1000

/** "If … more than 50 percent of a job's object operations fail after … 1,000 operations", the job fails. */
const ENOUGH_TASKS = 1000

type End = Pick<Job, 'status' | 'failure'>

/** The report first, so that whoever sees that the job is over finds it. */
export const endJob = (world: World, state: JobState, end: End): void => {
  writeReport(world, state)
  dropOutcomes(world, state)
  for (const { blob } of state.job.manifest) world.journal.release(blob)
  const { nextAt: _, ...job } = state.job
  delete state.lines
  saveJob(world, state, { ...job, ...end, manifest: [], endedAt: world.now() })
}

const fail = (world: World, state: JobState, code: string, reason: string) =>
  endJob(world, state, { status: 'Failed', failure: { code, reason } })

/** Reads the manifest and keeps its bytes, whatever becomes of the object. */
const prepare = (world: World, state: JobState): void => {
  const { job } = state
  try {
    if (job.request.report !== undefined && !world.buckets.has(job.request.report.bucket))
      throw new ManifestRefused(`the bucket of the report, ${job.request.report.bucket}, does not exist`)
    const { pieces, storageClass } = findManifest(world, job.request)
    world.meter.add(`s3.get.${storageClass}`, 1)
    state.lines = readManifest(world, pieces, job.request)
    for (const { blob } of pieces) world.journal.retain(blob)
    const nextAt = world.now() + STEP_MS
    saveJob(world, state, { ...job, status: 'Active', manifest: pieces, tasks: state.lines.length, nextAt })
  } catch (error) {
    if (!(error instanceof ManifestRefused)) throw error
    fail(world, state, 'ManifestRefused', error.message)
  }
}

/** Undefined: S3 takes no more requests in this second. */
const runOne = (
  world: World,
  { bucket, key, versionId }: ManifestLine,
  { restore }: Job['request'],
): TaskOutcome | undefined => {
  const done = { bucket, key, versionId, succeeded: true, code: '', status: 200, message: 'Successful' }
  try {
    if (world.knobs.jobTaskFails(key))
      throw new S3Error('InternalError', 500, 'We encountered an internal error')
    const version = versionId === '' ? undefined : versionId
    restoreObject(world, { bucket, key, versionId: version, days: restore.days, tier: restore.tier })
    return done
  } catch (error) {
    if (!(error instanceof S3Error)) throw error
    if (error.code === 'SlowDown') return undefined
    return { ...done, succeeded: false, code: error.code, status: error.status, message: error.message }
  }
}

const work = (world: World, state: JobState): void => {
  const { job } = state
  state.lines ??= readManifest(world, job.manifest, job.request)
  const from = job.succeeded + job.failed
  const outcomes: TaskOutcome[] = []
  for (const line of state.lines.slice(from, from + world.knobs.jobRestoresPerSecond)) {
    const outcome = runOne(world, line, job.request)
    if (outcome === undefined) break
    outcomes.push(outcome)
  }
  world.meter.add('s3.batch-object', outcomes.length)
  const failed = job.failed + outcomes.filter(({ succeeded }) => !succeeded).length
  const next = { ...job, failed, succeeded: from + outcomes.length - failed }
  saveOutcomes(world, state, { jobId: job.id, from, outcomes })
  saveJob(world, state, { ...next, nextAt: world.now() + STEP_MS })
  const done = next.succeeded + failed
  if (done === job.tasks) endJob(world, state, { status: 'Complete' })
  else if (done >= ENOUGH_TASKS && failed * 2 > done)
    fail(world, state, 'TooManyFailures', 'more than half of the tasks failed')
}

/** The next step of a job, at its time. */
export const runJob = (world: World, jobId: string): void => {
  const state = world.jobs.get(jobId)
  if (state?.job.status === 'Preparing') prepare(world, state)
  else if (state?.job.status === 'Active') work(world, state)
}
