import { makeDeleteMarker } from './delete-object.ts'
import { runJob } from './jobs/run-job.ts'
import { DAY } from './lifecycle-plan.ts'
import { closeUpload } from './multipart.ts'
import { expireRestore, finishRestore } from './restore-object.ts'
import { isLocked, removeVersion, replaceVersion } from './versions.ts'
import type { BucketState, DueTask, World } from './world.ts'

type LifecycleTask = Extract<DueTask, { kind: 'lifecycle' }>

/** "billed from the rule date": the bill follows `step.at`, though the step itself may come later. */
const runLifecycle = (world: World, state: BucketState, task: LifecycleTask, at: number) => {
  const { version, step } = task
  const { bucket } = state
  if (step.kind === 'transition') {
    const { storageClass } = step
    const next = { ...version, storageClass, classSince: step.at }
    world.meter.add(`s3.transition.${storageClass}`, 1)
    replaceVersion(world, state, version, next, step.at)
    world.events.publish(bucket, { name: 's3:LifecycleTransition', at, version: next })
    return
  }
  if (step.kind === 'expire' && bucket.versioning !== undefined) {
    const marker = makeDeleteMarker(world, state, version.key)
    world.events.publish(bucket, { name: 's3:LifecycleExpiration:DeleteMarkerCreated', at, version: marker })
    return
  }
  if (isLocked(version, at)) {
    // Locked versions are passed over; the next daily run looks again.
    world.agenda.plan(version, [{ at: at + DAY, task }])
    return
  }
  removeVersion(world, state, version, step.at)
  world.events.publish(bucket, { name: 's3:LifecycleExpiration:Delete', at, version })
}

/** What happens by itself, at its time. */
export const runTask = (world: World, task: DueTask, at: number) => {
  if (task.kind === 'job') {
    runJob(world, task.jobId)
    return
  }
  const owner = task.kind === 'abort-upload' ? task.upload : task.version
  const state = world.buckets.get(owner.bucket)
  if (state === undefined) return
  if (task.kind === 'lifecycle') {
    runLifecycle(world, state, task, at)
  } else if (task.kind === 'restored') {
    finishRestore(world, state, task.version, at)
  } else if (task.kind === 'restore-expired') {
    expireRestore(world, state, task.version, at)
  } else {
    const open = state.uploads.get(task.upload.uploadId)
    if (open !== undefined) closeUpload(world, state, open, at)
  }
}
