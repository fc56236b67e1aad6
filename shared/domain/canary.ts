import type { Dataset, FieldPath } from './dataset.ts'
import { DAY, HOUR } from './duration.ts'
import { partitionOf, partitionRange } from './partition.ts'

/** A record that is sent every hour, to see that what is sent is archived, comes back, and expires. */
export type CanaryPlan = {
  readonly dataset: string
  /** Where it is rehydrated to. */
  readonly destination: string
}

/** One that was sent and has not come back yet. */
export type OpenCanary = {
  /** The hour that it stands for, in ms; all else of it follows from that. */
  readonly hour: number
  readonly sentAt: number
  /** Its rehydration, once it was found in the archive. */
  readonly rehydrationId: string | null
}

export type CanaryState = {
  /** The last hour of which one was sent. */
  readonly last: number
  readonly open: readonly OpenCanary[]
}

export const NO_CANARY: CanaryState = { last: 0, open: [] }

/** By then what is sent is in the archive: minutes, in health. */
export const ARCHIVED_WITHIN = HOUR / 2
/** By then it is back, out of a class that needs no thaw. */
export const BACK_WITHIN = 2 * HOUR
/** So long it is looked for, and missed in each run. */
export const GIVEN_UP_AFTER = 2 * DAY

export const hourOf = (time: number): number => time - (time % HOUR)

type Field = readonly [path: FieldPath, value: unknown]

/** The object that has these values at these paths: a member that several of them lead through is one. */
const objectWith = (fields: readonly Field[]): unknown => {
  const members = Map.groupBy(fields, ([[first = '']]) => first)
  const entries = [...members].map(([name, some]) => {
    const inner = some.map(([[, ...rest], value]): Field => [rest, value])
    const own = inner.find(([rest]) => rest.length === 0)
    return [name, own === undefined ? objectWith(inner) : own[1]] as const
  })
  // makes a member of its own of any name, `__proto__` too
  return Object.fromEntries(entries)
}

const timeValue = (time: number, { unit }: Dataset['time']): unknown => {
  if (unit === 'iso') return new Date(time).toISOString()
  return unit === 'ms' ? time : time / 1000
}

/** A record of a dataset whose body holds what a careless parser would change. */
export const probeRecord = (dataset: Dataset, id: string, time: number) => {
  const text = JSON.stringify(
    objectWith([
      [dataset.id, id],
      [dataset.time.path, timeValue(time, dataset.time)],
    ]),
  )
  return { id, time, body: `${text.slice(0, -1)}, "exact": 9007199254740993, "twice": 1, "twice": "é"}` }
}

/** The canary of an hour: the same one whoever makes it. */
export const canaryRecord = (dataset: Dataset, hour: number) =>
  probeRecord(dataset, `canary-${new Date(hour).toISOString().slice(0, 13)}`, hour)

/** The latest hour whose canary must have expired by now; a day is left for the sweep to see to it. */
export const expiredHour = (dataset: Dataset, retention: number, now: number): number => {
  const { start } = partitionRange(partitionOf(now - retention - DAY, dataset.partition))
  return hourOf(start - 1)
}

/** With this hour's canary. It is open before it is sent: one that cannot be sent is missed. */
export const openCanary = (state: CanaryState, now: number): CanaryState => {
  const hour = hourOf(now)
  if (hour <= state.last) return state
  return { last: hour, open: [...state.open, { hour, sentAt: now, rehydrationId: null }] }
}
