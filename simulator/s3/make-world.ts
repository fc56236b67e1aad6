import { accountId, region } from '../account.ts'
import type { Meter } from '../model.ts'
import { makeAgenda } from './agenda.ts'
import { makeEvents, type Notify } from './events.ts'
import { makeJournal } from './journal.ts'
import { loadWorld } from './load-world.ts'
import { makeRestoreThrottle } from './restore-rules.ts'
import type { S3Store } from './store.ts'
import { type DueTask, newOpaqueId, type S3Faults, type S3Knobs, type World } from './world.ts'

export type S3ModelOptions = {
  readonly now: () => number
  readonly store: S3Store
  readonly meter: Meter
  /** Where event messages go; without it no queue can be notified. */
  readonly notify?: Notify
  /** 0 to 1; for ids and restore times. */
  readonly random?: () => number
  readonly knobs?: Partial<S3Knobs>
  readonly faults?: S3Faults
}

/** AWS says neither; both are this simulator's. The rate leaves room for others below 1,000 a second. */
const JOB_PREPARATION = 30_000
const JOB_RESTORES_PER_SECOND = 500

/** The state that a model works on, as its store remembers it. `now` is the time at which things are done. */
export const makeWorld = (options: S3ModelOptions, now: () => number): World => {
  const { store, meter, random = Math.random, notify = () => false } = options
  const knobs: S3Knobs = {
    lifecycleLag: () => 0,
    restoreDraw: random,
    expeditedAvailable: () => true,
    restoreRequestsPerSecond: 1000,
    jobPreparation: () => JOB_PREPARATION,
    jobRestoresPerSecond: JOB_RESTORES_PER_SECOND,
    jobTaskFails: () => false,
    eventDelays: () => [0],
    ...options.knobs,
  }
  const journal = makeJournal(store)
  const mayRestore = makeRestoreThrottle()
  let order = 0
  const events = makeEvents({
    journal,
    notify,
    eventDelays: (name, key) => knobs.eventDelays(name, key),
    newId: () => newOpaqueId(random),
  })
  const base = {
    now,
    random,
    region,
    accountId,
    knobs,
    meter,
    store,
    journal,
    events,
    agenda: makeAgenda<DueTask>(),
    jobs: new Map(),
    mayRestore: () => mayRestore(now(), knobs.restoreRequestsPerSecond),
  }
  return loadWorld({ ...base, buckets: new Map(), nextOrder: () => ++order }, (seen) => {
    order = Math.max(order, seen)
  })
}
