import { classAtAge } from '../dataset.ts'
import { DAY, HOUR } from '../duration.ts'
import { MANY_LANDING_COMMITS } from '../plan-seal.ts'
import { GRACE } from '../plan-sweep.ts'
import { MONTH_MS } from '../prices.ts'
import type { StorageClass } from '../storage-class.ts'
import type { Workload } from './workload.ts'

const LENGTHS = { hour: HOUR, day: DAY, month: MONTH_MS } as const

/** A tag waits for lifecycle, which runs at midnight, and partitions of a day end at midnight. */
const LIFECYCLE = DAY
/** `resources/archive-bucket.yml`: how long what was deleted can be taken back. */
const TAKE_BACK_LANDING = 3 * DAY
const TAKE_BACK = 30 * DAY
/** S3 counts whole days from the next midnight. */
const TO_MIDNIGHT = DAY / 2

/** From this age on the sealed segments of a partition are in a class; ages count from the middle of the partition, when its records come. */
export type ClassStay = {
  readonly storageClass: StorageClass
  readonly since: number
  readonly until: number
}

/** What becomes of one partition. Ages in ms, from its middle. */
export type PartitionLife = {
  readonly length: number
  readonly end: number
  readonly landings: number
  /** Of its text, and of its sealed segments. */
  readonly text: number
  readonly sealedBytes: number
  readonly records: number
  /** How often it is sealed: once, or as often as it is crowded. */
  readonly seals: number
  readonly sealedSegments: number
  /** Bytes of sealed segments that a later seal takes in, and that stay for a month. */
  readonly resealedBytes: number
  readonly sealedAt: number
  /** When what was sealed is deleted, and its versions are. */
  readonly landingDeadAt: number
  readonly landingGoneAt: number
  readonly indexGoneAt: number
  readonly expiresAt: number
  readonly goneAt: number
  readonly stays: readonly [ClassStay, ...ClassStay[]]
}

const staysOf = (
  { classes }: Workload,
  { end, sealedAt, goneAt }: { end: number; sealedAt: number; goneAt: number },
): PartitionLife['stays'] => {
  const first = { storageClass: classAtAge(classes, sealedAt - end), since: sealedAt }
  const later = classes
    .filter(({ after }) => end + after > sealedAt)
    .map(({ storageClass, after }) => ({ storageClass, since: end + after + LIFECYCLE }))
    .filter(({ since }) => since < goneAt)
  const until = (index: number) => later[index]?.since ?? goneAt
  return [
    { ...first, until: until(0) },
    ...later.map((stay, index) => ({ ...stay, until: until(index + 1) })),
  ]
}

/** What becomes of each partition of a workload. */
export const livePartition = (workload: Workload): PartitionLife => {
  const { recordsPerDay, recordBytes, storedRatio, seal, sweepsPerDay, retention } = workload
  const length = LENGTHS[workload.partition]
  const days = length / DAY
  const interval = DAY / sweepsPerDay
  const end = length / 2
  const records = recordsPerDay * days
  const text = records * recordBytes
  const sealedBytes = text * storedRatio
  const landings = workload.batchesPerDay * workload.partitionsPerBatch * days
  const crowds = Math.max(landings / MANY_LANDING_COMMITS, sealedBytes / seal.targetBytes)
  const seals = Math.max(1, Math.min(crowds, length / interval))
  // one that is less than half full is taken in again
  const takenIn = Math.min(seals, Math.max(1, seal.targetBytes / 2 / (sealedBytes / seals)))
  const sealedAt = end + seal.after + interval / 2
  const landingDeadAt = sealedAt + GRACE + interval / 2
  const expiresAt = retention === null ? Number.POSITIVE_INFINITY : end + retention + interval / 2
  const goneAt = expiresAt + GRACE + TAKE_BACK + TO_MIDNIGHT
  return {
    length,
    end,
    landings,
    text,
    sealedBytes,
    records,
    seals,
    sealedSegments: Math.ceil(sealedBytes / seal.targetBytes),
    resealedBytes: (sealedBytes * (takenIn - 1)) / 2,
    sealedAt,
    landingDeadAt,
    landingGoneAt: landingDeadAt + TAKE_BACK_LANDING + TO_MIDNIGHT,
    indexGoneAt: landingDeadAt + TAKE_BACK + TO_MIDNIGHT,
    expiresAt,
    goneAt,
    stays: staysOf(workload, { end, sealedAt, goneAt }),
  }
}
