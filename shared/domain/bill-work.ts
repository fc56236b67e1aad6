import { readLines } from './bill-objects.ts'
import { BILLED_MESSAGE_BYTES, readUnits, writeUnits } from './billed-units.ts'
import { type Lines, makeMeter } from './meter.ts'
import type { PartitionWork, SegmentWork, WorkPlan } from './work-plan.ts'

/** Messages of one batch: as many as SQS takes, and the batch size of the function that thaws. */
const BATCH = 10
/** S3 reports in other batches than it was asked. */
const REPORT_BATCH = 5
/** Thaws of one moment end within two days, and their copies at so many midnights. */
const MIDNIGHTS = 3

/** Bytes of items, besides what grows with the request: they are rounded up to whole units. A caller's ARN takes a hundred of them. */
const ACCEPTED_BYTES = 960
const PLANNED_BYTES = 1000
const HYDRATING_BYTES = 1060
const COMPLETED_BYTES = 1600
const TASK_BYTES = 960
/** Of what was paid for its thaws, with the names of segments. */
const PAID_BYTES = 200
const PAID_NAME_BYTES = 20
const PROGRESS_BYTES = 700
const WAITER_BYTES = 190
const SEGMENT_ID_BYTES = 28
/** The position of an id, in a task and in the stamp that the task is compared by. */
const POSITION_BYTES = 10
const NAME_BYTES = 90

const isCold = ({ readable }: SegmentWork): boolean => readable === 'cold'
const isWaitedFor = ({ readable }: SegmentWork): boolean => readable !== 'now'

const taskBytes = (segments: readonly SegmentWork[]): number => {
  const cold = segments.filter(isCold).length
  return TASK_BYTES + (cold === 0 ? 0 : PAID_BYTES + cold * PAID_NAME_BYTES)
}

/** Of how long thaws took before: each share of the history for itself. */
const HISTORY_UNITS = 10

const makeWorkMeter = () => {
  const { add, lines } = makeMeter()
  return {
    add,
    lines,
    messages: (count: number) => add('sqs.request', count),
    reads: (units: number) => add('dynamodb.read-unit', units),
    writes: (units: number) => add('dynamodb.write-unit', units),
    /** HEAD of each, so many times. */
    heads: (segments: readonly SegmentWork[], times: number) => {
      for (const { storageClass } of segments) add(`s3.get.${storageClass}`, times)
    },
  }
}

type Meter = ReturnType<typeof makeWorkMeter>

/** Read units of the rehydration's own item, and what each of its writes takes. */
type Units = {
  readonly read: number
  readonly accepted: number
  readonly planned: number
  readonly hydrating: number
  readonly completed: number
}

const askAndPlan = (meter: Meter, { partitions, planning }: WorkPlan, own: Units) => {
  const count = partitions.length
  // the quote, the rehydration, and when to check on it
  meter.reads(1)
  meter.writes(1 + own.accepted)
  meter.messages(3 + Math.max(1, Math.ceil(count / BATCH)))
  meter.reads(2 * own.read + readUnits(planning.names * NAME_BYTES) + readUnits(count * NAME_BYTES))
  meter.reads(planning.catalogUnits)
  meter.add('s3.get.STANDARD', planning.indexReads)
  meter.writes(own.planned + 2 * count)
}

const thaw = (meter: Meter, { segments, indexReads, catalogUnits }: PartitionWork, own: Units) => {
  meter.reads(own.read + 1 + catalogUnits)
  meter.add('s3.get.STANDARD', indexReads)
  meter.heads(segments, 1)
  const cold = segments.filter(isCold)
  const waitedFor = segments.filter(isWaitedFor)
  // what it may cost, the claim, and its release
  meter.reads(cold.length)
  meter.writes(3 * cold.length)
  if (waitedFor.length === 0) return
  meter.reads(1)
  meter.writes(2 + writeUnits(WAITER_BYTES + waitedFor.length * SEGMENT_ID_BYTES))
  meter.heads(waitedFor, 1)
  // S3 reports of each that its thaw has begun, that it is readable, and that it is no longer: the catalog is looked at each time
  for (const segment of cold) {
    meter.messages(5)
    meter.reads(3 * catalogUnits)
    // that it is there, how long it took, and that it is gone
    meter.writes(3)
    meter.heads([segment], 3)
    meter.heads(waitedFor, 2)
  }
}

/**
 * Where copies have to be there for some days, the first may be there for too short once the last is: each is looked at once more. No
 * quote pays for more than its own days, so that none is asked for again.
 */
const lookAgain = (meter: Meter, { segments, indexReads, catalogUnits }: PartitionWork, own: Units) => {
  const cold = segments.filter(isCold)
  if (cold.length < 2) return
  meter.add('s3.get.STANDARD', indexReads)
  meter.messages(3)
  meter.reads(own.read + 1 + catalogUnits + cold.length)
  meter.writes(1)
  meter.heads(segments, 1)
}

/** Batches of messages, and after each the place that was reached. */
const replay = (meter: Meter, { segments }: PartitionWork, size: number, own: Units) => {
  const records = segments.reduce((sum, { wanted }) => sum + wanted.records, 0)
  const text = segments.reduce((sum, { wanted }) => sum + wanted.text, 0)
  const batches = Math.ceil(records / size)
  meter.add('sqs.request.fifo', batches + Math.ceil(text / BILLED_MESSAGE_BYTES))
  meter.reads(batches * (1 + own.read))
  meter.writes(batches * writeUnits(taskBytes(segments) + PROGRESS_BYTES))
}

const hydrate = (meter: Meter, partition: PartitionWork, work: WorkPlan, own: Units) => {
  const { segments, indexReads, catalogUnits, ids } = partition
  meter.messages(3)
  meter.reads(3 * own.read + 5 + catalogUnits)
  meter.writes(3 + writeUnits(taskBytes(segments) + ids * POSITION_BYTES))
  meter.add('s3.get.STANDARD', indexReads)
  for (const { storageClass, reads } of segments)
    for (const [line, quantity] of readLines(storageClass, reads.gets, reads.bytes)) meter.add(line, quantity)
  if (work.messagesAtOnce !== null) return replay(meter, partition, work.messagesAtOnce, own)
  // looked for, then put
  meter.add('s3.get.STANDARD', 1)
  meter.add('s3.put.STANDARD', 1)
}

/** Whoever is done with a partition finds the next one cold: it is begun in vain, and sent back to be thawed. */
const findCold = (meter: Meter, { segments, indexReads, catalogUnits }: PartitionWork, own: Units) => {
  const waitedFor = segments.filter(isWaitedFor)
  if (waitedFor.length === 0) return
  meter.messages(3)
  meter.reads(3 * own.read + 6 + 2 * catalogUnits)
  meter.writes(5)
  meter.add('s3.get.STANDARD', 2 * indexReads)
  meter.heads(segments, 2)
  meter.heads(waitedFor, 1)
}

/** Of partitions that follow each other, because of a limit or a rate, each looks whose turn it is and what the others have. */
const takeTurns = (meter: Meter, { partitions, limit, messagesAtOnce }: WorkPlan, own: Units) => {
  if (limit === null && messagesAtOnce === null) return
  const all = limit === null ? 0 : readUnits(partitions.length * TASK_BYTES)
  meter.reads(partitions.length * (3 + all))
  for (const partition of partitions) findCold(meter, partition, own)
}

const finish = (meter: Meter, { partitions }: WorkPlan, own: Units) => {
  const count = partitions.length
  if (count === 0) {
    meter.messages(2)
    meter.reads(3 * own.read)
  }
  meter.reads(own.read + readUnits(count * TASK_BYTES))
  meter.writes(own.hydrating + own.completed)
  meter.add('s3.put.STANDARD', 1)
}

/**
 * What is metered for a rehydration from the request to its end, but for the thaws themselves: as icecore's use cases and the
 * adapters of AWS do it where nothing fails. docs/cost-of-a-rehydration.md has the same in words.
 */
export const billWork = (work: WorkPlan): Lines => {
  const { partitions, requestBytes } = work
  const meter = makeWorkMeter()
  const own = {
    read: readUnits(HYDRATING_BYTES + requestBytes),
    accepted: writeUnits(ACCEPTED_BYTES + requestBytes),
    planned: writeUnits(PLANNED_BYTES + requestBytes),
    hydrating: writeUnits(HYDRATING_BYTES + requestBytes),
    completed: writeUnits(COMPLETED_BYTES + requestBytes),
  }
  const cold = partitions.reduce((sum, { segments }) => sum + segments.filter(isCold).length, 0)
  askAndPlan(meter, work, own)
  meter.messages(2 * Math.ceil(partitions.length / BATCH))
  // the reports that thaws have begun come together, and those of copies that are gone at some midnights
  meter.messages(2 * Math.ceil(cold / REPORT_BATCH))
  meter.messages(2 * Math.max(Math.ceil(cold / BATCH), Math.min(cold, MIDNIGHTS)))
  // told with the first thaw is when it is expected to end
  if (partitions.some(({ segments }) => segments.some(isWaitedFor))) meter.reads(HISTORY_UNITS)
  for (const partition of partitions) {
    thaw(meter, partition, own)
    if (work.keepDays !== null) lookAgain(meter, partition, own)
    hydrate(meter, partition, work, own)
  }
  takeTurns(meter, work, own)
  finish(meter, work, own)
  return meter.lines()
}
