import type * as z from 'zod'
import { makeBucketState } from './bucket-operations.ts'
import { planJob } from './jobs/job-state.ts'
import { type Job, jobSchema, type Outcomes, outcomesSchema } from './jobs/stored-job.ts'
import { levelsOf, levelsOfPart, makeStorageMeter } from './storage-meter.ts'
import {
  bucketSchema,
  meterStateSchema,
  type ObjectVersion,
  type Part,
  partSchema,
  pendingEventSchema,
  type RowKind,
  type Upload,
  uploadSchema,
  versionSchema,
} from './stored.ts'
import { indexVersion, planBucket } from './versions.ts'
import type { World } from './world.ts'

/** Builds the index from the store's rows, and tells the store which bodies are still named. */
export const loadWorld = (base: Omit<World, 'storage'>, onOrder: (order: number) => void): World => {
  const rows = base.store.load()
  const all = <T>(kind: RowKind, schema: z.ZodType<T>): T[] =>
    rows.filter((row) => row.kind === kind).map(({ value }) => schema.parse(value))
  const [meterState] = all('state', meterStateSchema)
  const meteredUntil = meterState?.meteredUntil
  const storage = makeStorageMeter(base.meter, meteredUntil ?? base.now())
  const world: World = { ...base, storage }
  const since = (time: number) => Math.max(meteredUntil ?? 0, time)
  const blobs = new Set<string>()
  const keep = (blob: string) => {
    blobs.add(blob)
    world.journal.retain(blob)
  }
  const stateOf = (bucket: string) => {
    const state = world.buckets.get(bucket)
    if (state === undefined) throw new Error(`the store has a row of bucket ${bucket}, but not the bucket`)
    return state
  }
  const takeVersion = (version: ObjectVersion) => {
    onOrder(version.order)
    indexVersion(stateOf(version.bucket), version)
    storage.begin(levelsOf(version), since(version.classSince))
    for (const { blob } of version.pieces) keep(blob)
  }
  const takeUpload = (upload: Upload) => {
    stateOf(upload.bucket).uploads.set(upload.uploadId, { upload, parts: new Map() })
  }
  const takePart = (part: Part) => {
    const open = stateOf(part.bucket).uploads.get(part.uploadId)
    if (open === undefined)
      throw new Error(`the store has a part of upload ${part.uploadId}, but not the upload`)
    open.parts.set(part.number, part)
    storage.begin(levelsOfPart(open.upload, part), since(part.uploadedAt))
    keep(part.piece.blob)
  }

  const takeJob = (job: Job) => {
    world.jobs.set(job.id, { job, outcomes: [] })
    for (const { blob } of job.manifest) keep(blob)
  }
  const takeOutcomes = (outcomes: Outcomes) => {
    const state = world.jobs.get(outcomes.jobId)
    if (state === undefined)
      throw new Error(`the store has outcomes of job ${outcomes.jobId}, but not the job`)
    state.outcomes.push(outcomes)
  }

  for (const bucket of all('bucket', bucketSchema)) world.buckets.set(bucket.name, makeBucketState(bucket))
  all('version', versionSchema)
    .sort((a, b) => a.order - b.order)
    .forEach(takeVersion)
  all('upload', uploadSchema).forEach(takeUpload)
  all('part', partSchema).forEach(takePart)
  all('job', jobSchema).forEach(takeJob)
  all('job-outcomes', outcomesSchema)
    .sort((a, b) => a.from - b.from)
    .forEach(takeOutcomes)
  for (const event of all('event', pendingEventSchema)) world.events.resume(event)
  base.store.keepOnly(blobs)
  for (const state of world.buckets.values()) planBucket(world, state)
  for (const state of world.jobs.values()) planJob(world, state)
  return world
}
