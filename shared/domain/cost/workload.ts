import type { ClassSteps } from '../dataset.ts'
import type { PartitionUnit } from '../partition.ts'

/** What an archive gets, the same every day, and how it is kept. Sizes in bytes, times in ms. */
export type Workload = {
  readonly recordsPerDay: number
  /** Of one record's text, on average. */
  readonly recordBytes: number
  /** What a sealed segment takes, as a share of the text in it. */
  readonly storedRatio: number
  /** What gzip makes of the same text, as a share of it. */
  readonly gzipRatio: number
  readonly classes: ClassSteps
  /** Age at which records expire, from the end of their partition; null: never. */
  readonly retention: number | null
  readonly partition: PartitionUnit
  readonly seal: { readonly after: number; readonly targetBytes: number }
  readonly recordsPerMessage: number
  /** Invocations of age-records that have something to land. */
  readonly batchesPerDay: number
  /** Partitions that the records of one batch are of. */
  readonly partitionsPerBatch: number
  /** How often the schedules fire, as function.yml of each has it unless a simulation leaps. */
  readonly sweepsPerDay: number
  readonly auditsPerDay: number
  /** Datasets of the deployment, each of which every sweep asks for. */
  readonly datasets: number
}

/** As the schedules are deployed: every quarter of an hour, and every hour. */
export const SCHEDULES = { sweepsPerDay: 96, auditsPerDay: 24 } as const

const MiB = 2 ** 20
/** What SQS takes in a message. */
const MESSAGE_BYTES = MiB
/** What Lambda hands to one invocation at most: so many messages, so many bytes, gathered for so long. */
const BATCH_MESSAGES = 1000
const BATCH_BYTES = 6 * MiB
const BATCHES_BY_WINDOW = 86_400 / 5

/** How many records of a size one message holds, of those that a producer has at once. */
export const fitMessage = (recordBytes: number, records: number): number =>
  Math.max(1, Math.min(records, Math.floor(MESSAGE_BYTES / (recordBytes + 1))))

/** Batches a day that Lambda makes of messages that come evenly: a window has to close on them, or they fill one. */
export const batchesOf = (messagesPerDay: number, messageBytes: number): number =>
  Math.max(
    Math.min(messagesPerDay, BATCHES_BY_WINDOW),
    messagesPerDay / BATCH_MESSAGES,
    (messagesPerDay * messageBytes) / BATCH_BYTES,
  )
