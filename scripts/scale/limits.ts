import { join } from 'node:path'
import { loadDeployment } from '../../simulator/host/deployment/load-deployment.ts'

/** What bounds each stage: by the deployment, by the use cases, and, where marked, by an estimate. */
export type Limits = {
  /** Invocations of a function at once. */
  readonly ageRecords: number
  readonly seal: number
  readonly expire: number
  /** Messages and bytes of one batch. */
  readonly batchMessages: number
  readonly batchBytes: number
  /** Estimate: seconds that an invocation of age-records takes besides its text, and text (bytes) that it packs in a second. */
  readonly batchSeconds: number
  readonly landedPerSecond: number
  /** Landing segments of one seal, and seconds in which an invocation begins another. */
  readonly sealInputs: number
  readonly sealText: number
  readonly sealFor: number
  /** Estimate: text (bytes) that a seal merges in a second, and segments that an invocation of expire-segments removes in one. */
  readonly sealedPerSecond: number
  readonly expiredPerSecond: number
  /** Commits of one partition that fit into the memory of a function that reads its log; an estimate. */
  readonly commitsInMemory: number
}

const MiB = 2 ** 20

/** Of the functions in `serverless.yml`; `concurrency` in place of their own where it is given. */
export const limitsOf = (concurrency?: number): Limits => {
  const { functions } = loadDeployment(join(import.meta.dirname, '../..'))
  const triggerOf = (name: string) => {
    const trigger = functions.find((one) => one.name === name)?.queues[0]
    if (trigger?.maximumConcurrency === undefined) throw new Error(`${name} has no concurrency of its own`)
    return { batchSize: trigger.batchSize, concurrency: concurrency ?? trigger.maximumConcurrency }
  }
  const { batchSize: batchMessages, concurrency: ageRecords } = triggerOf('age-records')
  return {
    ageRecords,
    seal: triggerOf('seal-segments').concurrency,
    expire: triggerOf('expire-segments').concurrency,
    batchMessages,
    batchBytes: 6 * MiB,
    batchSeconds: 0.3,
    landedPerSecond: 12 * MiB,
    sealInputs: 500,
    sealText: 512 * MiB,
    sealFor: 450,
    sealedPerSecond: 25 * MiB,
    expiredPerSecond: 25,
    commitsInMemory: 50_000,
  }
}
