import { DAY, HOUR } from '../duration.ts'
import { PATROL } from '../plan-sweep.ts'
import type { StorageClass } from '../storage-class.ts'
import type { PartitionLife } from './partition-life.ts'
import { eventsOf, type Period, stockOf } from './stock.ts'
import type { Workload } from './workload.ts'

/** How long a pass of the audit that reads takes at least; when the first begins there is nothing to read. */
const READ_EVERY = 30 * DAY
/** A sweep sees a partition through: the seal, an hour later, a day later, and once what is dead has gone. */
const VISITS_OF_SEAL = 4
/** To tag, and to see that it has arrived. */
const VISITS_OF_MOVE = 2

/** What happens in a period, in numbers of partitions unless said. */
export type Happenings = {
  readonly days: number
  /** Landing segments. */
  readonly landed: number
  readonly sealed: number
  /** Seals: of one partition there may be several. */
  readonly seals: number
  /** Those whose landing segments are deleted. */
  readonly expired: number
  readonly moves: readonly { readonly storageClass: StorageClass; readonly count: number }[]
  /** How many are known, on average. */
  readonly known: number
  /** Looks of the sweep at one: while it is young, and later. */
  readonly earlyVisits: number
  readonly lateVisits: number
  /** Snapshots that the sweep writes. */
  readonly snapshots: number
  /** Whole passes of the audit that reads. */
  readonly passes: number
}

/** What happens to the partitions of a workload in a period. */
export const happen = (workload: Workload, life: PartitionLife, period: Period): Happenings => {
  const { length, end, landings, sealedAt, stays } = life
  const rate = 1 / length
  const events = (age: number) => eventsOf(period, end + age, length)
  const interval = DAY / workload.sweepsPerDay
  const span = period.to - period.from
  const sealed = events(sealedAt)
  const moves = stays.slice(1).map(({ storageClass, since }) => ({ storageClass, count: events(since) }))
  const moved = moves.reduce((sum, { count }) => sum + count, 0)
  const patrols = stockOf(rate, period, end + 2 * DAY + PATROL / 2, Number.POSITIVE_INFINITY) / PATROL
  const open = Math.min(landings, length / Math.max(HOUR, interval))
  const aged = Math.min(landings, length / interval)
  return {
    days: span / DAY,
    landed: workload.batchesPerDay * workload.partitionsPerBatch * (span / DAY),
    sealed,
    seals: life.seals * sealed,
    expired: events(life.landingDeadAt),
    moves,
    // from its first record on
    known: stockOf(rate, period, -end, Number.POSITIVE_INFINITY) / span,
    earlyVisits: (open + aged + VISITS_OF_SEAL) * sealed,
    // each move begins the week anew
    lateVisits: VISITS_OF_MOVE * moved + Math.max(0, patrols - moved / 2),
    snapshots: (open + 1) * sealed,
    passes: eventsOf(period, READ_EVERY + HOUR, READ_EVERY),
  }
}
