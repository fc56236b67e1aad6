import { tmpdir } from 'node:os'
import { hydrateTaskSchema } from '../../functions/hydrate-records/event.ts'
import { thawTaskSchema } from '../../functions/thaw-segments/event.ts'
import { storageEventSchema } from '../../functions/track-storage/event.ts'
import { makeDynamoBudgets } from '../../shared/adapters/aws/dynamo-budgets.ts'
import { makeDynamoCommitLog } from '../../shared/adapters/aws/dynamo-commit-log.ts'
import { makeDynamoHoldings, makeDynamoWaiters } from '../../shared/adapters/aws/dynamo-holdings.ts'
import { makeDynamoQuotes } from '../../shared/adapters/aws/dynamo-quotes.ts'
import { makeDynamoRegistry } from '../../shared/adapters/aws/dynamo-registry.ts'
import {
  makeDynamoRehydrationTasks,
  makeDynamoTaskList,
} from '../../shared/adapters/aws/dynamo-rehydration-tasks.ts'
import { makeDynamoRehydrations } from '../../shared/adapters/aws/dynamo-rehydrations.ts'
import { makeDynamoThawHistory } from '../../shared/adapters/aws/dynamo-thaw-history.ts'
import { makeS3Lister } from '../../shared/adapters/aws/s3-archive-admin.ts'
import { makeS3Delivery } from '../../shared/adapters/aws/s3-delivery.ts'
import { makeS3SegmentReader } from '../../shared/adapters/aws/s3-segment-reader.ts'
import { makeS3SegmentWriter } from '../../shared/adapters/aws/s3-segment-writer.ts'
import { makeS3ThawManifests } from '../../shared/adapters/aws/s3-thaw-manifests.ts'
import { makeS3Thawer } from '../../shared/adapters/aws/s3-thawer.ts'
import { makeHydrateQueue, makeThawQueue } from '../../shared/adapters/aws/sqs-queues.ts'
import { makeSqsReplay } from '../../shared/adapters/aws/sqs-replay.ts'
import { makeMemoryThawJobs } from '../../shared/adapters/memory/memory-thaw-jobs.ts'
import type { IcecoreConfig } from '../../shared/domain/config.ts'
import { finishRehydration } from '../../shared/use-cases/finish-rehydration.ts'
import { hydrateTask } from '../../shared/use-cases/hydrate-task.ts'
import { planRehydration } from '../../shared/use-cases/plan-rehydration.ts'
import { resumeWaiters } from '../../shared/use-cases/resume-waiters.ts'
import { thawTask } from '../../shared/use-cases/thaw-task.ts'
import { readThawTimes } from '../../shared/use-cases/thaw-times.ts'
import { trackStorage } from '../../shared/use-cases/track-storage.ts'
import { accountId } from '../../simulator/account.ts'
import { openWire } from '../contracts/archive-backend.ts'
import { makeDraw } from '../simulation/draw.ts'

/** icecore's AWS adapters on the simulated cloud's wire, where every request is on the invoice. */
export const aBilledWorld = async (config: IcecoreConfig, seed: number) => {
  const wire = await openWire()
  const { cloud, s3, sqs, dynamo, output, queueUrl } = wire
  const draw = makeDraw(seed)
  const now = cloud.clock.now
  const archive = { s3, bucket: output('ArchiveBucketName'), owner: accountId }
  const rehydrated = { s3, bucket: output('RehydratedBucketName'), owner: accountId }
  const thawHistory = makeDynamoThawHistory(dynamo)
  const ports = {
    config,
    log: makeDynamoCommitLog(dynamo),
    registry: makeDynamoRegistry(dynamo),
    holdings: makeDynamoHoldings(dynamo),
    waiters: makeDynamoWaiters(dynamo),
    rehydrations: makeDynamoRehydrations(dynamo),
    tasks: makeDynamoRehydrationTasks(dynamo),
    taskList: makeDynamoTaskList(dynamo),
    budgets: makeDynamoBudgets(dynamo),
    quotes: makeDynamoQuotes(dynamo),
    thawHistory,
    thawTimes: readThawTimes(thawHistory, now),
    reader: makeS3SegmentReader(archive),
    lister: makeS3Lister(archive),
    thawer: makeS3Thawer(archive),
    manifests: makeS3ThawManifests(archive),
    // a quote has nothing for jobs
    thawJobs: makeMemoryThawJobs(cloud.s3, archive.bucket),
    delivery: makeS3Delivery({ ...rehydrated, folder: tmpdir() }),
    results: makeS3SegmentReader(rehydrated),
    replay: makeSqsReplay({ sqs, urlOf: (queue) => queue }),
    wait: async () => undefined,
    hasTime: () => true,
    thawQueue: makeThawQueue({ sqs, url: queueUrl('-thaw') }),
    hydrateQueue: makeHydrateQueue({ sqs, url: queueUrl('-hydrate') }),
    metrics: { rehydrationFinished: () => undefined },
    now,
    random: draw.bytes,
  }
  const plan = planRehydration(ports)
  const thaw = thawTask({ ...ports, plan })
  const hydrate = hydrateTask({ ...ports, finish: finishRehydration(ports) })
  const track = trackStorage({ ...ports, resumeWaiters: resumeWaiters(ports) })
  const trackAll = async (message: unknown) => {
    for (const { bucket, key } of storageEventSchema.parse(message).records)
      if (bucket === archive.bucket) await track(key)
  }
  const arnOf = (suffix: string) => `arn:aws:sqs:us-east-1:${accountId}:icecore-dev-${suffix}`
  /** The event source mappings of the deployment, by the batch sizes of its functions. */
  const mappings = [
    { queue: arnOf('thaw'), max: 10, work: (task: unknown) => thaw(thawTaskSchema.parse(task)) },
    { queue: arnOf('storage-events'), max: 10, work: trackAll },
    { queue: arnOf('hydrate'), max: 1, work: (task: unknown) => hydrate(hydrateTaskSchema.parse(task)) },
  ]

  const pumpOne = async ({ queue, max, work }: (typeof mappings)[number]): Promise<boolean> => {
    if (cloud.sqs.counts(queue).visible === 0) return false
    const messages = cloud.sqs.receive(queue, { max })
    for (const { body } of messages) await work(JSON.parse(body))
    cloud.sqs.deleteBatch(
      queue,
      messages.map(({ receiptHandle }) => receiptHandle),
    )
    return true
  }

  /** Works off the queues until they are empty. */
  const pump = async () => {
    for (let worked = true; worked; ) {
      worked = false
      for (const mapping of mappings) while (await pumpOne(mapping)) worked = true
    }
  }

  /** Lets time pass, and everything follow at once from what S3 does in it. */
  const pass = async (ms: number) => {
    const until = now() + ms
    await pump()
    for (let due = cloud.nextDue(); due !== undefined && due <= until; due = cloud.nextDue()) {
      await cloud.advance(due)
      await pump()
    }
    await cloud.advance(until)
    await pump()
  }

  /** What is metered from now on, by lines of the price table. */
  const meter = () => {
    const read = () => {
      cloud.invoice()
      return cloud.bill.snapshot()
    }
    const before = read()
    return (): ReadonlyMap<string, number> =>
      new Map(
        Object.entries(read())
          .map(([line, quantity]) => [line, quantity - (before[line] ?? 0)] as const)
          .filter(([, quantity]) => quantity > 0),
      )
  }

  /** A delivered file. */
  const read = (key: string): Buffer =>
    Buffer.from(cloud.s3.getObject({ bucket: rehydrated.bucket, key }).content.bytes())

  // S3 tries each queue when it is set up
  await pump()
  return { ...wire, ports, writer: makeS3SegmentWriter(archive), now, draw, pass, meter, read }
}

export type BilledWorld = Awaited<ReturnType<typeof aBilledWorld>>
