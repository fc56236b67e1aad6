import { type Lines, makeMeter } from '../meter.ts'
import { MONTH_MS } from '../prices.ts'
import { happen } from './happenings.ts'
import { livePartition } from './partition-life.ts'
import { type Period, stockOf } from './stock.ts'
import type { Workload } from './workload.ts'

const MiB = 2 ** 20
/** GB of memory, as `function.yml` of each has it. */
const MEMORY = { ageRecords: 0.5, seal: 2, sweep: 0.5, audit: 1, expire: 0.5, track: 0.5 } as const
/** Of one invocation of a warm function, of one partition that is looked at, and of one event. */
const INVOCATION_SECONDS = 0.3
const VISIT_SECONDS = 0.03
const EVENT_SECONDS = 0.02
/** Text that is packed and verified in a second, with so much memory as age-records has, and as seal-segments has. */
const LANDED_PER_SECOND = 12 * MiB
const SEALED_PER_SECOND = 25 * MiB

/** Queues that functions are fed by, and how Lambda looks into one that is empty: five at a time, each for 20 s. */
const QUEUES = 14
const LOOKS_PER_SECOND = 5 / 20
/** Series of metrics at most, and a line of log for the start and the end of an invocation. */
const SERIES = 60
const LOG_BYTES = 1500

/** In the catalog, of a partition for good: its last commit, the holding of a segment, and its entry in the list. */
const CATALOG_BYTES = 2000
/** An item that moves in an index is deleted and put there. */
const INDEX_WRITES = 2

/**
 * What AWS bills for a period of icecore and the simulator does not: functions, by an estimate; looks into empty queues, metrics,
 * logs and the key; what DynamoDB keeps, and writes to its index; and S3's inventory.
 */
export const billUnmetered = (workload: Workload, period: Period): Lines => {
  const meter = makeMeter()
  const life = livePartition(workload)
  const seen = happen(workload, life, period)
  const { days } = seen
  const months = (period.to - period.from) / MONTH_MS
  const visits = seen.earlyVisits + seen.lateVisits
  const events = 2 * life.landings * seen.expired
  const text = workload.recordsPerDay * workload.recordBytes * days
  const run = (memory: number, invocations: number, seconds: number) => {
    meter.add('lambda.request', invocations)
    meter.add('lambda.gb-second', memory * (invocations * INVOCATION_SECONDS + seconds))
    meter.add('cloudwatch.logs', invocations * LOG_BYTES)
  }
  run(MEMORY.ageRecords, workload.batchesPerDay * days, text / LANDED_PER_SECOND)
  const resealed = life.resealedBytes / life.sealedBytes
  run(MEMORY.seal, seen.seals, (text * (1 + resealed)) / SEALED_PER_SECOND)
  run(MEMORY.sweep, workload.sweepsPerDay * days, visits * VISIT_SECONDS)
  run(MEMORY.audit, workload.auditsPerDay * days, seen.known * days * VISIT_SECONDS)
  run(MEMORY.expire, seen.expired, 2 * life.landings * seen.expired * EVENT_SECONDS)
  run(MEMORY.track, events / 10, events * EVENT_SECONDS)
  meter.add('sqs.request', QUEUES * LOOKS_PER_SECOND * days * 86_400)
  meter.add('cloudwatch.metric', SERIES * months)
  meter.add('kms.key', months)
  meter.add('dynamodb.storage', stockOf(CATALOG_BYTES / life.length, period, 0, Number.POSITIVE_INFINITY))
  meter.add('dynamodb.write-unit', INDEX_WRITES * (visits + seen.landed / 2))
  meter.add('s3.inventory', days * seen.known * (2 * life.sealedSegments + 1))
  return meter.lines()
}
