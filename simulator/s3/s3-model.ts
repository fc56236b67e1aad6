import type { TimedModel } from '../model.ts'
import type { Body, StagedBody } from './body.ts'
import * as buckets from './bucket-operations.ts'
import { completeUpload } from './complete-upload.ts'
import { copyObject } from './copy-object.ts'
import { corruptObject } from './corrupt-object.ts'
import { deleteObject, deleteObjects } from './delete-object.ts'
import { runTask } from './due-tasks.ts'
import * as jobs from './jobs/create-job.ts'
import { listObjects } from './list-objects.ts'
import { listUploads, listVersions } from './list-versions.ts'
import { makeWorld, type S3ModelOptions } from './make-world.ts'
import * as multipart from './multipart.ts'
import { putObject } from './put-object.ts'
import { getObject, headObject } from './read-object.ts'
import { restoreObject } from './restore-object.ts'
import type { BlobSink } from './store.ts'
import * as tagging from './tag-object.ts'
import { uploadPartCopy } from './upload-part-copy.ts'
import type { OperationTarget, World } from './world.ts'

export type { S3ModelOptions } from './make-world.ts'

const earliest = (a: number | undefined, b: number | undefined) =>
  a === undefined || b === undefined ? (a ?? b) : Math.min(a, b)

/** Simple Storage Service, in process and synchronous: each call is one step at the virtual time of the call. */
export const makeS3Model = (options: S3ModelOptions) => {
  /** Set while what is overdue is done, one thing after the other, each at its own time. */
  let taskTime: number | undefined
  const world = makeWorld(options, () => taskTime ?? options.now())
  const { agenda, events, journal, storage } = world
  const faults = options.faults ?? {}

  const nextDue = () => earliest(agenda.nextDue(), events.nextDue())

  const runDue = () => {
    const now = options.now()
    try {
      for (let at = nextDue(); at !== undefined && at <= now; at = nextDue()) {
        taskTime = at
        const due = agenda.take(at)
        if (due !== undefined) runTask(world, due.task, due.at)
        // On disk before it is told to anyone.
        journal.commit()
        events.deliver(at)
      }
    } finally {
      taskTime = undefined
    }
    journal.commit()
  }

  const operation =
    <I extends OperationTarget, O>(name: string, run: (world: World, input: I) => O) =>
    (input: I): O => {
      runDue()
      faults.before?.(name, input)
      const answer = run(world, input)
      journal.commit()
      runDue()
      faults.after?.(name, input)
      return answer
    }

  const drop = ({ blob }: StagedBody) => {
    journal.retain(blob)
    journal.release(blob)
    journal.commit()
  }

  /** A body that was streamed in and then refused leaves nothing. */
  const operationWithBody = <I extends OperationTarget & { readonly body: Body }, O>(
    name: string,
    run: (world: World, input: I) => O,
  ) => {
    let kept = false
    const perform = operation(name, (inner, input: I) => {
      const answer = run(inner, input)
      kept = true
      return answer
    })
    return (input: I): O => {
      kept = false
      try {
        return perform(input)
      } finally {
        if (!kept && !(input.body instanceof Uint8Array)) drop(input.body)
      }
    }
  }

  return {
    createBucket: operation('CreateBucket', buckets.createBucket),
    headBucket: operation('HeadBucket', buckets.headBucket),
    deleteBucket: operation('DeleteBucket', buckets.deleteBucket),
    listBuckets: operation('ListBuckets', (inner, _: OperationTarget) => buckets.listBuckets(inner)),
    putVersioning: operation('PutBucketVersioning', buckets.putVersioning),
    putLifecycle: operation('PutBucketLifecycleConfiguration', buckets.putLifecycle),
    putNotifications: operation('PutBucketNotificationConfiguration', buckets.putNotifications),
    putObjectLock: operation('PutObjectLockConfiguration', buckets.putObjectLock),
    putBucketDocument: operation('PutBucketDocument', buckets.putBucketDocument),

    putObject: operationWithBody('PutObject', putObject),
    getObject: operation('GetObject', getObject),
    headObject: operation('HeadObject', headObject),
    deleteObject: operation('DeleteObject', deleteObject),
    deleteObjects: operation('DeleteObjects', deleteObjects),
    copyObject: operation('CopyObject', copyObject),
    listObjects: operation('ListObjectsV2', listObjects),
    listVersions: operation('ListObjectVersions', listVersions),

    createUpload: operation('CreateMultipartUpload', multipart.createUpload),
    uploadPart: operationWithBody('UploadPart', multipart.uploadPart),
    uploadPartCopy: operation('UploadPartCopy', uploadPartCopy),
    completeUpload: operation('CompleteMultipartUpload', completeUpload),
    abortUpload: operation('AbortMultipartUpload', multipart.abortUpload),
    listParts: operation('ListParts', multipart.listParts),
    listUploads: operation('ListMultipartUploads', listUploads),

    putObjectTagging: operation('PutObjectTagging', tagging.putObjectTagging),
    getObjectTagging: operation('GetObjectTagging', tagging.getObjectTagging),
    putLegalHold: operation('PutObjectLegalHold', tagging.putLegalHold),
    putRetention: operation('PutObjectRetention', tagging.putRetention),
    getLock: operation('GetObjectLock', tagging.getLock),

    restoreObject: operation('RestoreObject', restoreObject),

    createJob: operation('CreateJob', jobs.createJob),
    describeJob: operation('DescribeJob', jobs.describeJob),
    cancelJob: operation('UpdateJobStatus', jobs.cancelJob),

    /** Takes a large body before its request is known to be right; give it to `putObject` or `uploadPart`. */
    openSink: (): BlobSink => world.store.openSink(),
    /** Of an upload that is under way; free of charge. */
    uploadAlgorithm: ({ bucket, uploadId }: multipart.UploadTarget) =>
      world.buckets.get(bucket)?.uploads.get(uploadId)?.upload.checksumAlgorithm,
    /** For a staged body that will not be used after all. */
    dropBody: drop,
    /** Damage at rest: the bytes and the size change; ETag, checksum and version stay as they were. */
    corruptObject: operation('corrupt', corruptObject),
    /** Hands the storage that has accrued since the last call to the meter; call it before an invoice. */
    meterStorage: () => {
      runDue()
      storage.settle(options.now())
      journal.save('state', 'meter', { meteredUntil: options.now() })
      journal.commit()
    },
    /** Turn them at any time. */
    knobs: world.knobs,
    accountId: world.accountId,
    region: world.region,
    now: options.now,
    nextDue,
    runDue,
    close: () => world.store.close(),
  } satisfies TimedModel & Record<string, unknown>
}

export type S3Model = ReturnType<typeof makeS3Model>
