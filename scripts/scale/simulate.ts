import type { Limits } from './limits.ts'

export type Load = {
  readonly recordsPerDay: number
  readonly recordBytes: number
  readonly recordsPerMessage: number
  readonly partition: 'hour' | 'day'
  readonly days: number
}

/** A partition that is not done yet: its landing segments, by how far they are. */
type Open = { readonly endsAt: number; landed: number; sealed: number; readonly dead: Map<number, number> }

/** At the end of an hour. */
export type Hour = {
  readonly hour: number
  /** Records that wait in the queue. */
  readonly queued: number
  /** Landing segments that are not sealed, and of them those of partitions that are over. */
  readonly unsealed: number
  readonly overdue: number
  /** Landing segments that are sealed and not removed yet. */
  readonly dead: number
  /** Commits of the partition that has most. */
  readonly mostCommits: number
  /** Shares of what the invocations at once can do. */
  readonly ageBusy: number
  readonly sealBusy: number
}

export type Totals = {
  readonly sent: number
  readonly landedRecords: number
  readonly landed: number
  readonly sealedInputs: number
  readonly removed: number
  readonly seals: number
}

const HOUR_SECONDS = 3600
const GRACE_HOURS = 24

/** What one batch is, and how long it takes. */
export const batchOf = ({ recordBytes, recordsPerMessage }: Load, limits: Limits) => {
  const messageBytes = recordBytes * recordsPerMessage
  const messages = Math.max(1, Math.min(limits.batchMessages, Math.floor(limits.batchBytes / messageBytes)))
  const text = messages * messageBytes
  return {
    records: messages * recordsPerMessage,
    text,
    seconds: limits.batchSeconds + text / limits.landedPerSecond,
  }
}

/** Landing segments of one seal: as many as it may open at once. */
export const inputsOf = (text: number, { sealInputs, sealText }: Limits): number =>
  Math.max(1, Math.min(sealInputs, Math.floor(sealText / Math.min(text, 8 * 2 ** 20))))

/**
 * Plays an archive hour by hour in counts: records wait, land in batches, are sealed (one invocation a partition and hour, which
 * goes on as long as it may), and what is sealed is removed a day later. Nothing is lost: what a stage cannot do waits for the next hour.
 */
export const simulate = (load: Load, limits: Limits) => {
  const batch = batchOf(load, limits)
  const perSeal = inputsOf(batch.text, limits)
  const sealSeconds = (perSeal * batch.text) / limits.sealedPerSecond
  const sealsPerRun = 1 + Math.floor(limits.sealFor / sealSeconds)
  const length = load.partition === 'hour' ? 1 : 24
  const totals = { sent: 0, landedRecords: 0, landed: 0, sealedInputs: 0, removed: 0, seals: 0 }
  const hours: Hour[] = []
  let open: Open[] = []
  let queued = 0

  const land = (hour: number): number => {
    const sent = load.recordsPerDay / 24
    totals.sent += sent
    const most = (limits.ageRecords * HOUR_SECONDS * batch.records) / batch.seconds
    const records = Math.min(queued + sent, most)
    queued += sent - records
    totals.landedRecords += records
    const batches = records / batch.records
    const endsAt = (Math.floor(hour / length) + 1) * length
    const current = open.find((one) => one.endsAt === endsAt) ?? {
      endsAt,
      landed: 0,
      sealed: 0,
      dead: new Map<number, number>(),
    }
    if (!open.includes(current)) open.push(current)
    current.landed += batches
    totals.landed += batches
    return records / most
  }

  const seal = (hour: number): number => {
    let seconds = limits.seal * HOUR_SECONDS
    const whole = seconds
    for (const one of open) {
      const waiting = one.landed - one.sealed
      const isOver = one.endsAt <= hour
      if (waiting < (isOver ? 1e-9 : 64)) continue
      const runs = Math.min(sealsPerRun, Math.ceil(waiting / perSeal), Math.floor(seconds / sealSeconds))
      const inputs = Math.min(waiting, runs * perSeal)
      seconds -= runs * sealSeconds
      one.sealed += inputs
      one.dead.set(hour, inputs)
      totals.sealedInputs += inputs
      totals.seals += runs
    }
    return 1 - seconds / whole
  }

  const expire = (hour: number) => {
    let left = limits.expire * HOUR_SECONDS * limits.expiredPerSecond
    for (const one of open)
      for (const [died, count] of one.dead) {
        if (died + GRACE_HOURS > hour) break
        const removed = Math.min(left, count)
        left -= removed
        if (removed === count) one.dead.delete(died)
        else one.dead.set(died, count - removed)
        one.landed -= removed
        one.sealed -= removed
        totals.removed += removed
      }
    open = open.filter(({ endsAt, landed }) => endsAt > hour || landed > 1e-6)
  }

  for (let hour = 0; hour < load.days * 24; hour += 1) {
    const ageBusy = land(hour)
    const sealBusy = seal(hour)
    expire(hour)
    const waiting = (of: readonly Open[]) => of.reduce((sum, { landed, sealed }) => sum + landed - sealed, 0)
    hours.push({
      hour,
      queued,
      unsealed: waiting(open),
      overdue: waiting(open.filter(({ endsAt }) => endsAt <= hour)),
      dead: open.reduce((sum, { sealed }) => sum + sealed, 0),
      mostCommits: open.reduce((most, { landed }) => Math.max(most, landed), 0),
      ageBusy,
      sealBusy,
    })
  }
  return { hours, totals: totals as Totals, batch, perSeal, sealsPerRun, sealSeconds }
}
