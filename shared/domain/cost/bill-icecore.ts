import { readLines } from '../bill-objects.ts'
import { BILLED_MESSAGE_BYTES, readUnits, writeUnits } from '../billed-units.ts'
import { type Lines, type Meter, makeMeter } from '../meter.ts'
import { isArchiveClass } from '../storage-class.ts'
import { billStorage, bytesByClass } from './bill-storage.ts'
import { type Happenings, happen } from './happenings.ts'
import { livePartition, type PartitionLife } from './partition-life.ts'
import type { Period } from './stock.ts'
import type { Workload } from './workload.ts'

/** SQS takes or gives ten messages a call. */
const MESSAGES_A_CALL = 10
const LISTED_A_CALL = 1000

/** Of one commit in the catalog, of the name of one that it replaces, and of a partition in the list of them. */
const COMMIT_BYTES = 1000
const REPLACED_BYTES = 30
const REGISTRY_BYTES = 100

/** S3 tells of the version and of the marker. */
const EVENTS_OF_EXPIRY = 2
/** What an audit lists besides partitions: the folders of each kind, and those in them. */
const FOLDER_LISTS = 2
/** Partitions that audits compare by listing them; more are compared by the bucket's inventory. */
const COMPARED_A_RUN = 500

/** One row group is read at a time. */
const AUDIT_READ_BYTES = 2 ** 20

type Facts = { readonly workload: Workload; readonly life: PartitionLife; readonly seen: Happenings }

/** An event is received by itself, and deleted with those that came with it. */
const EVENT_CALLS = 1.2
/** What the audit reads in a run at most, in bytes of readable segments, and how many segments it looks into. */
const AUDITED_BYTES = 2e9

const movedSegments = (life: PartitionLife, { moves }: Happenings): number =>
  moves.reduce((sum, { count }) => sum + count * life.sealedSegments, 0)

/** What the audit looks into in a period, by class: all that is there in a pass, as far as its budget reaches. */
const audited = (life: PartitionLife, { passes }: Happenings, runs: number, { to }: Period) => {
  const stored = bytesByClass(life, to)
  const readable = stored.reduce(
    (sum, { storageClass, bytes }) => sum + (isArchiveClass(storageClass) ? 0 : bytes),
    0,
  )
  const share = Math.min(passes, (runs * AUDITED_BYTES) / readable)
  return stored.map(({ storageClass, bytes }) => ({ storageClass, bytes: bytes * share }))
}

const pagesOf = (objects: number): number => Math.max(1, Math.ceil(objects / LISTED_A_CALL))

const billMessages = (meter: Meter, { workload, life, seen }: Facts) => {
  const { recordsPerDay, recordsPerMessage, recordBytes, batchesPerDay } = workload
  const messages = (recordsPerDay / recordsPerMessage) * seen.days
  const calls = Math.max(Math.min(messages, batchesPerDay * seen.days), messages / MESSAGES_A_CALL)
  const chunks = (recordsPerMessage * (recordBytes + 1)) / BILLED_MESSAGE_BYTES
  // sent one by one; received and deleted up to ten at a time
  meter.add('sqs.request', messages * Math.max(1, Math.ceil(chunks)))
  meter.add('sqs.request', chunks < 1 ? Math.max(calls, messages * chunks) : messages * Math.ceil(chunks))
  meter.add('sqs.request', calls)
  meter.add('sqs.request.fifo', 3 * seen.seals)
  meter.add('sqs.request', 3 * seen.expired)
  const events = movedSegments(life, seen) + EVENTS_OF_EXPIRY * life.landings * seen.expired
  meter.add('sqs.request', events * EVENT_CALLS)
  meter.add('dynamodb.read-unit', events)
}

const billLanding = (meter: Meter, { seen }: Facts) => {
  meter.add('s3.put.STANDARD', 2 * seen.landed)
  meter.add('dynamodb.write-unit', 2 * seen.landed)
}

const billSeals = (meter: Meter, { life, seen }: Facts) => {
  const inputs = life.landings / life.seals
  const outputs = seen.seals + Math.max(0, life.sealedSegments - 1) * seen.sealed
  // index objects and snapshots
  meter.add('s3.put.STANDARD', outputs + seen.seals)
  meter.add(`s3.put.${life.stays[0].storageClass}`, outputs)
  meter.add('s3.get.STANDARD', seen.seals * (inputs + 2))
  meter.add('dynamodb.read-unit', 2 * seen.seals * readUnits(inputs * COMMIT_BYTES))
  const named = writeUnits(COMMIT_BYTES + inputs * REPLACED_BYTES)
  meter.add('dynamodb.write-unit', seen.seals * (1 + named))
}

const billSweeps = (meter: Meter, { workload, life, seen }: Facts) => {
  const early = readUnits((life.landings + 1) * COMMIT_BYTES)
  // the hot bucket, for each dataset; of a partition landing, sealed and index objects
  meter.add('s3.list', workload.sweepsPerDay * seen.days * workload.datasets)
  meter.add('s3.list', 3 * seen.lateVisits + (1 + 2 * pagesOf(life.landings)) * seen.earlyVisits)
  meter.add('s3.get.STANDARD', seen.lateVisits + seen.earlyVisits)
  meter.add('dynamodb.read-unit', seen.lateVisits + seen.earlyVisits * early)
  meter.add('dynamodb.write-unit', seen.lateVisits + seen.earlyVisits)
  meter.add('s3.put.STANDARD', seen.snapshots)
  meter.add('s3.tag', movedSegments(life, seen))
  meter.add('dynamodb.write-unit', 2 * movedSegments(life, seen))
  for (const { storageClass, count } of seen.moves) {
    meter.add(`s3.transition.${storageClass}`, count * life.sealedSegments)
    // the event has S3 asked
    meter.add(`s3.get.${storageClass}`, count * life.sealedSegments)
  }
  meter.add('s3.get.STANDARD', seen.expired)
  meter.add('dynamodb.read-unit', seen.expired * early)
  meter.add('dynamodb.write-unit', 2 * life.landings * seen.expired)
}

const billAudits = (meter: Meter, { workload, life, seen }: Facts, period: Period) => {
  const runs = workload.auditsPerDay * seen.days
  const pages = pagesOf(seen.known)
  meter.add('s3.list', runs * (FOLDER_LISTS + 3 * pages))
  meter.add('s3.get.STANDARD', runs)
  meter.add('s3.put.STANDARD', 2 * runs)
  meter.add('dynamodb.read-unit', runs * readUnits(seen.known * REGISTRY_BYTES))
  const compared = Math.min(seen.known, COMPARED_A_RUN * workload.auditsPerDay) * seen.days
  meter.add('s3.list', 3 * compared)
  meter.add('s3.get.STANDARD', compared)
  meter.add('dynamodb.read-unit', compared)
  for (const { storageClass, bytes } of audited(life, seen, runs, period)) {
    const segments = bytes / (life.sealedBytes / life.sealedSegments)
    const ranges = isArchiveClass(storageClass) ? 0 : bytes / AUDIT_READ_BYTES
    for (const [line, quantity] of readLines(storageClass, segments + ranges, bytes))
      meter.add(line, quantity)
    meter.add('s3.get.STANDARD', segments)
  }
}

/** What AWS bills for a period of icecore, in quantities of the price table's lines, as far as the simulator bills it too. */
export const billIcecore = (workload: Workload, period: Period): Lines => {
  const meter = makeMeter()
  const life = livePartition(workload)
  const facts = { workload, life, seen: happen(workload, life, period) }
  billMessages(meter, facts)
  billLanding(meter, facts)
  billSeals(meter, facts)
  billSweeps(meter, facts)
  billAudits(meter, facts, period)
  billStorage(meter, life, period)
  return meter.lines()
}
